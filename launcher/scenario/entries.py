"""The start entry of a charge point as JSON schema: editors complete and check in scenario files what
``chargepoint.api.spec.parse_spec`` reads."""

from __future__ import annotations

from chargepoint.api.quirks import QuirkName
from launcher.scenario.kinds import VARIABLE_SCHEMA, Schema

_TEXT: Schema = {"type": ["string", "null"]}
_BOOT = ("vendor", "model", "serial", "firmware_version", "meter_type", "meter_serial", "iccid", "imsi")
_FILE: Schema = {**_TEXT, "description": "path of a PEM file"}
_SETPOINT: Schema = {"type": "number", "exclusiveMinimum": 0}


def _given(schema: Schema, note: str = "") -> Schema:
    """A value, a variable, or null, which counts as absent."""
    either: Schema = {"anyOf": [schema, VARIABLE_SCHEMA, {"type": "null"}]}
    return {**either, "description": note} if note else either


PROPERTIES: dict[str, Schema] = {
    "id": {**_TEXT, "description": "in scenarios the key of the entry"},
    "central_system": {**_TEXT, "description": "ws:// or wss:// URL in place of the one of the run"},
    **{key: {**_TEXT, "description": "as in BootNotification"} for key in _BOOT},
    "type": _given({"enum": ["AC", "DC"]}, "default: AC"),
    "nb_connectors": _given({"type": "integer", "minimum": 1}, "default: 1"),
    "nb_phases": _given({"type": "integer", "minimum": 1, "maximum": 3}, "default: 3"),
    "max_current": _given(_SETPOINT, "A, for AC; default: 32"),
    "max_current_per_connector": _given(_SETPOINT, "A, for AC; default: all of the station"),
    "max_setpoint": _given(_SETPOINT, "A for AC, W for DC"),
    "max_setpoint_per_connector": _given(_SETPOINT, "A for AC, W for DC; default: all of the station"),
    "voltage": _given({"type": "number", "exclusiveMinimum": 0, "maximum": 2000}, "V; default: 230, 400 for DC"),
    "ocpp_version": _given({"enum": ["1.6"]}),
    "fixed_cable": _given({"type": "boolean"}, "the cable belongs to the station"),
    "vehicle": {**_TEXT, "description": "what comes: one of etc/vehicles.json; default: a generic one"},
    "ocpp_config": _given(
        {
            "type": "object",
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
        },
        "configuration keys and their values at the first boot",
    ),
    "quirks": _given({"type": "array", "items": {"anyOf": [{"enum": list(map(str, QuirkName))}, VARIABLE_SCHEMA]}}),
    "pool": {"type": ["boolean", "string", "null"], "description": "of yards; a run has one pool"},
    "security_profile": _given({"type": "integer", "minimum": 0, "maximum": 3}, "default: 0"),
    "authorization_key": {**_TEXT, "description": "the password of security profiles 1 and 2"},
    "authorization_key_format": _given({"enum": ["hex", "text"]}),
    "central_system_root": _FILE,
    "client_certificate": _FILE,
    "client_key": _FILE,
    "tls_verify": _given({"type": "boolean"}, "false takes any certificate of any host"),
    "tls_suites": _given({"enum": ["modern", "whitepaper"]}),
}
ENTRY: Schema = {
    "type": "object",
    "properties": PROPERTIES,
    "additionalProperties": False,
    "description": "The start entry of a charge point.",
}
STATIONS: Schema = {
    "anyOf": [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}, "minItems": 1},
        {
            "type": "object",
            "additionalProperties": {"anyOf": [{"$ref": "#/definitions/entry"}, VARIABLE_SCHEMA, {"type": "null"}]},
            "minProperties": 1,
        },
    ]
}
