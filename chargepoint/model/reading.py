"""Reading a meter: everything that it shows of its connector, or of the station, at one moment."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from chargepoint.api.payloads import ErrorCode
from chargepoint.model.connector import Connector
from chargepoint.model.electrical import Phases
from chargepoint.model.metering import Reading
from chargepoint.model.state import StationState
from chargepoint.model.thermal import fan_rpm

VOLTAGES = {ErrorCode.OVER_VOLTAGE: 1.2, ErrorCode.UNDER_VOLTAGE: 0.8}
"""What the voltage is with each fault, as a factor of what it should be: beyond the 10 % of EN 50160."""

OVER_CURRENT = 1.5

_STRAIGHT = (0, 1, 2)


def reading(state: StationState, connector: Connector, now: float) -> Reading:
    """What the meter of ``connector`` shows."""
    supply, meter = state.supply, connector.meter
    power_factor = power_factor_of(state)
    true = Reading(
        at=now,
        phases=supply.phases,
        energy_wh=meter.energy_wh,
        power_w=meter.power_w,
        current_a=supply.current_a(connector.consumption),
        voltage_v=supply.voltage_v,
        offered_a=connector.setpoint / supply.voltage_v if supply.direct else connector.setpoint,
        offered_w=connector.setpoint * (1.0 if supply.direct else supply.voltage_v * connector.phases_in_use),
        soc_pct=connector.car.soc_pct if connector.car.plugged else None,
        reactive_varh=meter.reactive_varh,
        reactive_var=connector.consumption.total * meter.vars,
        power_factor=power_factor,
        temperature_c=connector.temperature_c,
        fan_rpm=fan_rpm(connector.temperature_c) if supply.direct else None,
    )
    shown = state.parameters.meter.shown(true, connector.number, power_factor)
    if connector.faults or state.faults:
        shown = _faulty(state, connector, shown)
    return shown if state.damages is None else state.damages.shown(shown, connector)


def _faulty(state: StationState, connector: Connector, reading: Reading) -> Reading:
    """``reading`` with what the faults of ``connector`` are about."""
    for code, factor in VOLTAGES.items():
        if state.suffers(connector, code):
            voltage_v = reading.voltage_v * factor
            reading = replace(reading, voltage_v=voltage_v, power_w=reading.power_w * factor)
    if state.suffers(connector, ErrorCode.OVER_CURRENT_FAILURE):
        # What flowed when the protection saw it; when it is off, nothing does.
        current_a = Phases(*(OVER_CURRENT * value for value in reading.current_a.values))
        reading = replace(reading, current_a=current_a, power_w=reading.power_w * OVER_CURRENT)
    if state.suffers(connector, ErrorCode.POWER_METER_FAILURE):
        reading = replace(reading, register_only=True)
    return reading


def station_reading(state: StationState, now: float) -> Reading:
    """What the station's main meter shows: the sum of its connectors, the warmest of their temperatures."""
    readings = [reading(state, connector, now) for connector in state.connectors.values()]
    rewired = map(partial(_at_main_meter, state.parameters.wiring), state.connectors, readings)
    currents = zip(*rewired, strict=True)
    fans = [one.fan_rpm for one in readings if one.fan_rpm is not None]
    return replace(
        readings[0],
        energy_wh=sum(one.energy_wh for one in readings),
        power_w=sum(one.power_w for one in readings),
        current_a=Phases(*map(sum, currents)),
        offered_a=sum(one.offered_a for one in readings),
        offered_w=sum(one.offered_w for one in readings),
        soc_pct=None,
        reactive_varh=sum(one.reactive_varh for one in readings),
        reactive_var=sum(one.reactive_var for one in readings),
        temperature_c=max(one.temperature_c for one in readings),
        fan_rpm=max(fans, default=None),
    )


def _at_main_meter(
    wiring: Mapping[int, tuple[int, int, int]], number: int, read: Reading
) -> tuple[float, float, float]:
    """The currents of connector ``number`` on the phases that the main meter calls its first, second and third."""
    own, main = wiring.get(number, _STRAIGHT), wiring.get(0, _STRAIGHT)
    by_grid_phase = dict(zip(own, read.current_a.values, strict=True))
    return by_grid_phase[main[0]], by_grid_phase[main[1]], by_grid_phase[main[2]]


def power_factor_of(state: StationState) -> float:
    """That of the cars' on-board chargers; direct current has none to speak of."""
    return 1.0 if state.supply.direct else state.vehicle.power_factor


def watts_and_vars(state: StationState) -> tuple[float, float]:
    """Power and reactive power of one unit of consumption."""
    power_factor = power_factor_of(state)
    watts = state.supply.watts(power_factor)
    return watts, watts * math.sqrt(1.0 - power_factor * power_factor) / power_factor
