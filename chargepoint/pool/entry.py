"""What is wrong with a start entry, before anybody is started with it."""

from __future__ import annotations

from collections.abc import Mapping

from chargepoint.adapters.credentials import read_credentials
from chargepoint.adapters.vehicles import find_vehicle
from chargepoint.api.errors import InputError
from chargepoint.api.spec import parse_spec
from chargepoint.dialects.v16.configuration import Configuration


def complaint(entry: Mapping[str, object]) -> str:
    """Why a station cannot be what ``entry`` says, in words; "" when it can."""
    try:
        spec = parse_spec(entry)
        find_vehicle(spec.vehicle)
        read_credentials(spec.security)
    except (InputError, OSError) as error:
        return str(error)
    return "; ".join(Configuration.of(spec, {}).refused)
