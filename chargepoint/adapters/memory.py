"""A store for stations whose data need not outlive their process: power cuts, but not the end of the pool."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from chargepoint.adapters.store import Record


class MemoryStore:
    """What ``adapters.store.Store`` is, without a file."""

    file = Path("(memory)")

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        self._queue: dict[int, Record] = {}

    def records(self) -> dict[str, Record]:
        """All records by key."""
        return dict(self._records)

    def queue(self) -> list[Record]:
        """The queued messages in order."""
        return [entry for _, entry in sorted(self._queue.items())]

    def save(self, records: Mapping[str, Record], queue: Mapping[int, Record | None]) -> None:
        """Keep all of it; None deletes."""
        self._records.update(records)
        for number, entry in queue.items():
            if entry is None:
                self._queue.pop(number, None)
            else:
                self._queue[number] = entry

    def close(self) -> None:
        """Nothing to let go of: the next life finds it all."""
