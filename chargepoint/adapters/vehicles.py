"""The catalogue of vehicles, ``etc/vehicles.json``."""

from __future__ import annotations

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json
from chargepoint.model.vehicle import GENERIC, Vehicle
from chargepoint.settings import etc_dir


def find_vehicle(name: str) -> Vehicle:
    """The vehicle called ``name``; the generic one for an empty name. Raises InputError with the names there are."""
    if not name or name == GENERIC.name:
        return GENERIC
    file = etc_dir() / "vehicles.json"
    catalogue = Fields(parse_json(file.read_bytes(), str(file)), str(file)).array("vehicles")
    vehicles = {vehicle.name: vehicle for vehicle in map(_vehicle, catalogue)}
    if name not in vehicles:
        raise InputError("vehicle", name, "one of " + ", ".join(["generic", *vehicles]))
    return vehicles[name]


def _vehicle(raw: object) -> Vehicle:
    fields = Fields(raw, "vehicles")
    fields.has("note")
    vehicle = Vehicle(
        name=fields.text("name", min_length=1, max_length=50),
        battery_wh=fields.number("battery_wh", above=0),
        arrival_soc_pct=fields.number("arrival_soc_pct", minimum=0, maximum=100),
        ac_current_a=fields.number("ac_current_a", minimum=0),
        ac_phases=fields.integer("ac_phases", minimum=1, maximum=3),
        dc_power_w=fields.number("dc_power_w", minimum=0),
    )
    fields.finish()
    return vehicle
