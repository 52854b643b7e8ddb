"""What a station needs after a power cut, stored before anything is said of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from chargepoint.adapters.store import Record, StoreError
from chargepoint.clock import Clock
from chargepoint.life import Life

log = logging.getLogger(__name__)


class StationStore(Protocol):
    """Where a station keeps what it needs after a power cut. Every method raises StoreError."""

    @property
    def file(self) -> Path:
        """Its name, for messages."""

    def records(self) -> dict[str, Record]:
        """All records by key."""

    def queue(self) -> list[Record]:
        """The queued messages in order."""

    def save(self, records: Mapping[str, Record], queue: Mapping[int, Record | None]) -> None:
        """Write all of it or nothing; None deletes."""

    def close(self) -> None:
        """Let go of it."""


def save(life: Life, store: StationStore, clock: Clock) -> None:
    """Store what changed in ``life``; a station that cannot be stored knows it, and says so."""
    if life.storage_full:
        # What changed stays where it is, until the storage is cleared.
        life.store_failed("the storage is full, by order", clock.now())
        return
    try:
        store.save(*life.changes())
        if life.store_error:
            life.store_failed("", clock.now())
    except StoreError as error:
        # The station goes on from memory, says what is wrong, and stores it all as soon as it can again.
        if str(error) != life.store_error:
            log.error("nothing can be stored: %s", error)
        life.store_failed(str(error), clock.now())
