"""The MQTT payloads of a charge point: what it tells (retained) and what it is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json
from chargepoint.api.spec import ChargePointSpec

_compact = json.JSONEncoder(separators=(",", ":")).encode

MAX_INPUT = 10_000_000.0
"""The largest consumption or cable capacity taken from outside: W for DC, far beyond any A."""


def _fields_of(status: ChargePointStatus | ConnectorStatus) -> dict[str, object]:
    """The fields in order; ``dataclasses.asdict`` would copy the start entry, over and over."""
    return {name: getattr(status, name) for name in status.__slots__}


class Registration(StrEnum):
    """What a charge point's status says: registration while its websocket is up, else Disconnected or Dead."""

    DISCONNECTED = "Disconnected"
    REJECTED = "Rejected"
    PENDING = "Pending"
    ACCEPTED = "Accepted"
    DEAD = "Dead"


class ConnectorState(StrEnum):
    """The nine connector states of OCPP 1.6 (section 4.9), whatever version a station speaks."""

    AVAILABLE = "Available"
    PREPARING = "Preparing"
    CHARGING = "Charging"
    SUSPENDED_EVSE = "SuspendedEVSE"
    SUSPENDED_EV = "SuspendedEV"
    FINISHING = "Finishing"
    RESERVED = "Reserved"
    UNAVAILABLE = "Unavailable"
    FAULTED = "Faulted"


@dataclass(frozen=True, slots=True)
class ChargePointStatus:
    """``cps/<id>/status``. The first ten fields are the Open OCPP simulator's, in its order; the rest is ours.

    ``entry`` is the complete start entry (``ChargePointSpec.to_entry``), so that a setup can be saved by anyone;
    ``last_error`` is why the station is not connected, or died, or what its central system last did against the
    standard on this connection, in words for people; ``deviations`` are the disturbances,
    quirks and broken parts that are on by order, ``deviations_at`` since when each of them is, as far as this process
    has seen; ``light_intensity_pct`` is how bright its lighting is; ``pool``
    names the pool whose process ``pid`` is, "" when it is the charge point's own.
    """

    pid: int
    status: Registration
    vendor: str
    model: str
    serial: str
    nb_phases: int
    max_setpoint: float
    central_system: str
    type: str
    voltage: float
    nb_connectors: int = 0
    max_setpoint_per_connector: float = 0.0
    ocpp_version: str = "1.6"
    firmware_version: str = ""
    started_at: str = ""
    last_error: str = ""
    entry: Mapping[str, object] = field(default_factory=dict)
    deviations: tuple[str, ...] = ()
    deviations_at: tuple[str, ...] = ()
    light_intensity_pct: int = 100
    pool: str = ""

    @property
    def alive(self) -> bool:
        """Whether the charge point's process lives."""
        return self.status is not Registration.DEAD

    @classmethod
    def of(
        cls,
        spec: ChargePointSpec,
        status: Registration,
        *,
        pid: int = 0,
        started_at: str = "",
        last_error: str = "",
        pool: str = "",
    ) -> ChargePointStatus:
        """The status of the charge point that ``spec`` describes."""
        return cls(
            pid=pid,
            status=status,
            vendor=spec.vendor,
            model=spec.model,
            serial=spec.serial,
            nb_phases=spec.nb_phases,
            max_setpoint=spec.max_setpoint,
            central_system=spec.central_system,
            type=str(spec.type),
            voltage=spec.voltage,
            nb_connectors=spec.nb_connectors,
            max_setpoint_per_connector=spec.max_setpoint_per_connector,
            ocpp_version=str(spec.ocpp_version),
            firmware_version=spec.firmware_version,
            started_at=started_at,
            last_error=last_error,
            entry=spec.to_entry(),
            pool=pool,
        )

    def to_json(self) -> bytes:
        """The payload."""
        return _compact(_fields_of(self)).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> ChargePointStatus:
        """The status in ``payload``, of ours or of a foreign charge point; raises InputError."""
        fields = Fields(parse_json(payload, "status"), "status")
        return cls(
            pid=fields.integer("pid", 0, minimum=0, maximum=2**31),
            status=fields.choice("status", Registration),
            vendor=fields.text("vendor", ""),
            model=fields.text("model", ""),
            serial=fields.text("serial", ""),
            nb_phases=fields.integer("nb_phases", 3, minimum=0, maximum=3),
            max_setpoint=fields.number("max_setpoint", 0.0),
            central_system=fields.text("central_system", "", max_length=1000),
            type=fields.text("type", "AC"),
            voltage=fields.number("voltage", 0.0),
            nb_connectors=fields.integer("nb_connectors", 0, minimum=0, maximum=10_000),
            max_setpoint_per_connector=fields.number("max_setpoint_per_connector", 0.0),
            ocpp_version=fields.text("ocpp_version", "1.6"),
            firmware_version=fields.text("firmware_version", ""),
            started_at=fields.text("started_at", ""),
            last_error=fields.text("last_error", "", max_length=2000),
            entry=fields.object("entry"),
            deviations=_texts(fields, "deviations"),
            deviations_at=_texts(fields, "deviations_at"),
            light_intensity_pct=fields.integer("light_intensity_pct", 100, minimum=0, maximum=100),
            pool=fields.text("pool", ""),
        )


