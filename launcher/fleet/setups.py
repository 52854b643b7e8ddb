"""Setup files (JSON: the charge points of a yard) and templates (``config.ini``: defaults of every new one)."""

from __future__ import annotations

import configparser
import json
from collections.abc import Mapping, Sequence

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json
from chargepoint.api.spec import ChargePointSpec, parse_spec

Defaults = Mapping[str, object]

_NUMBERS = {
    "nb_connectors",
    "nb_phases",
    "max_current",
    "max_current_per_connector",
    "max_setpoint",
    "max_setpoint_per_connector",
    "voltage",
}


def parse_setup(content: bytes, where: str, defaults: Defaults) -> list[ChargePointSpec]:
    """The charge points of a setup file: ``{"charge_points": [entry, ...]}``, or the bare list.

    Raises InputError that names the file, the entry and the field; two entries with one id are refused too.
    """
    raw = parse_json(content, where)
    if isinstance(raw, Mapping):
        fields = Fields(raw, where)
        entries = fields.array("charge_points")
        fields.finish()
    elif isinstance(raw, list):
        entries = raw
    else:
        raise InputError(where, raw, "a JSON object with 'charge_points', or a list of them")
    specs: dict[str, ChargePointSpec] = {}
    for number, entry in enumerate(entries):
        try:
            spec = parse_spec(entry, defaults)
        except InputError as error:
            raise error.within(f"{where}: charge_points[{number}]") from None
        if spec.id in specs:
            raise InputError(f"{where}: charge_points[{number}].id", spec.id, "an id that no other entry has")
        specs[spec.id] = spec
    return list(specs.values())


def setup_json(specs: Sequence[ChargePointSpec]) -> str:
    """The setup file that starts ``specs`` again."""
    return json.dumps({"charge_points": [spec.to_entry() for spec in specs]}, indent=2) + "\n"


def parse_template(text: str, where: str) -> dict[str, object]:
    """The defaults in a ``config.ini``: ``[ChargePoint]`` has keys of a start entry, ``[Ocpp]`` configuration keys.

    Raises InputError that names the file and the key.
    """
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise InputError(where, None, f"an ini file: {str(error).splitlines()[0]}") from None
    for section in parser.sections():
        if section not in ("ChargePoint", "Ocpp"):
            raise InputError(where, f"[{section}]", "one of the sections [ChargePoint] and [Ocpp]")
    defaults: dict[str, object] = {}
    if parser.has_section("ChargePoint"):
        for key, value in parser.items("ChargePoint"):
            defaults[key] = _value(key, value, where)
    if parser.has_section("Ocpp"):
        defaults["ocpp_config"] = dict(parser.items("Ocpp"))
    # The template has to make a charge point: with an id and a central system of its own it is tried once.
    try:
        parse_spec({"id": "template", "central_system": "ws://localhost"}, defaults)
    except InputError as error:
        raise error.within(where) from None
    return defaults


def _value(key: str, text: str, where: str) -> object:
    if key in _NUMBERS:
        try:
            return float(text)
        except ValueError:
            raise InputError(f"{where}: {key}", text, "a number") from None
    if key == "fixed_cable":
        if text.lower() not in ("true", "false"):
            raise InputError(f"{where}: {key}", text, "true or false")
        return text.lower() == "true"
    return text
