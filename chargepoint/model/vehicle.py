"""The car behind the plug: how much it asks for, and its battery."""

from __future__ import annotations

from dataclasses import dataclass

from chargepoint.model.electrical import Phases


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A kind of car. ``arrival_soc_pct`` is its state of charge when it is plugged in."""

    name: str = "generic"
    battery_wh: float = 58_000.0
    arrival_soc_pct: float = 20.0
    ac_current_a: float = 16.0
    ac_phases: int = 3
    dc_power_w: float = 120_000.0
    efficiency: float = 0.92

    def demand(self, direct: bool) -> Phases:
        """What it asks for when nobody says otherwise: A per phase for AC, W for DC."""
        return Phases(self.dc_power_w) if direct else Phases.first(self.ac_phases, self.ac_current_a)

    def soc_gain_pct(self, energy_wh: float, direct: bool) -> float:
        """How far ``energy_wh`` at the outlet fills the battery; an on-board charger loses some of AC."""
        stored_wh = energy_wh * (1.0 if direct else self.efficiency)
        return 100.0 * stored_wh / self.battery_wh


GENERIC = Vehicle()