def _texts(fields: Fields, name: str) -> tuple[str, ...]:
    return tuple(map(str, fields.array(name, max_length=100))) if fields.has(name) else ()


@dataclass(frozen=True, slots=True)
class ConnectorStatus:
    """``cps/<id>/connectors/<n>/status``. The first thirteen fields are the Open OCPP simulator's; the rest is ours.

    Limits and consumptions: A for AC, W for DC. ``ocpp_setpoint`` is the smart-charging limit, ``setpoint`` what is
    really offered to the car. ``soc_pct`` is None while no vehicle is connected, ``transaction_id`` None without
    a transaction, and -1 while the central system has not told its id yet. ``light_signal`` is what its lighting has
    signalled last - Accepted, Refused, RemoteStart, RemoteStop, Unlocked -, ``light_blinks`` how often it has blinked
    since the charge point was switched on.
    """

    status: ConnectorState
    id_tag: str = ""
    max_setpoint: float = 0.0
    ocpp_setpoint: float = 0.0
    setpoint: float = 0.0
    consumption_l1: float = 0.0
    consumption_l2: float = 0.0
    consumption_l3: float = 0.0
    car_consumption_l1: float = 0.0
    car_consumption_l2: float = 0.0
    car_consumption_l3: float = 0.0
    car_cable_capacity: float = 0.0
    car_ready: bool = True
    error_code: str = "NoError"
    transaction_id: int | None = None
    transaction_energy_wh: float = 0.0
    energy_wh: float = 0.0
    power_w: float = 0.0
    soc_pct: float | None = None
    light_signal: str = ""
    light_blinks: int = 0

    def to_json(self) -> bytes:
        """The payload."""
        return _compact(_fields_of(self)).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> ConnectorStatus:
        """The status in ``payload``, of ours or of a foreign charge point; raises InputError."""
        fields = Fields(parse_json(payload, "status"), "status")
        return cls(
            status=fields.choice("status", ConnectorState),
            id_tag=fields.text("id_tag", ""),
            max_setpoint=fields.number("max_setpoint", 0.0),
            ocpp_setpoint=fields.number("ocpp_setpoint", 0.0),
            setpoint=fields.number("setpoint", 0.0),
            consumption_l1=fields.number("consumption_l1", 0.0),
            consumption_l2=fields.number("consumption_l2", 0.0),
            consumption_l3=fields.number("consumption_l3", 0.0),
            car_consumption_l1=fields.number("car_consumption_l1", 0.0),
            car_consumption_l2=fields.number("car_consumption_l2", 0.0),
            car_consumption_l3=fields.number("car_consumption_l3", 0.0),
            car_cable_capacity=fields.number("car_cable_capacity", 0.0),
            car_ready=fields.boolean("car_ready", True),
            error_code=fields.text("error_code", "NoError"),
            transaction_id=(
                fields.integer("transaction_id", minimum=-(2**63), maximum=2**63)
                if fields.has("transaction_id")
                else None
            ),
            transaction_energy_wh=fields.number("transaction_energy_wh", 0.0),
            energy_wh=fields.number("energy_wh", 0.0),
            power_w=fields.number("power_w", 0.0),
            soc_pct=fields.number("soc_pct") if fields.has("soc_pct") else None,
            light_signal=fields.text("light_signal", ""),
            light_blinks=fields.integer("light_blinks", 0, minimum=0, maximum=2**62),
        )


