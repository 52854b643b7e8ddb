"""Limits as they run through time: connectors with the same profiles go together, and only what changes is looked at.

A profile has a few boundaries a day; a station may have 64 connectors and a schedule of a week is asked for. So the
boundaries are walked once, in order, each profile offering its own next one.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from chargepoint.model.smartcharging.context import StationContext
from chargepoint.model.smartcharging.limits import Limit, limit_of
from chargepoint.model.smartcharging.profiles import Profile
from chargepoint.model.smartcharging.timeline import counts_from_transaction, next_boundary, period_at

Stack = tuple[Profile, ...]
"""Profiles of one purpose, the highest stack level first."""


def stacked(profiles: Iterable[Profile]) -> Stack:
    """``profiles`` as a stack."""
    return tuple(sorted(profiles, key=lambda profile: profile.stack_level, reverse=True))


def leading(stack: Stack, station: StationContext, now: float, tx_started_at: float | None) -> Limit | None:
    """The limit of the highest stack level that has a period at ``now``; None when none has.

    OCPP 1.6 section 3.13.2 speaks of validity only; but in a gap of its schedule a valid profile has nothing to
    say, so there the level below it rules.
    """
    for profile in stack:
        period = period_at(profile, now, tx_started_at)
        if period is not None:
            return limit_of(period, profile.schedule, station)
    return None


@dataclass(slots=True, eq=False)
class Course:
    """What ``count`` connectors may draw each: the first of ``stacks`` that has a say, else and at most ``rating``.

    ``tx_started_at`` is when their transactions began, as far as that matters to the profiles.
    """

    stacks: tuple[Stack, ...]
    tx_started_at: float | None
    rating: Limit
    count: int = 1
    limit: Limit = field(init=False)

    def __post_init__(self) -> None:
        self.limit = self.rating

    @property
    def profiles(self) -> Stack:
        """All that may change its limit."""
        return tuple(profile for stack in self.stacks for profile in stack)

    def move(self, station: StationContext, now: float) -> None:
        """Take on the limit of ``now``."""
        limits = (leading(stack, station, now, self.tx_started_at) for stack in self.stacks)
        limit = next((limit for limit in limits if limit is not None), self.rating)
        self.limit = limit.capped_by(self.rating)


def together(courses: Iterable[Course]) -> list[Course]:
    """``courses`` with those made one that always say the same."""
    found: dict[tuple[object, ...], Course] = {}
    for course in courses:
        matters = any(counts_from_transaction(profile) for profile in course.profiles)
        started = course.tx_started_at if matters else None
        known = found.setdefault((course.stacks, started), course)
        if known is not course:
            known.count += course.count
    return list(found.values())


def steps(courses: Sequence[Course], now: float, end: float) -> Iterator[tuple[float, set[Course]]]:
    """``now``, and the whole seconds after it and before ``end`` from which something may be different.

    With each go the courses concerned. What changes within a second counts from the next one.
    """
    yield now, set(courses)
    concerned: dict[tuple[Profile, float | None], list[Course]] = {}
    for course in courses:
        for profile in course.profiles:
            started = course.tx_started_at if counts_from_transaction(profile) else None
            concerned.setdefault((profile, started), []).append(course)
    lines = list(concerned)
    ahead: list[tuple[float, int]] = []
    reached = list(range(len(lines)))
    while True:
        for number in reached:
            profile, started = lines[number]
            moment = next_boundary(profile, now, started)
            if moment is not None and moment <= end - 1:
                heapq.heappush(ahead, (moment, number))
        if not ahead:
            return
        now = math.ceil(ahead[0][0])
        reached.clear()
        while ahead and ahead[0][0] <= now:
            reached.append(heapq.heappop(ahead)[1])
        yield now, {course for number in reached for course in concerned[lines[number]]}
