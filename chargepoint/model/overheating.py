"""Connectors that get too hot, over time: when their thermostats do the next thing, and what follows from it.

Loaded with the first heat that is not the current's own.
"""

from __future__ import annotations

import math

from chargepoint.model.availability import end_faulted
from chargepoint.model.connector import Connector, Heat
from chargepoint.model.interruption import follow_faults
from chargepoint.model.state import StationState
from chargepoint.model.thermal import RISE_K, TIME_CONSTANT_S
from chargepoint.model.thermostat import COOL_C, RESET_C, TRIP_C, WARM_C, feel

ROUNDING_S = 1e-3
"""So much later than computed, a temperature has surely been reached."""


def follow_heat(state: StationState, now: float) -> None:
    """Let every thermostat do what it does now."""
    for connector in state.connectors.values():
        feel(connector)
    end_faulted(state, now)
    follow_faults(state, now)


def next_threshold(state: StationState) -> float | None:
    """When the next thermostat will do something, if what flows stays what it is."""
    moments = [at for connector in state.connectors.values() if (at := _threshold(state, connector)) is not None]
    return min(moments, default=None)


def _threshold(state: StationState, connector: Connector) -> float | None:
    load = connector.consumption.largest / state.supply.connector_limit
    temperature_c, final_c = connector.temperature_c, connector.ambient_c + RISE_K * load * load
    upper_c = {Heat.COOL: WARM_C, Heat.WARM: TRIP_C, Heat.TRIPPED: math.inf}[connector.heat]
    lower_c = {Heat.COOL: -math.inf, Heat.WARM: COOL_C, Heat.TRIPPED: RESET_C}[connector.heat]
    goal_c = upper_c if final_c > temperature_c else lower_c
    if not min(temperature_c, final_c) < goal_c < max(temperature_c, final_c):
        return None
    return state.at + TIME_CONSTANT_S * math.log((temperature_c - final_c) / (goal_c - final_c)) + ROUNDING_S
