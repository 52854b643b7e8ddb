"""The thermostat of a connector that gets hot: at WARM_C it gives half, at TRIP_C nothing, until it has cooled down.

Loaded with the first heat that is not the current's own: without, no connector gets warmer than 50 C. It is hot for
one of two reasons, and stays so until they are gone: HighTemperature puts it into HOT_C, a cooling that has failed
into UNCOOLED_C.
"""

from __future__ import annotations

from chargepoint.api.payloads import ErrorCode
from chargepoint.model.connector import Connector, Heat
from chargepoint.model.faults import Fault
from chargepoint.model.thermal import AMBIENT_C, RISE_K

HOT_C = 85.0
UNCOOLED_C = 65.0

WARM_C, COOL_C = 75.0, 70.0
TRIP_C, RESET_C = 90.0, 86.0


def put_into_heat(connector: Connector, *, heated: bool, uncooled: bool) -> None:
    """Let the surroundings of ``connector`` be as hot as its faults make them."""
    if heated:
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


def fault_of(connector: Connector) -> Fault:
    """What its heat is told as."""
    return Fault(ErrorCode.HIGH_TEMPERATURE, blocking=connector.heat is Heat.TRIPPED)
