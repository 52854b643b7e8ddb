"""What flows, while it is on its way: a line from what flowed to what shall flow, and its integral.

Between two moments of interest nothing is computed: a ramp is a line, its energy the area below it, and the moment
at which it ends is known when it begins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from chargepoint.model.electrical import NOTHING, Phases


@dataclass(frozen=True, slots=True)
class Ramp:
    """One quantity from ``start`` at ``since`` towards ``target``, by ``rate`` (above 0) a second; then it stays."""

    since: float
    start: float
    target: float
    rate: float = math.inf

    @property
    def settles_at(self) -> float:
        """When ``target`` is reached."""
        return self.since if self.rate == math.inf else self.since + abs(self.target - self.start) / self.rate

    def at(self, moment: float) -> float:
        """The quantity at ``moment``, not before ``since``."""
        if self.start == self.target:
            return self.target
        way = abs(self.target - self.start)
        # The product of an infinite rate and no time at all is no number.
        gone = way if moment >= self.settles_at else min(way, self.rate * (moment - self.since))
        return self.target if gone >= way else self.start + math.copysign(gone, self.target - self.start)

    def area(self, begin: float, end: float) -> float:
        """The integral from ``begin`` to ``end``, both not before ``since``."""
        bend = min(max(self.settles_at, begin), end)
        sloping = (self.at(begin) + self.at(bend)) / 2 * (bend - begin)
        return sloping + self.target * (end - bend)


@dataclass(frozen=True, slots=True)
class Flow:
    """What flows on each phase; each is on its own way, until ``target`` is reached on all at ``settles_at``."""

    l1: Ramp
    l2: Ramp
    l3: Ramp
    target: Phases = field(init=False, compare=False)
    settles_at: float = field(init=False, compare=False)

    def __post_init__(self) -> None:
        # Asked for at every step of a station, and mostly of a flow that has settled long ago.
        object.__setattr__(self, "target", Phases(self.l1.target, self.l2.target, self.l3.target))
        settles_at = max(line.settles_at if line.start != line.target else -math.inf for line in self.lines)
        object.__setattr__(self, "settles_at", settles_at)

    @classmethod
    def steady(cls, phases: Phases, since: float) -> Flow:
        """A flow that is there at once and stays."""
        return cls(*(Ramp(since, value, value) for value in phases.values))

    def towards(self, target: Phases, now: float, rise: float, fall_s: float) -> Flow:
        """The flow that turns to ``target`` at ``now``: up by ``rise`` a second, down within ``fall_s``.

        A rise of 0 and a fall of 0 mean at once. A phase that is already on its way there goes on as it did.
        """
        if target == self.target:
            return self
        lines = zip(self.lines, target.values, strict=True)
        return Flow(*(_turned(line, value, now, rise, fall_s) for line, value in lines))

    @property
    def lines(self) -> tuple[Ramp, Ramp, Ramp]:
        """The phases in order."""
        return self.l1, self.l2, self.l3

    def at(self, moment: float) -> Phases:
        """What flows at ``moment``."""
        if moment >= self.settles_at:
            return self.target
        return Phases(self.l1.at(moment), self.l2.at(moment), self.l3.at(moment))

    def area(self, begin: float, end: float) -> float:
        """The integral of all phases together, in their unit times seconds."""
        if begin >= self.settles_at:
            return self.target.total * (end - begin)
        return sum(line.area(begin, end) for line in self.lines)

    def next_bend(self, after: float) -> float | None:
        """When the next phase reaches what it is on its way to; None when nothing is on its way."""
        if after >= self.settles_at:
            return None
        bends = [bend for line in self.lines if (bend := line.settles_at) > after]
        return min(bends) if bends else None

    def moment_of(self, area: float, now: float) -> float:
        """When the integral from ``now`` on is ``area``, if it goes on until the next bend as it does now.

        Infinity when it never is, or not before the bend: ask again then.
        """
        flowing, bend = self.at(now).total, self.next_bend(now)
        if bend is None:
            return now + area / flowing if flowing > 0 else math.inf
        rise = (self.at(bend).total - flowing) / (bend - now)
        # flowing x t + rise / 2 x t^2 = area, in the form that does not cancel when rise is small.
        root = flowing * flowing + 2 * rise * area
        divisor = flowing + math.sqrt(root) if root >= 0 else 0.0
        return now + 2 * area / divisor if divisor > 0 else math.inf


STILL = Flow.steady(NOTHING, 0.0)


def _turned(line: Ramp, target: float, now: float, rise: float, fall_s: float) -> Ramp:
    if target == line.target:
        return line
    start = line.at(now)
    rate = rise if target > start else (start - target) / fall_s if fall_s else 0.0
    # Also where a rate is too small for a float.
    return Ramp(now, start, target, rate or math.inf)
