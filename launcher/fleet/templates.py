"""``config.ini``: what a start entry leaves out."""

from __future__ import annotations

import configparser
import re
from collections.abc import Mapping
from types import UnionType

from chargepoint.api.errors import InputError
from chargepoint.api.spec import CurrentType, parse_spec

_STAND_IN = {"id": "template", "central_system": "ws://localhost"}

_ENTRY_KEYS: Mapping[str, type[str] | type[int] | type[float] | type[bool] | type[list[str]] | UnionType] = {
    "central_system": str,
    "vendor": str,
    "model": str,
    "serial": str,
    "type": str,
    "nb_connectors": int,
    "nb_phases": int,
    "max_setpoint": float,
    "max_setpoint_per_connector": float,
    "max_current": float,
    "max_current_per_connector": float,
    "voltage": float,
    "ocpp_version": str,
    "fixed_cable": bool,
    "firmware_version": str,
    "meter_type": str,
    "meter_serial": str,
    "iccid": str,
    "imsi": str,
    "vehicle": str,
    "security_profile": int,
    "authorization_key": str,
    "authorization_key_format": str,
    "central_system_root": str,
    "client_certificate": str,
    "client_key": str,
    "tls_verify": bool,
    "tls_suites": str,
    "quirks": list,
    "pool": bool | str,
}

_OPEN_OCPP = {
    "ConnexionUrl": "central_system",
    "ChargePointVendor": "vendor",
    "ChargePointModel": "model",
    "ChargePointSerialNumber": "serial",
    "OperatingVoltage": "voltage",
    "Iccid": "iccid",
    "Imsi": "imsi",
    "MeterSerialNumber": "meter_serial",
    "MeterType": "meter_type",
}
"""The keys of the Open OCPP simulator's file that say something about a charge point."""

_OPEN_OCPP_STACK = re.compile(
    r"""
    Tls\w+ | ClientCertificateRequest\w+ | \w+MaxEntriesCount | DatabasePath | JsonSchemasPath | ChargePointIdentifier
    | ChargeBoxSerialNumber | ConnectionTimeout | RetryInterval | CallRequestTimeout | PowerFactor
    | InternalCertificateManagementEnabled | SecurityEventNotificationEnabled
    """,
    re.VERBOSE,
)
"""The keys of that file which belong to its C++ stack: known, and without a meaning here."""

_ELECTRICAL = frozenset(
    {"nb_phases", "max_setpoint", "max_setpoint_per_connector", "max_current", "max_current_per_connector", "voltage"}
)
_TRUTH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def parse_template(text: str, where: str) -> dict[str, object]:
    """The start entry's keys that ``config.ini`` gives, checked. Raises InputError naming ``where``, section and
    key."""
    parser = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#", ";"))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(text, where)
    except configparser.Error as error:
        raise InputError(where, " ".join(str(error).split()), "an INI file") from None
    for section in parser.sections():
        if section not in ("ChargePoint", "Ocpp"):
            raise InputError(where, f"[{section}]", "a known section; known are [ChargePoint] and [Ocpp]")
    template: dict[str, object] = {}
    if parser.has_section("ChargePoint"):
        for key, value in parser.items("ChargePoint"):
            _take(template, key, value, f"{where} [ChargePoint] {key}")
    if parser.has_section("Ocpp") and (ocpp := dict(parser.items("Ocpp"))):
        # The entry's own field counts; the key of the station tells it and cannot be written.
        ocpp.pop("NumberOfConnectors", None)
        template["ocpp_config"] = ocpp
    try:
        parse_spec(template, _STAND_IN)
    except InputError as error:
        raise error.within(where) from None
    return template


def completed(entry: Mapping[str, object], template: Mapping[str, object]) -> dict[str, object]:
    """``entry`` with ``template`` for what it lacks. A DC entry takes no limits from a template of AC, and the keys
    of ``ocpp_config`` are joined one by one."""
    given = {key: value for key, value in entry.items() if value is not None}
    defaults = dict(template)
    kind = defaults.get("type", CurrentType.AC)
    if given.get("type", kind) != kind:
        defaults = {key: value for key, value in defaults.items() if key not in _ELECTRICAL}
    for key in ("max_setpoint", "max_setpoint_per_connector"):
        spellings = (key, key.replace("setpoint", "current"))
        if any(spelling in given for spelling in spellings):
            defaults = {name: value for name, value in defaults.items() if name not in spellings}
    whole = defaults | given
    own, shared = given.get("ocpp_config"), template.get("ocpp_config")
    if isinstance(own, Mapping) and isinstance(shared, Mapping):
        whole["ocpp_config"] = {**shared, **own}
    return whole


def _take(template: dict[str, object], key: str, value: str, place: str) -> None:
    if _OPEN_OCPP_STACK.fullmatch(key):
        return
    name = _OPEN_OCPP.get(key, key)
    if name not in _ENTRY_KEYS:
        raise InputError(place, value, f"of a known key; known are {', '.join(_ENTRY_KEYS)}")
    if not value:
        return
    kind = _ENTRY_KEYS[name]
    if kind is bool:
        if value.lower() not in _TRUTH:
            raise InputError(place, value, "true or false")
        template[name] = _TRUTH[value.lower()]
    elif kind is str:
        template[name] = value
    elif kind is list:
        template[name] = value.replace(",", " ").split()
    elif isinstance(kind, UnionType):
        # 1 is the name of a pool.
        template[name] = value if value.isdigit() else _TRUTH.get(value.lower(), value)
    else:
        try:
            template[name] = kind(value)
        except ValueError:
            raise InputError(place, value, "a whole number" if kind is int else "a number") from None
