"""The same done to many connectors, spread over a while: "plug in 200 cars over 60 seconds"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from chargepoint.api.payloads import CarInput, FaultInput, TokenInput
from tui.state.station import Station
from tui.state.view import connector_of

LONGEST_S: Final = 86_400.0
"""The longest a batch may be spread over."""

Input = CarInput | TokenInput | FaultInput


@dataclass(frozen=True, slots=True)
class Place:
    """A connector of a charge point."""

    station_id: str
    connector: int


@dataclass(frozen=True, slots=True)
class Step:
    """One input at one place, ``after_s`` seconds after the batch began."""

    after_s: float
    place: Place
    input: Input


@dataclass(frozen=True, slots=True)
class Batch:
    """Steps in the order of their time, and what they are together."""

    title: str
    steps: tuple[Step, ...]


def places(stations: Iterable[Station], connector: int, *, every: bool) -> tuple[Place, ...]:
    """The connectors of the living ones among ``stations``: ``every`` one, or the one of that number where there is
    one, else the first. Connector 0, the station itself, only where it is asked for by number."""
    found: list[Place] = []
    for station in stations:
        if not station.alive:
            continue
        if every:
            found += [Place(station.id, number) for number in station.connectors if number]
        elif chosen := connector_of(station, connector):
            found.append(Place(station.id, chosen.number))
    return tuple(found)


def spread(title: str, inputs: Sequence[tuple[Place, Input]], over_s: float) -> Batch:
    """``inputs`` at even distances: the first at once, the last one distance before ``over_s`` is over."""
    distance_s = over_s / max(1, len(inputs))
    return Batch(title, tuple(Step(at * distance_s, place, given) for at, (place, given) in enumerate(inputs)))
