"""The meter of a connector: one register that only grows, and the moments at which it is read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from chargepoint.model.electrical import NOTHING, Phases
from chargepoint.model.ramp import STILL, Flow

DAY_S = 86_400.0

ROUNDING_S = 1e-6
"""More than a POSIX time in a float can be wrong by: that much later, a moment found by division is reached."""


class SampleContext(StrEnum):
    """Why a meter was read (OCPP 1.6 section 7.31)."""

    PERIODIC = "Sample.Periodic"
    CLOCK = "Sample.Clock"
    BEGIN = "Transaction.Begin"
    END = "Transaction.End"
    TRIGGER = "Trigger"
    INTERRUPTED = "Interruption.Begin"
    RESUMED = "Interruption.End"


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a meter shows at one moment. ``phases`` says how many of the per-phase values exist.

    ``offered_a`` is per phase; ``soc_pct`` is None when the car does not tell it, ``fan_rpm`` without a fan.
    ``register_only``: it has no value of what flows now. ``lost_phase`` has no voltage; 0 is none.
    Nothing ever flows back from a car: what a meter shows of export is 0.
    """

    at: float
    phases: int
    energy_wh: float
    power_w: float = 0.0
    current_a: Phases = NOTHING
    voltage_v: float = 0.0
    offered_a: float = 0.0
    offered_w: float = 0.0
    soc_pct: float | None = None
    reactive_varh: float = 0.0
    reactive_var: float = 0.0
    power_factor: float = 1.0
    temperature_c: float = 0.0
    fan_rpm: float | None = None
    register_only: bool = False
    lost_phase: int = 0


@dataclass(slots=True)
class Meter:
    """A register in Wh, moved on by what has flowed since ``at``.

    One unit of ``flow`` is ``watts`` of power and ``vars`` of reactive power. ``gain`` is what the register counts of
    1 Wh: 1, unless the meter is a bad one.
    """

    at: float
    energy_wh: float = 0.0
    reactive_varh: float = 0.0
    flow: Flow = STILL
    watts: float = 1.0
    vars: float = 0.0
    gain: float = 1.0

    @property
    def power_w(self) -> float:
        """The power at ``at``."""
        return self.flow.at(self.at).total * self.watts

    @property
    def flows(self) -> bool:
        """Whether something flows, or is about to."""
        return self.power_w > 0 or self.flow.next_bend(self.at) is not None

    def advance(self, now: float) -> float:
        """Count until ``now``; returns the energy that has really flowed since the last time, in Wh."""
        if now <= self.at:
            return 0.0
        hours = self.flow.area(self.at, now) / 3600.0
        self.at = now
        self.energy_wh += hours * self.watts * self.gain
        self.reactive_varh += hours * self.vars * self.gain
        return hours * self.watts

    def moment_of(self, energy_wh: float) -> float:
        """When ``energy_wh`` more has really flowed, if nothing changes until then; infinity for never."""
        return self.flow.moment_of(energy_wh * 3600.0 / self.watts, self.at) + ROUNDING_S

    @property
    def register_wh(self) -> int:
        """What the display shows: whole Wh, rounded down, so that it never runs back."""
        return whole_wh(self.energy_wh)


def whole_wh(energy_wh: float) -> int:
    """What a display shows of a register."""
    return math.floor(energy_wh + 1e-6)


def next_sample_at(started_at: float, interval_s: float, after: float) -> float | None:
    """The first moment ``started_at + k x interval_s`` (k from 1) later than ``after``; None without interval."""
    if interval_s <= 0:
        return None
    return _next_multiple(started_at, interval_s, after)


def next_aligned_at(interval_s: float, after: float, clock_offset_s: float) -> float | None:
    """The first whole multiple of ``interval_s`` since midnight of the station's clock, later than ``after``."""
    if interval_s <= 0:
        return None
    shown = after + clock_offset_s
    midnight = math.floor(shown / DAY_S) * DAY_S
    return when_shown(min(_next_multiple(midnight, interval_s, shown), midnight + DAY_S), clock_offset_s)


def when_shown(boundary: float, clock_offset_s: float) -> float:
    """The moment at which the station's clock shows ``boundary``, and not a rounding error before."""
    moment = boundary - clock_offset_s
    return moment if moment + clock_offset_s >= boundary else moment + ROUNDING_S


def _next_multiple(start: float, interval_s: float, after: float) -> float:
    count = max(1, math.floor((after - start) / interval_s) + 1)
    moment = start + count * interval_s
    # Division and multiplication may disagree in the last bit; the moment has to lie ahead.
    return moment if moment > after else start + (count + 1) * interval_s
