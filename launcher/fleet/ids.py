"""Choosing charge points by ids and globs, and naming new ones."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterable, Iterator

from chargepoint.api.errors import InputError

SERIES = "simu_cp_"


def chosen(patterns: Iterable[str], present: Collection[str]) -> list[str]:
    """The ids that ``patterns`` mean, each once: a glob (``* ? [``) means those of ``present`` that it matches, in
    their order, anything else means itself. Raises InputError for a glob that matches nothing."""
    ids: dict[str, None] = {}
    for pattern in patterns:
        if not is_pattern(pattern):
            ids[pattern] = None
            continue
        matching = [station_id for station_id in sorted(present) if fnmatch.fnmatchcase(station_id, pattern)]
        if not matching:
            there = f"there are {len(present)}" if present else "there are none"
            raise InputError("ID", pattern, f"the pattern of any charge point here ({there})")
        ids |= dict.fromkeys(matching)
    return list(ids)


def is_pattern(text: str) -> bool:
    """Whether ``text`` means all whose id it matches."""
    return any(sign in text for sign in "*?[")


def series(count: int) -> Iterator[str]:
    """``count`` ids: simu_cp_001, simu_cp_002, ... as the Open OCPP simulator's documents name theirs."""
    return (f"{SERIES}{number:03}" for number in range(1, count + 1))
