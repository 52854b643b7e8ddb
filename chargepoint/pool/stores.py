"""Where the stations of a pool keep what outlives a power cut: a folder each, or the process's memory."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Protocol

from chargepoint.adapters.memory import MemoryStore
from chargepoint.adapters.store import Store
from chargepoint.api.spec import ChargePointSpec
from chargepoint.runtime import StationStore


class Stores(Protocol):
    """The stores of all stations of a pool, by id."""

    def open(self, spec: ChargePointSpec, *, fresh: bool) -> StationStore:
        """The store of one station, empty when ``fresh``. Raises StoreError or OSError."""

    def forget(self, station_id: str) -> None:
        """Nothing of it is needed any more; it is not open. Raises OSError."""


class MemoryStores:
    """As long as the process lives."""

    def __init__(self) -> None:
        self._stores: dict[str, MemoryStore] = {}

    def open(self, spec: ChargePointSpec, *, fresh: bool) -> StationStore:
        """The store of one station."""
        if fresh:
            self.forget(spec.id)
        return self._stores.setdefault(spec.id, MemoryStore())

    def forget(self, station_id: str) -> None:
        """Drop it."""
        self._stores.pop(station_id, None)


class FolderStores:
    """``<path>/<id>/spec.json`` and ``state.db``, as a charge point with a process of its own has them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self, spec: ChargePointSpec, *, fresh: bool) -> StationStore:
        """The store of one station."""
        if fresh:
            self.forget(spec.id)
        folder = self._path / spec.id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "spec.json").write_text(json.dumps(spec.to_entry(), indent=2) + "\n", encoding="utf-8")
        return Store(folder / "state.db")

    def forget(self, station_id: str) -> None:
        """Erase the folder."""
        shutil.rmtree(self._path / station_id, ignore_errors=True)
