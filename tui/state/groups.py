"""Charge points that belong together, by what their ids begin with or by what they have in common."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chargepoint.api.payloads import ConnectorState
from tui.state import units
from tui.state.cells import Cell, Line, Tone, clean, clip_middle, joined, spread, width_of
from tui.state.looks import CONNECTORS, STANDINGS
from tui.state.station import Standing, Station


class Grouping(StrEnum):
    """What makes a group."""

    NONE = "none"
    PREFIX = "id prefix"
    SETUP = "setup"
    STATUS = "status"
    CENTRAL = "central system"
    POOL = "pool"

    @property
    def following(self) -> Grouping:
        """The next one, round and round."""
        every = list(Grouping)
        return every[(every.index(self) + 1) % len(every)]


_PROCESS_TONES: Final = {"Alive": Tone.GOOD, "Dead": Tone.BAD}
_NAME_WIDTH: Final = 16
_TAIL: Final = re.compile(r"[-_.:=@]*\d*$")


def group_of(station: Station, grouping: Grouping, setups: Mapping[str, str]) -> str:
    """The name of its group; ``setups`` tells by id the setup file it was loaded from or saved to last."""
    match grouping:
        case Grouping.PREFIX:
            return _TAIL.sub("", station.id) or station.id
        case Grouping.SETUP:
            return setups.get(station.id, "no setup")
        case Grouping.STATUS:
            return station.standing.value
        case Grouping.CENTRAL:
            return clean(station.status.central_system) if station.status else "not told"
        case Grouping.POOL:
            return pool_group(station.status.pool) if station.status and station.status.pool else "no pool"
        case Grouping.NONE:
            return ""


def pool_group(pool: str) -> str:
    """The name of the group of those that live in ``pool``."""
    return f"pool {clean(pool)}"


@dataclass(frozen=True, slots=True)
class Heading:
    """The row above a group; a folded one stands for all of it."""

    name: str
    ids: tuple[str, ...]
    folded: bool

    @property
    def key(self) -> str:
        """What it is among the rows: no id begins with it."""
        return f"#{self.name}"


def heading_line(heading: Heading, stations: Sequence[Station], marked: int, width: int, process: str = "") -> Line:
    """Name, size, counts by state and power of a group; ``process``: what is told of the one that they share."""
    standings = Counter(station.standing for station in stations)
    connectors = Counter(connector.state for station in stations for connector in station.connectors.values())
    power_w = sum(station.power_w for station in stations)
    sign = "▸" if heading.folded else "▾"
    counts: list[Line] = []
    for standing in Standing:
        if count := standings[standing]:
            look = STANDINGS[standing]
            counts.append((Cell(look.glyph, look.tone), Cell(f" {count}")))
    for state in (ConnectorState.CHARGING, ConnectorState.FAULTED):
        if count := connectors[state]:
            look = CONNECTORS[state]
            counts.append((Cell(look.glyph, look.tone), Cell(f" {count}")))
    marks: Line = (Cell(f"✓ {marked}", Tone.CHOSEN),) if marked else ()
    power: Line = (Cell(units.power(power_w), Tone.STRONG),) if round(power_w) else ()
    told = joined((marks, *counts, power))
    told_process: Line = (Cell(f"  {clean(process)}", _PROCESS_TONES.get(process, Tone.DIM)),) if process else ()
    room = width - 8 - len(str(len(stations))) - width_of(told_process)
    # The name first; then what is wrong before what is well.
    wanted = min(_NAME_WIDTH, len(heading.name))
    while counts and width_of(told) > room - wanted:
        counts.pop(0)
        told = joined((marks, *counts, power))
    room = max(4, room - width_of(told))
    name: Line = (
        Cell(f" {sign} ", Tone.KEY),
        Cell(clip_middle(heading.name, room), Tone.STRONG),
        Cell(f"  {len(stations)}", Tone.DIM),
        *told_process,
    )
    return spread(name, (*told, Cell(" ")), width)
