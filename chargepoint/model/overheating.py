"""A connector that gets too hot: at WARM_C it gives half, at TRIP_C nothing, until it has cooled down.

Loaded with the first heat that is not the current's own: without, no connector gets warmer than 50 C. It is hot for
one of two reasons, and stays so until they are gone: HighTemperature puts it into HOT_C, a cooling that has failed
into UNCOOLED_C.
"""

from __future__ import annotations

import math

from chargepoint.api.payloads import ErrorCode
from chargepoint.model.availability import end_faulted
from chargepoint.model.connector import Connector, Heat
from chargepoint.model.faults import Fault, has
from chargepoint.model.interruption import follow_faults
from chargepoint.model.state import StationState
from chargepoint.model.thermal import AMBIENT_C, RISE_K, TIME_CONSTANT_S

HOT_C = 85.0
UNCOOLED_C = 65.0

WARM_C, COOL_C = 75.0, 70.0
TRIP_C, RESET_C = 90.0, 86.0

ROUNDING_S = 1e-3
"""So much later than computed, a temperature has surely been reached."""


def put_into_heat(state: StationState, connector: Connector, uncooled: bool) -> None:
    """Let the surroundings of ``connector`` be as hot as its faults make them."""
    if has((*connector.faults, *state.faults), ErrorCode.HIGH_TEMPERATURE):
        connector.ambient_c = HOT_C
        connector.temperature_c = max(connector.temperature_c, HOT_C)
    else:
        connector.ambient_c = UNCOOLED_C if uncooled else AMBIENT_C
        # Whoever repairs it lets it cool down to what its current alone would make it.
        connector.temperature_c = min(connector.temperature_c, connector.ambient_c + RISE_K)
    feel(connector)


def feel(connector: Connector) -> None:
    """Let the thermostat of ``connector`` do what it does at this temperature."""
    temperature_c = connector.temperature_c
    if temperature_c >= TRIP_C or (connector.heat is Heat.TRIPPED and temperature_c > RESET_C):
        connector.heat = Heat.TRIPPED
    elif temperature_c >= WARM_C or (connector.heat is not Heat.COOL and temperature_c > COOL_C):
        connector.heat = Heat.WARM
    else:
        connector.heat = Heat.COOL


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


def fault_of(connector: Connector) -> Fault:
    """What its heat is told as."""
    return Fault(ErrorCode.HIGH_TEMPERATURE, blocking=connector.heat is Heat.TRIPPED)
