"""A whole yard as a JSON text, and back."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from chargepoint.api.errors import InputError
from chargepoint.api.spec import parse_spec
from launcher.fleet import setups
from tui.state import units
from tui.state.station import Station


@dataclass(frozen=True, slots=True)
class Setup:
    """The start entries of a setup file, each found right."""

    entries: tuple[Mapping[str, object], ...]

    def missing(self, present: Container[str]) -> tuple[Mapping[str, object], ...]:
        """The entries whose charge points are not in the yard yet."""
        return tuple(entry for entry in self.entries if entry.get("id") not in present)


def setup_text(stations: Iterable[Station]) -> tuple[str, list[str]]:
    """The setup file of ``stations``, and the ids of those that told too little to be started again."""
    entries: list[Mapping[str, object]] = []
    left_out: list[str] = []
    for station in stations:
        entry = _entry_of(station)
        if entry:
            entries.append(entry)
        else:
            left_out.append(station.id)
    return json.dumps({"charge_points": entries}, indent=2, ensure_ascii=False) + "\n", left_out


def parse_setup(content: bytes, where: str) -> Setup:
    """The setup file ``where``. Raises InputError for the first entry that is wrong, naming its place."""
    return Setup(setups.parse_setup(content, where))


def preview(setup: Setup, present: Container[str]) -> str:
    """What loading ``setup`` would do, in words."""
    new = len(setup.missing(present))
    there = len(setup.entries) - new
    if not setup.entries:
        return "The file holds no charge point."
    words = f"{units.plural(len(setup.entries), 'charge point')}: starts {new}" if new else "All of them are here"
    if new and there:
        words += f"; {there} of them {'is' if there == 1 else 'are'} in the yard already"
        words += " and stays as it is" if there == 1 else " and stay as they are"
    return words + "."


def _entry_of(station: Station) -> Mapping[str, object] | None:
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
