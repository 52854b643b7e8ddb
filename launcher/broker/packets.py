"""The fourteen control packets of MQTT 3.1.1 (chapter 3) as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import TypeAlias

FAILURE = 0x80
"""The SUBACK return code of a refused subscription (3.9.3); the others are the granted QoS."""


class ProtocolError(Exception):
    """What a peer sent is not MQTT; its connection, and no other, has to be closed [MQTT-4.8.0-1]."""


class UnacceptableProtocolLevel(ProtocolError):
    """A CONNECT of another version of MQTT, to be answered with 0x01 before closing [MQTT-3.1.2-2]."""


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


class ConnectFlag(IntFlag):
    """The flags of CONNECT (3.1.2.3); the will's QoS lies in the two bits between."""

    RESERVED = 0x01
    CLEAN_SESSION = 0x02
    WILL = 0x04
    WILL_RETAIN = 0x20
    PASSWORD = 0x40
    USER_NAME = 0x80


class ConnectReturnCode(IntEnum):
    """The answer to a CONNECT (3.2.2.3)."""

    ACCEPTED = 0
    UNACCEPTABLE_PROTOCOL_LEVEL = 1
    IDENTIFIER_REJECTED = 2
    SERVER_UNAVAILABLE = 3
    BAD_USER_NAME_OR_PASSWORD = 4
    NOT_AUTHORIZED = 5


@dataclass(frozen=True, slots=True)
class Message:
    """An application message, as publishers send it and as it is kept; ``qos`` is 0, 1 or 2."""

    topic: str
    payload: bytes
    qos: int = 0

    @property
    def size_bytes(self) -> int:
        """About what keeping it costs: its text and the objects around it."""
        return len(self.topic) + len(self.payload) + 200


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes for a client that leaves without DISCONNECT (3.1.2.5)."""

    message: Message
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Connect:
    """Client to server, the first packet; ``keep_alive_s`` 0 means none. Level 4 is 3.1.1, 3 is 3.1."""

    client_id: str
    clean_session: bool = True
    keep_alive_s: int = 0
    will: Will | None = None
    user_name: str | None = None
    password: bytes | None = None
    protocol_level: int = 4


@dataclass(frozen=True, slots=True)
class Connack:
    """The server's answer to CONNECT."""

    return_code: ConnectReturnCode = ConnectReturnCode.ACCEPTED
    session_present: bool = False


@dataclass(frozen=True, slots=True)
class Publish:
    """A message on its way, in either direction; ``packet_id`` is 0 exactly when its QoS is 0."""

    message: Message
    retain: bool = False
    dup: bool = False
    packet_id: int = 0


@dataclass(frozen=True, slots=True)
class Puback:
    """Receiver of a QoS 1 message: it is mine now."""

    packet_id: int


@dataclass(frozen=True, slots=True)
class Pubrec:
    """Receiver of a QoS 2 message: it is mine now, once."""

    packet_id: int


@dataclass(frozen=True, slots=True)
class Pubrel:
    """Sender of a QoS 2 message: I shall not send it again."""

    packet_id: int


@dataclass(frozen=True, slots=True)
class Pubcomp:
    """Receiver of a QoS 2 message: its identifier is free again."""

    packet_id: int


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Topic filters with the QoS asked for, in the client's order."""

    packet_id: int
    filters: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Suback:
    """The granted QoS of each filter, or :data:`FAILURE`, in the order of the SUBSCRIBE [MQTT-3.9.3-1]."""

    packet_id: int
    return_codes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Topic filters to end, spelt exactly as they were subscribed [MQTT-3.10.4-1]."""

    packet_id: int
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unsuback:
    """The server's answer to UNSUBSCRIBE."""

    packet_id: int


@dataclass(frozen=True, slots=True)
class Pingreq:
    """Client: I am alive, are you?"""


@dataclass(frozen=True, slots=True)
class Pingresp:
    """Server: I am."""


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Client: I leave in order, forget my will."""


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
)
