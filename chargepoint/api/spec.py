"""What starts a charge point: one entry of a ``start`` command, of a setup file, of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields
from chargepoint.api.security import SecuritySpec, parse_security
from chargepoint.api.topics import check_id, check_pool

if TYPE_CHECKING:
    from chargepoint.api.quirks import QuirkName

MAX_CONNECTORS = 64
MAX_NUMBER = 1e15
MAX_AC_CURRENT_A = 1_000.0
MAX_DC_POWER_W = 10_000_000.0

SECURITY_KEYS = {"authorizationkey": "authorization_key", "securityprofile": "security_profile"}
"""Configuration keys that are entry keys too; the one in the entry itself wins."""


class CurrentType(StrEnum):
    """What a station delivers; it decides the unit of its limits: A for AC, W for DC."""

    AC = "AC"
    DC = "DC"


class OcppVersion(StrEnum):
    """The version of OCPP a station speaks."""

    V16 = "1.6"


@dataclass(frozen=True, slots=True)
class ChargePointSpec:
    """One charge point as it is started; none of it can be changed afterwards.

    ``max_setpoint`` is the limit of the whole station, ``max_setpoint_per_connector`` of each connector:
    A per phase for AC, W for DC. ``voltage`` is line to neutral for AC. The identity fields have the
    lengths of BootNotification.req (OCPP 1.6 section 6.7). ``pool`` is where it is to live: in a process of its own
    (False), in a pool (True), or in the pool of that name; None leaves it to the yard.
    """

    id: str
    central_system: str
    vendor: str = "Open OCPP"
    model: str = "Simulated CP"
    serial: str = ""
    type: CurrentType = CurrentType.AC
    nb_connectors: int = 1
    nb_phases: int = 3
    max_setpoint: float = 32.0
    max_setpoint_per_connector: float = 32.0
    voltage: float = 230.0
    ocpp_version: OcppVersion = OcppVersion.V16
    fixed_cable: bool = False
    firmware_version: str = ""
    meter_type: str = ""
    meter_serial: str = ""
    iccid: str = ""
    imsi: str = ""
    vehicle: str = ""
    ocpp_config: Mapping[str, str] = field(default_factory=dict)
    security: SecuritySpec = field(default_factory=SecuritySpec)
    quirks: tuple[QuirkName, ...] = ()
    pool: bool | str | None = None

    @property
    def connection_url(self) -> str:
        """The websocket URL."""
        return url_of(self.id, self.central_system)

    def to_entry(self) -> dict[str, object]:
        """The entry that starts this very charge point again, as JSON values."""
        entry: dict[str, object] = {
            "id": self.id,
            "vendor": self.vendor,
            "model": self.model,
            "serial": self.serial,
            "central_system": self.central_system,
            "type": str(self.type),
            "nb_connectors": self.nb_connectors,
            "nb_phases": self.nb_phases,
            "max_setpoint": self.max_setpoint,
            "max_setpoint_per_connector": self.max_setpoint_per_connector,
            "voltage": self.voltage,
            "ocpp_version": str(self.ocpp_version),
        }
        optional: dict[str, object] = {
            "fixed_cable": self.fixed_cable,
            "firmware_version": self.firmware_version,
            "meter_type": self.meter_type,
            "meter_serial": self.meter_serial,
            "iccid": self.iccid,
            "imsi": self.imsi,
            "vehicle": self.vehicle,
            "ocpp_config": dict(self.ocpp_config),
            "quirks": list(map(str, self.quirks)),
        }
        home = {} if self.pool is None else {"pool": self.pool}
        return entry | {key: value for key, value in optional.items() if value} | home | self.security.to_entry()


def parse_spec(raw: object, defaults: Mapping[str, object] | None = None) -> ChargePointSpec:
    """The charge point that one start entry describes.

    ``defaults`` (entry keys to values: ``config.ini``, or what is stored of a charge point to restart) stand in
    for keys the entry lacks. Both historical spellings are read: ``max_current`` and
    ``max_current_per_connector`` (AC, in A) as well as ``max_setpoint`` and ``max_setpoint_per_connector``.
    Raises InputError for the first field that is wrong, unknown keys included.
    """
    if not isinstance(raw, Mapping):
        raise InputError("entry", raw, "a JSON object")
    given = {key: value for key, value in raw.items() if value is not None}
    for setpoint in ("max_setpoint", "max_setpoint_per_connector"):
        current = setpoint.replace("setpoint", "current")
        if setpoint in given and current in given:
            raise InputError(current, given[current], f"given together with {setpoint}: one of the two is enough")
    merged = _without_other_spelling(dict(defaults or {}), given) | given
    return _parse(merged, explicit=given)


def _without_other_spelling(defaults: dict[str, object], given: Mapping[str, object]) -> dict[str, object]:
    for setpoint in ("max_setpoint", "max_setpoint_per_connector"):
        current = setpoint.replace("setpoint", "current")
        if current in given:
            defaults.pop(setpoint, None)
        if setpoint in given:
            defaults.pop(current, None)
    return defaults


def _parse(raw: Mapping[str, object], explicit: Mapping[str, object]) -> ChargePointSpec:
    raw = _security_of_config(raw.get("ocpp_config")) | dict(raw)
    fields = Fields(raw, "entry")
    identity = partial(fields.text, printable=True)
    station_id = check_id(raw.get("id"))
    fields.has("id")
    kind = fields.choice("type", CurrentType, CurrentType.AC)
    direct = kind is CurrentType.DC
    limit = _setpoint(fields, "max_setpoint", direct, default=32.0 if not direct else 50_000.0)
    per_connector = _setpoint(fields, "max_setpoint_per_connector", direct, default=limit)
    phases = fields.integer("nb_phases", 1 if direct else 3, minimum=1, maximum=3)
    if direct and phases != 1:
        if "nb_phases" in explicit and "type" in explicit:
            raise InputError("nb_phases", phases, "1 for a DC charge point")
        phases = 1
    spec = ChargePointSpec(
        id=station_id,
        central_system=check_central_system(fields.text("central_system", max_length=1000)),
        vendor=identity("vendor", "Open OCPP", min_length=1, max_length=20),
        model=identity("model", "Simulated CP", min_length=1, max_length=20),
        serial=identity("serial", "S/N" + station_id[:22], max_length=25),
        type=kind,
        nb_connectors=fields.integer("nb_connectors", 1, minimum=1, maximum=MAX_CONNECTORS),
        nb_phases=phases,
        max_setpoint=limit,
        max_setpoint_per_connector=per_connector,
        voltage=fields.number("voltage", 400.0 if direct else 230.0, above=0, maximum=2_000),
        ocpp_version=fields.choice("ocpp_version", OcppVersion, OcppVersion.V16),
        fixed_cable=fields.boolean("fixed_cable", False),
        firmware_version=identity("firmware_version", "", max_length=50),
        meter_type=identity("meter_type", "", max_length=25),
        meter_serial=identity("meter_serial", "", max_length=25),
        iccid=identity("iccid", "", max_length=20),
        imsi=identity("imsi", "", max_length=20),
        vehicle=identity("vehicle", "", max_length=50),
        ocpp_config=_ocpp_config(fields.object("ocpp_config")),
        security=parse_security(fields, station_id),
        quirks=_quirks(fields),
        pool=check_pool(raw["pool"]) if fields.has("pool") else None,
    )
    fields.finish()
    return spec


def _quirks(fields: Fields) -> tuple[QuirkName, ...]:
    if not fields.has("quirks"):
        return ()
    # Loaded here: few charge points have any.
    from chargepoint.api.quirks import parse_quirks

    return parse_quirks(fields.array("quirks", max_length=100))


def _setpoint(fields: Fields, name: str, direct: bool, default: float) -> float:
    current = name.replace("setpoint", "current")
    if fields.has(current) and not fields.has(name):
        if direct:
            raise InputError(current, "given", f"for a DC charge point: say {name} in W")
        return fields.number(current, above=0, maximum=MAX_AC_CURRENT_A)
    return fields.number(name, default, above=0, maximum=MAX_DC_POWER_W if direct else MAX_AC_CURRENT_A)


def _ocpp_config(raw: Mapping[str, object]) -> dict[str, str]:
    config = {}
    for key, value in raw.items():
        if key.casefold() in SECURITY_KEYS:
            continue
        if not 1 <= len(key) <= 50 or not key.isprintable():
            raise InputError("ocpp_config", key, "a configuration key of 1 to 50 printable characters")
        if isinstance(value, bool):
            value = "true" if value else "false"
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int | float) and abs(value) < MAX_NUMBER:
            value = str(value)
        if not isinstance(value, str) or len(value) > 500:
            raise InputError(f"ocpp_config.{key}", value, "a text of at most 500 characters, a number, true or false")
        config[key] = value
    return config


def _security_of_config(raw: object) -> dict[str, object]:
    """The entry keys that ``ocpp_config`` gives by the names that the standard has for them."""
    given: dict[str, object] = {}
    for key, value in raw.items() if isinstance(raw, Mapping) else ():
        name = SECURITY_KEYS.get(key.casefold()) if isinstance(key, str) else None
        if name is not None and value not in (None, ""):
            number = name == "security_profile" and isinstance(value, str) and value.strip().isdecimal()
            given[name] = int(str(value)) if number else value
    return given


def url_of(id: str, central_system: str) -> str:
    """``central_system`` with the id as the last segment of its path, once, percent-encoded "as necessary" (OCPP-J
    1.6, section 3.1.1): what may stand there as it is (RFC 3986 section 3.3) is left, for those who do not decode."""
    base, question, query = central_system.partition("?")
    base = base.rstrip("/")
    if unquote(urlsplit(base).path.rpartition("/")[2]) != id:
        base = f"{base}/{quote(id, safe=':=@')}"
    return base + question + query


def check_central_system(url: str) -> str:
    """The URL of a central system, checked: ws or wss, with a host, without user info or fragment."""
    wanted = "a central system's URL like 'ws://localhost:9000' or 'wss://csms.example.org/ocpp'"
    try:
        parts = urlsplit(url)
        port = parts.port
        (parts.hostname or "").encode("idna")  # as the resolver will: empty and overlong labels are refused
    except ValueError:
        raise InputError("central_system", url, wanted) from None
    printable = url.isascii() and url.isprintable() and " " not in url
    if not printable or parts.scheme not in ("ws", "wss") or not parts.hostname or parts.fragment or port == 0:
        raise InputError("central_system", url, wanted)
    if parts.username is not None or parts.password is not None:
        raise InputError("central_system", url, wanted + ", without user and password")
    return url
