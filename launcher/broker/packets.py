"""The control packets of MQTT 3.1.1 and 5 (chapter 3 of both) as values.

One class serves both; what only MQTT 5 has is left at its default before, and not written.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from math import inf
from typing import TypeAlias

from launcher.broker.properties import NO_PROPERTIES, Properties
from launcher.broker.reason_codes import ReasonCode
from launcher.broker.swift import swift


class FirstByte(IntEnum):
    """The packet type above (2.2.1), its flags below; all but those of PUBLISH are fixed [MQTT-2.2.2-1]."""

    CONNECT = 0x10
    CONNACK = 0x20
    PUBLISH = 0x30
    PUBACK = 0x40
    PUBREC = 0x50
    PUBREL = 0x62
    PUBCOMP = 0x70
    SUBSCRIBE = 0x82
    SUBACK = 0x90
    UNSUBSCRIBE = 0xA2
    UNSUBACK = 0xB0
    PINGREQ = 0xC0
    PINGRESP = 0xD0
    DISCONNECT = 0xE0
    AUTH = 0xF0


class ConnectFlag(IntFlag):
    """The flags of CONNECT (3.1.2.3); the will's QoS lies in the two bits between."""

    RESERVED = 0x01
    CLEAN_START = 0x02
    WILL = 0x04
    WILL_RETAIN = 0x20
    PASSWORD = 0x40
    USER_NAME = 0x80


class SubscriptionFlag(IntFlag):
    """The options of a subscription (3.8.3.1) above its QoS; before MQTT 5 all are 0."""

    NO_LOCAL = 0x04
    RETAIN_AS_PUBLISHED = 0x08
    RETAINED_IF_NEW = 0x10
    RETAINED_NEVER = 0x20


class ConnectReturnCode(IntEnum):
    """The answer to a CONNECT before MQTT 5 (3.2.2.3)."""

    ACCEPTED = 0
    UNACCEPTABLE_PROTOCOL_LEVEL = 1
    IDENTIFIER_REJECTED = 2
    SERVER_UNAVAILABLE = 3
    BAD_USER_NAME_OR_PASSWORD = 4
    NOT_AUTHORIZED = 5


@swift
class Message:
    """An application message, as publishers send it and as it is kept; ``qos`` is 0, 1 or 2.

    ``properties`` are those handed on to every subscriber; ``expires_at`` is by the clock of whoever keeps it.
    """

    topic: str
    payload: bytes
    qos: int = 0
    properties: Properties = NO_PROPERTIES
    expires_at: float = inf

    @property
    def size_bytes(self) -> int:
        """About what keeping it costs: its text and the objects around it."""
        size_bytes = len(self.topic) + len(self.payload) + 200
        return size_bytes if self.properties is NO_PROPERTIES else size_bytes + self.properties.size_bytes


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes for a client that leaves without DISCONNECT (3.1.2.5), ``delay_s`` later."""

    message: Message
    retain: bool = False
    delay_s: int = 0


@dataclass(frozen=True, slots=True)
class Connect:
    """Client to server, the first packet; ``keep_alive_s`` 0 means none. Level 5 is MQTT 5, 4 is 3.1.1, 3 is 3.1.

    ``clean_start`` is Clean Session before MQTT 5: then it says too that the session is not to be kept.
    """

    client_id: str
    clean_start: bool = True
    keep_alive_s: int = 0
    will: Will | None = None
    user_name: str | None = None
    password: bytes | None = None
    protocol_level: int = 4
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Connack:
    """The server's answer to CONNECT."""

    return_code: ConnectReturnCode | ReasonCode = ConnectReturnCode.ACCEPTED
    session_present: bool = False
    properties: Properties = NO_PROPERTIES


@swift
class Publish:
    """A message on its way, in either direction; ``packet_id`` is 0 exactly when its QoS is 0.

    ``properties`` concern this way only: the topic alias, and the identifiers of subscriptions.
    """

    message: Message
    retain: bool = False
    dup: bool = False
    packet_id: int = 0
    properties: Properties = NO_PROPERTIES


@swift
class Puback:
    """Receiver of a QoS 1 message: it is mine now."""

    packet_id: int
    reason_code: ReasonCode = ReasonCode.SUCCESS
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Pubrec:
    """Receiver of a QoS 2 message: it is mine now, once."""

    packet_id: int
    reason_code: ReasonCode = ReasonCode.SUCCESS
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Pubrel:
    """Sender of a QoS 2 message: I shall not send it again."""

    packet_id: int
    reason_code: ReasonCode = ReasonCode.SUCCESS
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Pubcomp:
    """Receiver of a QoS 2 message: its identifier is free again."""

    packet_id: int
    reason_code: ReasonCode = ReasonCode.SUCCESS
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Topic filters with the QoS asked for and :class:`SubscriptionFlag`, in the client's order."""

    packet_id: int
    filters: tuple[tuple[str, int], ...]
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Suback:
    """The granted QoS of each filter, or why not, in the order of the SUBSCRIBE [MQTT-3.9.3-1]."""

    packet_id: int
    return_codes: tuple[int, ...]
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Topic filters to end, spelt exactly as they were subscribed [MQTT-3.10.4-1]."""

    packet_id: int
    filters: tuple[str, ...]
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Unsuback:
    """The server's answer to UNSUBSCRIBE; before MQTT 5 without reason codes."""

    packet_id: int
    reason_codes: tuple[ReasonCode, ...] = ()
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Pingreq:
    """Client: I am alive, are you?"""


@dataclass(frozen=True, slots=True)
class Pingresp:
    """Server: I am."""


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Client: I leave in order, forget my will. From MQTT 5 on from either side, with any reason."""

    reason_code: ReasonCode = ReasonCode.SUCCESS
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Auth:
    """A step of an authentication with several, of MQTT 5 only."""

    reason_code: ReasonCode = ReasonCode.SUCCESS
    properties: Properties = NO_PROPERTIES


Packet: TypeAlias = (
    Connect
    | Connack
    | Publish
    | Puback
    | Pubrec
    | Pubrel
    | Pubcomp
    | Subscribe
    | Suback
    | Unsubscribe
    | Unsuback
    | Pingreq
    | Pingresp
    | Disconnect
    | Auth
)
