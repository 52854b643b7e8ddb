"""A whole yard as a JSON text, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from chargepoint.api.errors import InputError
from chargepoint.api.spec import parse_spec
from launcher.fleet import setups
from tui.state import units
from tui.state.station import Station

Entry = Mapping[str, object]
"""A start entry, as it stands in a setup file."""


class LoadMode(StrEnum):
    """What loading a setup does to what is in the yard already."""

    MERGE = "merge"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Setup:
    """The start entries of a setup file, each found right."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a setup file has and the yard has not, has otherwise, or has beside it; and what is equal."""

    added: tuple[Entry, ...] = ()
    changed: tuple[Entry, ...] = ()
    equal: int = 0
    beside: tuple[str, ...] = ()

    def removed(self, mode: LoadMode) -> tuple[str, ...]:
        """The ids that loading in ``mode`` removes; the changed ones, to start them anew, and the others."""
        return (*(str(entry["id"]) for entry in self.changed), *self.beside) if mode is LoadMode.REPLACE else ()

    def started(self, mode: LoadMode) -> tuple[Entry, ...]:
        """The entries that loading in ``mode`` starts."""
        return (*self.changed, *self.added) if mode is LoadMode.REPLACE else self.added


def difference(setup: Setup, yard: Iterable[Station]) -> Difference:
    """What loading ``setup`` into ``yard`` is about."""
    beside = {station.id: station for station in yard}
    added: list[Entry] = []
    changed: list[Entry] = []
    for entry in setup.entries:
        station = beside.pop(str(entry.get("id")), None)
        if station is None:
            added.append(entry)
        elif not _same(entry, entry_of(station)):
            changed.append(entry)
    equal = len(setup.entries) - len(added) - len(changed)
    return Difference(tuple(added), tuple(changed), equal, tuple(beside))


def preview(found: Difference, mode: LoadMode) -> list[str]:
    """What loading would do, in words, a line for each kind of change."""
    empty = not (found.added or found.changed or found.equal)
    lines = ["The file holds no charge point."] if empty else []
    if found.added:
        lines.append(f"+ starts {_named([str(entry['id']) for entry in found.added])}")
    if found.changed:
        ids = _named([str(entry["id"]) for entry in found.changed])
        replaced = "~ starts anew, with other settings and without data:"
        lines.append(
            f"{replaced} {ids}" if mode is LoadMode.REPLACE else f"~ stays as it is, the file differs: {ids}"
        )
    if found.beside:
        ids = _named(found.beside)
        lines.append(f"- removes {ids}" if mode is LoadMode.REPLACE else f"  not in the file, stays: {ids}")
    if found.equal:
        lines.append(f"= {found.equal} as in the file already")
    return lines


def setup_text(stations: Iterable[Station]) -> tuple[str, list[str]]:
    """The setup file of ``stations``, and the ids of those that told too little to be started again."""
    entries: list[Entry] = []
    left_out: list[str] = []
    for station in stations:
        entry = entry_of(station)
        if entry:
            entries.append(entry)
        else:
            left_out.append(station.id)
    return json.dumps({"charge_points": entries}, indent=2, ensure_ascii=False) + "\n", left_out


def parse_setup(content: bytes, where: str) -> Setup:
    """The setup file ``where``. Raises InputError for the first entry that is wrong, naming its place."""
    return Setup(setups.parse_setup(content, where))


def entry_of(station: Station) -> Entry | None:
    """Its own start entry; of a foreign charge point, which tells none, what its status says."""
    status = station.status
    if status is None:
        return None
    if status.entry:
        return {"id": station.id, **status.entry}
    connectors = [connector for number, connector in station.connectors.items() if number > 0]
    limits = [connector.status.max_setpoint for connector in connectors if connector.status]
    entry: dict[str, object] = {
        "id": station.id,
        "vendor": status.vendor,
        "model": status.model,
        "serial": status.serial,
        "central_system": status.central_system,
        "type": status.type,
        "nb_connectors": max(1, status.nb_connectors, len(connectors)),
        "nb_phases": status.nb_phases,
        "max_setpoint": status.max_setpoint,
        "max_setpoint_per_connector": status.max_setpoint_per_connector or max(limits, default=status.max_setpoint),
        "voltage": status.voltage,
    }
    try:
        parse_spec(entry)
    except InputError:
        return None
    return entry


def _same(wanted: Entry, present: Entry | None) -> bool:
    """Whether all that ``wanted`` says is so; what it leaves out is as it is."""
    if present is None:
        return False
    try:
        return parse_spec(wanted, present) == parse_spec(present)
    except InputError:
        return False


def _named(ids: Iterable[str]) -> str:
    every = list(ids)
    shown = ", ".join(every) if len(every) < 4 else f"{every[0]}, {every[1]} … {every[-1]}"
    return f"{units.plural(len(every), 'charge point')}: {shown}"
