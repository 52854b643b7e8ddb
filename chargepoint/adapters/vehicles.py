"""The catalogue of vehicles, ``etc/vehicles.json``. Its keys are those of ``Vehicle``, with the same meaning."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json
from chargepoint.model.vehicle import FULL_PCT, GENERIC, LONGEST_FALL_S, Curve, Vehicle
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
    optional = partial(fields.number, default=0.0, minimum=0)
    vehicle = Vehicle(
        name=fields.text("name", min_length=1, max_length=50),
        battery_wh=fields.number("battery_wh", above=0),
        arrival_soc_pct=fields.number("arrival_soc_pct", minimum=0, maximum=FULL_PCT),
        ac_current_a=fields.number("ac_current_a", minimum=0),
        ac_phases=fields.integer("ac_phases", minimum=1, maximum=3),
        dc_power_w=fields.number("dc_power_w", minimum=0),
        bounded=True,
        ac_minimum_a=optional("ac_minimum_a"),
        dc_current_a=optional("dc_current_a"),
        dc_voltage_v=optional("dc_voltage_v"),
        ac_curve=_curve(fields, "ac_curve"),
        dc_curve=_curve(fields, "dc_curve"),
        ac_rise_a_per_s=optional("ac_rise_a_per_s"),
        dc_rise_w_per_s=optional("dc_rise_w_per_s"),
        fall_s=optional("fall_s", maximum=LONGEST_FALL_S),
        power_factor=fields.number("power_factor", 1.0, above=0, maximum=1),
    )
    fields.finish()
    return vehicle


def _curve(fields: Fields, name: str) -> Curve:
    """Points of a curve: ``[[state of charge in %, share of the maximum], ...]``, the state of charge rising."""
    if not fields.has(name):
        return ()
    points = []
    for raw in fields.array(name, max_length=101):
        if not isinstance(raw, list) or len(raw) != 2:
            raise InputError(name, raw, "a pair: a state of charge in %, and a share of the maximum")
        point = Fields({"soc_pct": raw[0], "share": raw[1]}, name)
        points.append(
            (point.number("soc_pct", minimum=0, maximum=FULL_PCT), point.number("share", above=0, maximum=1))
        )
    if any(left >= right for (left, _), (right, _) in pairwise(points)):
        raise InputError(name, points, "points whose state of charge rises")
    return tuple(points)
