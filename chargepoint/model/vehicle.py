"""The car behind the plug: what it asks for, what it can take, how fast it follows, and its battery."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from chargepoint.model.electrical import Phases

FULL_PCT = 100.0

LONGEST_FALL_S = 5.0
"""A car has obeyed a lower limit by then (IEC 61851-1, annex A: 5 s after the pilot changes)."""

Curve = tuple[tuple[float, float], ...]
"""State of charge in % to a share of the maximum, 0 to 1; straight lines between."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A kind of car. ``arrival_soc_pct`` is its state of charge when it is plugged in.

    ``ac_current_a`` (per phase) and ``dc_power_w`` are what it asks for when nobody says otherwise; ``bounded``: it
    never takes more, whatever is said of it. What is 0 or empty limits nothing: ``ac_minimum_a``, below which its
    charger does not run; ``dc_current_a`` and ``dc_voltage_v``, those of its battery; ``ac_curve`` and ``dc_curve``,
    what the battery takes by its state of charge. The generic car is of this kind: it takes what it is offered, at
    that very second.

    Ramps: up by ``ac_rise_a_per_s`` or ``dc_rise_w_per_s``, down within ``fall_s``; 0 is at once.
    ``power_factor`` is that of its on-board charger.
    """

    name: str = "generic"
    battery_wh: float = 58_000.0
    arrival_soc_pct: float = 20.0
    ac_current_a: float = 16.0
    ac_phases: int = 3
    dc_power_w: float = 120_000.0
    efficiency: float = 0.92
    bounded: bool = False
    ac_minimum_a: float = 0.0
    dc_current_a: float = 0.0
    dc_voltage_v: float = 0.0
    ac_curve: Curve = ()
    dc_curve: Curve = ()
    ac_rise_a_per_s: float = 0.0
    dc_rise_w_per_s: float = 0.0
    fall_s: float = 0.0
    power_factor: float = 1.0

    def demand(self, direct: bool) -> Phases:
        """What it asks for when nobody says otherwise: A per phase for AC, W for DC."""
        return Phases(self.dc_power_w) if direct else Phases.first(self.ac_phases, self.ac_current_a)

    def acceptance(self, direct: bool, soc_pct: float, voltage_v: float) -> Phases:
        """The most it takes at ``soc_pct``: A per phase for AC; W for DC, at an outlet that gives ``voltage_v``."""
        share = _share(self.dc_curve if direct else self.ac_curve, soc_pct)
        if direct:
            by_current_w = self.dc_current_a * self.outlet_voltage_v(voltage_v) if self.dc_current_a else math.inf
            return Phases(min(self._most(self.dc_power_w, share), by_current_w))
        phases = self.ac_phases if self.bounded else 3
        return Phases.first(phases, self._most(self.ac_current_a, share))

    def _most(self, rated: float, share: float) -> float:
        return rated * share if self.bounded or share < 1.0 else math.inf

    def next_step_pct(self, direct: bool, soc_pct: float) -> float:
        """The state of charge at which ``acceptance`` changes next, by whole percents; at the latest, full."""
        steps = _steps(self.dc_curve if direct else self.ac_curve)
        return next((step for step in steps if step > soc_pct), FULL_PCT)

    def outlet_voltage_v(self, most_v: float) -> float:
        """The voltage of a direct current outlet that can give ``most_v``: the car's battery decides it."""
        return min(most_v, self.dc_voltage_v) if self.dc_voltage_v else most_v

    def rise(self, direct: bool) -> float:
        """How much more it takes each second, until it has what it may: A or W; 0 is all at once."""
        return self.dc_rise_w_per_s if direct else self.ac_rise_a_per_s

    def soc_gain_pct(self, energy_wh: float, direct: bool) -> float:
        """How far ``energy_wh`` at the outlet fills the battery; an on-board charger loses some of AC."""
        stored_wh = energy_wh * (1.0 if direct else self.efficiency)
        return 100.0 * stored_wh / self.battery_wh

    def energy_for_wh(self, gain_pct: float, direct: bool) -> float:
        """The energy at the outlet that fills the battery by ``gain_pct``."""
        return gain_pct / 100.0 * self.battery_wh / (1.0 if direct else self.efficiency)


@cache
def _steps(curve: Curve) -> tuple[float, ...]:
    """The percents at which the share changes."""
    return tuple(float(pct) for pct in range(1, int(FULL_PCT)) if _share(curve, pct) != _share(curve, pct - 1))


def _share(curve: Curve, soc_pct: float) -> float:
    """The value of ``curve`` at the whole percent below ``soc_pct``: between two percents nothing changes."""
    at = math.floor(soc_pct)
    if not curve:
        return 1.0
    for (left, low), (right, high) in pairwise(curve):
        if left <= at < right:
            return low + (high - low) * (at - left) / (right - left)
    return curve[0][1] if at < curve[0][0] else curve[-1][1]


GENERIC = Vehicle()
