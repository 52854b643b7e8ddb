"""Where the stations of a pool keep what outlives a power cut: a folder each, or the process's memory."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Protocol

from chargepoint.adapters.memory import MemoryStore
from chargepoint.adapters.store import FILE, Store
from chargepoint.api.errors import InputError
from chargepoint.api.fields import parse_json
from chargepoint.api.spec import ChargePointSpec, parse_spec
from chargepoint.api.topics import check_id
from chargepoint.storing import StationStore


class Stores(Protocol):
    """The stores of all stations of a pool, by id."""

    def spec(self, station_id: str) -> ChargePointSpec:
        """What is known of one station. Raises InputError or OSError."""

    def keep(self, spec: ChargePointSpec) -> None:
        """Know this of a station from now on. Raises OSError."""

    def open(self, spec: ChargePointSpec, *, fresh: bool) -> StationStore:
        """The store of one station, empty when ``fresh``. Raises StoreError or OSError."""

    def forget(self, station_id: str) -> None:
        """Nothing of it is needed any more; it is not open. Raises OSError."""


class MemoryStores:
    """As long as the process lives."""

    def __init__(self) -> None:
        self._stores: dict[str, MemoryStore] = {}
        self._specs: dict[str, ChargePointSpec] = {}

    def spec(self, station_id: str) -> ChargePointSpec:
        """What it was started with."""
        if station_id not in self._specs:
            raise InputError("id", station_id, "the id of a charge point that was started before")
        return self._specs[station_id]

    def keep(self, spec: ChargePointSpec) -> None:
        """For the next start of this id."""
        self._specs[spec.id] = spec

    def open(self, spec: ChargePointSpec, *, fresh: bool) -> StationStore:
        """The store of one station."""
        if fresh:
            self._stores.pop(spec.id, None)
        return self._stores.setdefault(spec.id, MemoryStore())

    def forget(self, station_id: str) -> None:
        """Drop it."""
        self._stores.pop(station_id, None)
        self._specs.pop(station_id, None)


class FolderStores:
    """``<path>/<id>``: ``spec.json``, as a charge point in a process of its own has it, and its state."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def spec(self, station_id: str) -> ChargePointSpec:
        """What is stored of it."""
        file = self._path / check_id(station_id) / "spec.json"
        try:
            return parse_spec(parse_json(file.read_bytes(), str(file)))
        except FileNotFoundError:
            raise InputError("id", station_id, "the id of a charge point that was started before") from None

    def keep(self, spec: ChargePointSpec) -> None:
        """Write it down."""
        folder = self._path / spec.id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "spec.json").write_text(json.dumps(spec.to_entry(), indent=2) + "\n", encoding="utf-8")

    def open(self, spec: ChargePointSpec, *, fresh: bool) -> StationStore:
        """The store of one station, which is known."""
        file = self._path / spec.id / FILE
        if fresh:
            file.unlink(missing_ok=True)
        return Store(file)

    def forget(self, station_id: str) -> None:
        """Erase the folder."""
        shutil.rmtree(self._path / station_id, ignore_errors=True)