@dataclass(frozen=True, slots=True)
class CarInput:
    """``.../car``: what the car does; None means unchanged. Cable 0 is unplugged.

    ``cable`` is the cable's capacity, consumptions are per phase: A for AC, W for DC.
    """

    cable: float | None = None
    ready: bool | None = None
    consumption_l1: float | None = None
    consumption_l2: float | None = None
    consumption_l3: float | None = None

    def to_json(self) -> bytes:
        """The payload: the given keys only."""
        return json.dumps({key: value for key, value in asdict(self).items() if value is not None}).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> CarInput:
        """The car input in ``payload``; raises InputError."""
        fields = Fields(parse_json(payload, "car"), "car")

        def number(name: str) -> float | None:
            return fields.number(name, minimum=0, maximum=MAX_INPUT) if fields.has(name) else None

        car = cls(
            cable=number("cable"),
            ready=fields.boolean("ready") if fields.has("ready") else None,
            consumption_l1=number("consumption_l1"),
            consumption_l2=number("consumption_l2"),
            consumption_l3=number("consumption_l3"),
        )
        fields.finish()
        return car


@dataclass(frozen=True, slots=True)
class TokenInput:
    """``.../id_tag``: an id tag is presented to the reader, 1 to 20 characters (OCPP 1.6 IdToken, section 7.28)."""

    id: str

    def to_json(self) -> bytes:
        """The payload."""
        return json.dumps({"id": self.id}).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> TokenInput:
        """The token in ``payload``; raises InputError."""
        fields = Fields(parse_json(payload, "id_tag"), "id_tag")
        token = cls(fields.text("id", min_length=1, max_length=20, printable=True))
        fields.finish()
        return token


class ErrorCode(StrEnum):
    """The error codes of StatusNotification (OCPP 1.6 section 7.6) that a person can inject; NoError clears."""

    NO_ERROR = "NoError"
    CONNECTOR_LOCK_FAILURE = "ConnectorLockFailure"
    EV_COMMUNICATION_ERROR = "EVCommunicationError"
    GROUND_FAILURE = "GroundFailure"
    HIGH_TEMPERATURE = "HighTemperature"
    INTERNAL_ERROR = "InternalError"
    LOCAL_LIST_CONFLICT = "LocalListConflict"
    OTHER_ERROR = "OtherError"
    OVER_CURRENT_FAILURE = "OverCurrentFailure"
    OVER_VOLTAGE = "OverVoltage"
    POWER_METER_FAILURE = "PowerMeterFailure"
    POWER_SWITCH_FAILURE = "PowerSwitchFailure"
    READER_FAILURE = "ReaderFailure"
    RESET_FAILURE = "ResetFailure"
    UNDER_VOLTAGE = "UnderVoltage"
    WEAK_SIGNAL = "WeakSignal"


@dataclass(frozen=True, slots=True)
class FaultInput:
    """``.../faulted``: a fault of the connector (0: the station) appears or is gone; several may be there at once.

    Without an error code it is OtherError that appears, and all of them that are gone. ``vendor_code`` and ``info``
    (50 characters each) are told with it.
    """

    faulted: bool
    error_code: ErrorCode | None = None
    vendor_code: str = ""
    info: str = ""

    def to_json(self) -> bytes:
        """The payload."""
        body: dict[str, object] = {"faulted": self.faulted}
        if self.error_code is not None:
            body["error_code"] = str(self.error_code)
        body |= {name: value for name, value in (("vendor_code", self.vendor_code), ("info", self.info)) if value}
        return json.dumps(body).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> FaultInput:
        """The fault in ``payload``; raises InputError."""
        fields = Fields(parse_json(payload, "faulted"), "faulted")
        faulted = fields.boolean("faulted")
        error_code = ErrorCode.OTHER_ERROR if faulted else None
        if fields.has("error_code"):
            error_code = fields.choice("error_code", ErrorCode)
        vendor_code, info = fields.text("vendor_code", "", max_length=50), fields.text("info", "", max_length=50)
        fields.finish()
        if faulted and error_code is ErrorCode.NO_ERROR:
            raise InputError("error_code", str(error_code), "an error code other than NoError for a fault")
        return cls(faulted, error_code, vendor_code, info)


def ocpp_config_json(configuration: Mapping[str, str]) -> bytes:
    """``cps/<id>/ocpp_config``: the complete configuration, key to value."""
    return json.dumps(dict(configuration)).encode()
