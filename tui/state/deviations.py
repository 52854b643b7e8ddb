"""What a charge point is made to do wrong at present, read from the words of its retained status."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from chargepoint.api.damage import DamageKind
from chargepoint.api.disturbances import DisturbanceKind
from tui.state.cells import Cell, Tone
from tui.state.station import Station


class Sort(StrEnum):
    """What deviates."""

    LINE = "line"
    QUIRK = "quirk"
    PART = "part"
    FAULT = "fault"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing that is on. ``name``: the kind of disturbance or damage, the quirk, the error code; ``connector`` 0
    is the charge point itself. ``words``: all of it, with its numbers; ``since``: an ISO 8601 moment, "" when it was
    not told."""

    sort: Sort
    name: str
    connector: int = 0
    words: str = field(default="", compare=False)
    since: str = field(default="", compare=False)


DEVIATES: Final = Cell("~", Tone.WARN)
"""Stands beside the id of a charge point that is made to do wrong."""


_SORTS: Final[Mapping[str, Sort]] = {
    **dict.fromkeys(DisturbanceKind, Sort.LINE),
    **dict.fromkeys(DamageKind, Sort.PART),
}
_PREFIXED: Final = (Sort.QUIRK, Sort.FAULT)
_CONNECTOR: Final = re.compile(r" connector (\d+)$")


def deviations_of(station: Station) -> tuple[Deviation, ...]:
    """What is on at ``station``, in its own order."""
    if station.status is None or not station.deviates:
        return ()
    told, since = station.status.deviations, station.status.deviations_at
    if len(since) != len(told):
        since = ("",) * len(told)
    return tuple(map(_read, told, since))


def counted(stations: Iterable[Station]) -> Counter[Deviation]:
    """What is on among ``stations``, and at how many of them; numbers may differ from one to the other."""
    return Counter(one for station in stations for one in dict.fromkeys(deviations_of(station)))


def _read(words: str, since: str) -> Deviation:
    first, _, rest = words.partition(" ")
    place = _CONNECTOR.search(words)
    connector = int(place[1]) if place else 0
    if first in _PREFIXED and rest:
        return Deviation(Sort(first), rest.partition(" ")[0], connector, words, since)
    return Deviation(_SORTS.get(first, Sort.OTHER), first, connector, words, since)
