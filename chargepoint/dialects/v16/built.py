"""The station that a spec describes, set up by its configuration keys."""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

from chargepoint.api.spec import ChargePointSpec
from chargepoint.dialects.v16.configuration import Configuration
from chargepoint.model.electrical import Supply
from chargepoint.model.noise import MeterClass
from chargepoint.model.parameters import Parameters
from chargepoint.model.station import Station
from chargepoint.model.survival import Record
from chargepoint.model.vehicle import Vehicle


def station_of(
    spec: ChargePointSpec, configuration: Configuration, vehicle: Vehicle, records: Mapping[str, Record], now: float
) -> Station:
    """The station of ``spec``, with what earlier lives stored in ``records``."""
    parameters = Parameters(meter=MeterClass(seed=crc32(spec.id.encode())))
    configuration.apply(parameters)
    return Station(
        Supply(spec.type, spec.nb_phases, spec.voltage, spec.max_setpoint, spec.max_setpoint_per_connector),
        spec.nb_connectors,
        now,
        vehicle=vehicle,
        fixed_cable=spec.fixed_cable,
        parameters=parameters,
        records=records,
    )
