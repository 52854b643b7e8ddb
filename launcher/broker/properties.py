"""The properties that packets of MQTT 5 carry besides their fields (section 2.2.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import IntEnum, IntFlag, auto
from typing import Any

from launcher.broker.fields import Body, long_number, number, sized, variable_number
from launcher.broker.reason_codes import ProtocolError, ReasonCode


@dataclass(frozen=True, slots=True)
class Properties:
    """What a packet or a will says besides its fields; None, or an empty tuple, is a property that is not there.

    Which packet may carry which property is in section 2.2.2.2.
    """

    payload_format_indicator: int | None = None
    message_expiry_interval_s: int | None = None
    content_type: str | None = None
    response_topic: str | None = None
    correlation_data: bytes | None = None
    subscription_identifiers: tuple[int, ...] = ()
    session_expiry_interval_s: int | None = None
    assigned_client_identifier: str | None = None
    server_keep_alive_s: int | None = None
    authentication_method: str | None = None
    authentication_data: bytes | None = None
    request_problem_information: int | None = None
    will_delay_interval_s: int | None = None
    request_response_information: int | None = None
    response_information: str | None = None
    server_reference: str | None = None
    reason_string: str | None = None
    receive_maximum: int | None = None
    topic_alias_maximum: int | None = None
    topic_alias: int | None = None
    maximum_qos: int | None = None
    retain_available: int | None = None
    user_properties: tuple[tuple[str, str], ...] = ()
    maximum_packet_size_bytes: int | None = None
    wildcard_subscription_available: int | None = None
    subscription_identifier_available: int | None = None
    shared_subscription_available: int | None = None

    @property
    def size_bytes(self) -> int:
        """About what keeping those of a message costs."""
        texts = len(self.content_type or "") + len(self.response_topic or "") + len(self.correlation_data or b"")
        return 300 + texts + sum(len(name) + len(value) + 200 for name, value in self.user_properties)


NO_PROPERTIES = Properties()


class Carrier(IntFlag):
    """What carries properties."""

    CONNECT = auto()
    WILL = auto()
    CONNACK = auto()
    PUBLISH = auto()
    PUBACK = auto()
    PUBREC = auto()
    PUBREL = auto()
    PUBCOMP = auto()
    SUBSCRIBE = auto()
    SUBACK = auto()
    UNSUBSCRIBE = auto()
    UNSUBACK = auto()
    DISCONNECT = auto()
    AUTH = auto()


_NOTHING = Carrier(0)
_EVERY = Carrier((1 << len(Carrier)) - 1)
_ANSWERS = _EVERY & ~(Carrier.CONNECT | Carrier.WILL | Carrier.PUBLISH | Carrier.SUBSCRIBE | Carrier.UNSUBSCRIBE)


class _Type(IntEnum):
    """How a value is written (1.5), and which values it may have."""

    BYTE = auto()
    """0 or 1."""
    NUMBER = auto()
    LONG_NUMBER = auto()
    POSITIVE_NUMBER = auto()
    POSITIVE_LONG_NUMBER = auto()
    POSITIVE_VARIABLE = auto()
    BINARY = auto()
    TEXT = auto()
    TEXT_PAIR = auto()


@dataclass(frozen=True, slots=True)
class _Property:
    """One line of table 2-4."""

    field: str
    type: _Type
    carriers: Carrier
    repeated: Carrier = _NOTHING
    """Where it may stand more than once."""


_C = Carrier
_PROPERTIES = {
    0x01: _Property("payload_format_indicator", _Type.BYTE, _C.PUBLISH | _C.WILL),
    0x02: _Property("message_expiry_interval_s", _Type.LONG_NUMBER, _C.PUBLISH | _C.WILL),
    0x03: _Property("content_type", _Type.TEXT, _C.PUBLISH | _C.WILL),
    0x08: _Property("response_topic", _Type.TEXT, _C.PUBLISH | _C.WILL),
    0x09: _Property("correlation_data", _Type.BINARY, _C.PUBLISH | _C.WILL),
    0x0B: _Property("subscription_identifiers", _Type.POSITIVE_VARIABLE, _C.PUBLISH | _C.SUBSCRIBE, _C.PUBLISH),
    0x11: _Property("session_expiry_interval_s", _Type.LONG_NUMBER, _C.CONNECT | _C.CONNACK | _C.DISCONNECT),
    0x12: _Property("assigned_client_identifier", _Type.TEXT, _C.CONNACK),
    0x13: _Property("server_keep_alive_s", _Type.NUMBER, _C.CONNACK),
    0x15: _Property("authentication_method", _Type.TEXT, _C.CONNECT | _C.CONNACK | _C.AUTH),
    0x16: _Property("authentication_data", _Type.BINARY, _C.CONNECT | _C.CONNACK | _C.AUTH),
    0x17: _Property("request_problem_information", _Type.BYTE, _C.CONNECT),
    0x18: _Property("will_delay_interval_s", _Type.LONG_NUMBER, _C.WILL),
    0x19: _Property("request_response_information", _Type.BYTE, _C.CONNECT),
    0x1A: _Property("response_information", _Type.TEXT, _C.CONNACK),
    0x1C: _Property("server_reference", _Type.TEXT, _C.CONNACK | _C.DISCONNECT),
    0x1F: _Property("reason_string", _Type.TEXT, _ANSWERS),
    0x21: _Property("receive_maximum", _Type.POSITIVE_NUMBER, _C.CONNECT | _C.CONNACK),
    0x22: _Property("topic_alias_maximum", _Type.NUMBER, _C.CONNECT | _C.CONNACK),
    0x23: _Property("topic_alias", _Type.NUMBER, _C.PUBLISH),
    0x24: _Property("maximum_qos", _Type.BYTE, _C.CONNACK),
    0x25: _Property("retain_available", _Type.BYTE, _C.CONNACK),
    0x26: _Property("user_properties", _Type.TEXT_PAIR, _EVERY, _EVERY),
    0x27: _Property("maximum_packet_size_bytes", _Type.POSITIVE_LONG_NUMBER, _C.CONNECT | _C.CONNACK),
    0x28: _Property("wildcard_subscription_available", _Type.BYTE, _C.CONNACK),
    0x29: _Property("subscription_identifier_available", _Type.BYTE, _C.CONNACK),
    0x2A: _Property("shared_subscription_available", _Type.BYTE, _C.CONNACK),
}
_IDENTIFIERS = {property.field: identifier for identifier, property in _PROPERTIES.items()}
_TYPES = {property.field: property.type for property in _PROPERTIES.values()}
_FIELDS = tuple(field.name for field in fields(Properties))
_SEVERAL = {"subscription_identifiers", "user_properties"}

_READ: dict[_Type, Callable[[Body], Any]] = {
    _Type.BYTE: Body.byte,
    _Type.NUMBER: Body.number,
    _Type.LONG_NUMBER: Body.long_number,
    _Type.POSITIVE_NUMBER: Body.number,
    _Type.POSITIVE_LONG_NUMBER: Body.long_number,
    _Type.POSITIVE_VARIABLE: Body.variable_number,
    _Type.BINARY: Body.binary,
    _Type.TEXT: Body.text,
    _Type.TEXT_PAIR: lambda body: (body.text(), body.text()),
}
_WRITE: dict[_Type, Callable[[Any], bytes]] = {
    _Type.BYTE: lambda value: bytes((value,)),
    _Type.NUMBER: number,
    _Type.LONG_NUMBER: long_number,
    _Type.POSITIVE_NUMBER: number,
    _Type.POSITIVE_LONG_NUMBER: long_number,
    _Type.POSITIVE_VARIABLE: variable_number,
    _Type.BINARY: sized,
    _Type.TEXT: lambda value: sized(value.encode()),
    _Type.TEXT_PAIR: lambda pair: sized(pair[0].encode()) + sized(pair[1].encode()),
}
_POSITIVE = {_Type.POSITIVE_NUMBER, _Type.POSITIVE_LONG_NUMBER, _Type.POSITIVE_VARIABLE}


def read_properties(body: Body, carrier: Carrier) -> Properties:
    """The properties at this place of a packet; none in packets of before MQTT 5.

    Raises ProtocolError for what section 2.2.2 does not allow here.
    """
    if body.level < 5:
        return NO_PROPERTIES
    what = f"{body.what} properties"
    part = body.part(body.variable_number(), what)
    values: dict[str, list[Any]] = {}
    while part.left:
        identifier = part.variable_number()
        known = _PROPERTIES.get(identifier)
        if known is None or not known.carriers & carrier:
            raise ProtocolError(f"{what}: 0x{identifier:02X} is no property of {carrier.name} (2.2.2.2)")
        value = _READ[known.type](part)
        _check(what, known, value)
        if known.field in values and not known.repeated & carrier:
            raise ProtocolError(f"{what}: {known.field} twice", ReasonCode.PROTOCOL_ERROR)
        values.setdefault(known.field, []).append(value)
    if not values:
        return NO_PROPERTIES
    found: dict[str, Any] = {name: tuple(v) if name in _SEVERAL else v[0] for name, v in values.items()}
    return Properties(**found)


def _check(what: str, known: _Property, value: Any) -> None:
    if known.type is _Type.BYTE and value > 1:
        raise ProtocolError(f"{what}: {known.field} {value} is neither 0 nor 1", ReasonCode.PROTOCOL_ERROR)
    if known.type in _POSITIVE and not value:
        raise ProtocolError(f"{what}: {known.field} 0 means nothing", ReasonCode.PROTOCOL_ERROR)


def write_properties(*several: Properties) -> bytes:
    """The bytes of all ``several`` together, after their length; what two of them say is written twice."""
    parts = []
    for properties in several:
        if properties is NO_PROPERTIES:
            continue
        for name in _FIELDS:
            value = getattr(properties, name)
            if value is None or value == ():
                continue
            write, identifier = _WRITE[_TYPES[name]], bytes((_IDENTIFIERS[name],))
            for one in value if isinstance(value, tuple) else (value,):
                parts += [identifier, write(one)]
    data = b"".join(parts)
    return variable_number(len(data)) + data
