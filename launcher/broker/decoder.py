"""Bytes to packets: what a peer sends, checked against chapters 2 and 3 of the standards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from launcher.broker.connect_fields import check_response_topic, read_connack, read_connect
from launcher.broker.fields import VARIABLE_MAX, Body, text
from launcher.broker.packets import (
    Auth,
    Disconnect,
    FirstByte,
    Message,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
)
from launcher.broker.properties import NO_PROPERTIES, Carrier, Properties, read_properties
from launcher.broker.reason_codes import (
    OF_AUTH,
    OF_DISCONNECT,
    OF_RECEIVED,
    OF_RELEASED,
    OF_SUBACK,
    OF_UNSUBACK,
    ProtocolError,
    ReasonCode,
)
from launcher.broker.topics import check_filter, check_name, is_shared

PACKET_BYTES_MAX = VARIABLE_MAX
"""The largest remaining length (2.2.3; 2.1.4 of MQTT 5)."""


class Decoder:
    """Turns one peer's bytes into packets, however the network has split them.

    Raises ProtocolError as soon as what arrived cannot be the beginning of a packet, or announces one larger
    than ``packet_bytes_max``; after that the decoder must not be fed again. Packets after CONNECT are read at
    ``level``, which may be changed as soon as that has come.
    """

    __slots__ = ("_needed_bytes", "_packet_bytes_max", "_partial", "level")

    def __init__(self, packet_bytes_max: int = PACKET_BYTES_MAX, level: int = 4) -> None:
        self.level = level
        self._packet_bytes_max = packet_bytes_max
        self._partial: bytearray | None = None
        self._needed_bytes = 0

    def feed(self, data: bytes) -> Iterator[Packet]:
        """The packets that ``data`` completes; iterate to the end before feeding more."""
        if self._partial is not None:
            self._partial += data
            # Nothing is looked at until the announced packet is whole: a drip of single bytes stays cheap.
            if len(self._partial) < self._needed_bytes:
                return
            data = bytes(self._partial)
            self._partial = None
        start, end = 0, len(data)
        while start < end:
            first = data[start]
            decode = _DECODERS.get(first)
            if decode is None or (decode is _auth and self.level < 5):
                raise ProtocolError(f"no MQTT packet begins with 0x{first:02X} [MQTT-2.2.2-2]")
            position, length, shift = start + 1, 0, 0
            while position < end:
                byte = data[position]
                position += 1
                length |= (byte & 0x7F) << shift
                if byte < 0x80:
                    break
                shift += 7
                if shift == 28:
                    raise ProtocolError("the remaining length has more than four bytes (2.2.3)")
            else:
                self._keep(data, start, needed_bytes=position - start + 1)
                return
            stop = position + length
            if stop - start > self._packet_bytes_max:
                raise ProtocolError(
                    f"a packet of {stop - start} bytes; at most {self._packet_bytes_max} are taken here",
                    ReasonCode.PACKET_TOO_LARGE,
                )
            if stop > end:
                self._keep(data, start, needed_bytes=stop - start)
                return
            yield decode(first, data[position:stop], self.level)
            start = stop

    def _keep(self, data: bytes, start: int, *, needed_bytes: int) -> None:
        self._partial = bytearray(data[start:])
        self._needed_bytes = needed_bytes


def _publish(first: int, data: bytes, level: int) -> Publish:
    # Read without Body: this is the packet that comes by the thousand.
    qos = first >> 1 & 3
    if qos == 3:
        raise ProtocolError("PUBLISH with QoS 3 [MQTT-3.3.1-4]")
    dup = bool(first & 0x08)
    if dup and not qos:
        raise ProtocolError("PUBLISH with DUP and QoS 0 [MQTT-3.3.1-2]")
    name_end = 2 + int.from_bytes(data[:2], "big")
    payload_start = name_end + 2 if qos else name_end
    if payload_start > len(data):
        raise ProtocolError("PUBLISH ends within a field")
    topic = text("PUBLISH topic", data[2:name_end])
    packet_id = int.from_bytes(data[name_end:payload_start], "big")
    if qos and not packet_id:
        raise ProtocolError("PUBLISH with packet identifier 0 [MQTT-2.3.1-1]", ReasonCode.PROTOCOL_ERROR)
    if level < 5:
        check_name(topic)
        return Publish(Message(topic, data[payload_start:], qos), bool(first & 0x01), dup, packet_id)
    body = Body("PUBLISH", data[payload_start:], level)
    kept, passing = _split(read_properties(body, Carrier.PUBLISH))
    if topic:
        check_name(topic)
    elif passing.topic_alias is None:
        raise ProtocolError("PUBLISH with neither a topic nor an alias (3.3.2.1)", ReasonCode.PROTOCOL_ERROR)
    check_response_topic(kept)
    return Publish(Message(topic, body.rest(), qos, kept), bool(first & 0x01), dup, packet_id, passing)


def _split(properties: Properties) -> tuple[Properties, Properties]:
    """What belongs to the message, and what to this PUBLISH only."""
    alias, identifiers = properties.topic_alias, properties.subscription_identifiers
    if alias is None and not identifiers:
        return properties, NO_PROPERTIES
    kept = replace(properties, topic_alias=None, subscription_identifiers=())
    passing = Properties(topic_alias=alias, subscription_identifiers=identifiers)
    return NO_PROPERTIES if kept == NO_PROPERTIES else kept, passing


def _puback(first: int, data: bytes, level: int) -> Packet:
    # Most are as short as they can be, and as many as messages.
    packet_id = int.from_bytes(data, "big")
    return Puback(packet_id) if packet_id and len(data) == 2 else _any_puback(first, data, level)


_Acknowledgement = TypeVar("_Acknowledgement", Puback, Pubrec, Pubrel, Pubcomp)


def _acknowledgement(
    kind: type[_Acknowledgement], carrier: Carrier, codes: frozenset[ReasonCode]
) -> Callable[[Body], _Acknowledgement]:
    def read(body: Body) -> _Acknowledgement:
        packet_id = body.packet_id()
        # Without a word success is meant.
        return kind(packet_id, *_reason(body, carrier, codes)) if body.left else kind(packet_id)

    return read


def _reason(body: Body, carrier: Carrier, codes: frozenset[ReasonCode]) -> tuple[ReasonCode, Properties]:
    """The end of an acknowledgement, of DISCONNECT and of AUTH: both its parts may be missing."""
    if not body.left or body.level < 5:
        return ReasonCode.SUCCESS, NO_PROPERTIES
    code = _reason_code(body, codes)
    return code, read_properties(body, carrier) if body.left else NO_PROPERTIES


def _reason_code(body: Body, codes: frozenset[ReasonCode]) -> ReasonCode:
    if (code := body.byte()) not in codes:
        raise ProtocolError(f"{body.what} with reason code 0x{code:02X} (2.4)")
    return ReasonCode(code)


def _subscribe(body: Body) -> Subscribe:
    packet_id = body.packet_id()
    properties = read_properties(body, Carrier.SUBSCRIBE)
    filters = []
    while body.left:
        topic_filter, options = body.text(), body.byte()
        check_filter(topic_filter)
        if options > (2 if body.level < 5 else 0x3F):
            raise ProtocolError(f"SUBSCRIBE with requested QoS byte 0x{options:02X} [MQTT-3-8.3-4]")
        if options & 3 == 3 or options & 0x30 == 0x30:
            raise ProtocolError(f"SUBSCRIBE with options 0x{options:02X} (3.8.3.1)", ReasonCode.PROTOCOL_ERROR)
        if options & 4 and is_shared(topic_filter):
            raise ProtocolError("SUBSCRIBE with No Local, shared [MQTT5-3.8.3-4]", ReasonCode.PROTOCOL_ERROR)
        filters.append((topic_filter, options))
    if not filters:
        raise ProtocolError("SUBSCRIBE without a topic filter [MQTT-3.8.3-3]", ReasonCode.PROTOCOL_ERROR)
    return Subscribe(packet_id, tuple(filters), properties)


def _suback(body: Body) -> Suback:
    packet_id = body.packet_id()
    properties = read_properties(body, Carrier.SUBACK)
    codes = []
    while body.left:
        if (code := body.byte()) not in (OF_SUBACK if body.level >= 5 else (0, 1, 2, 0x80)):
            raise ProtocolError(f"SUBACK with return code 0x{code:02X} [MQTT-3.9.3-2]")
        codes.append(code)
    return Suback(packet_id, tuple(codes), properties)


def _unsubscribe(body: Body) -> Unsubscribe:
    packet_id = body.packet_id()
    properties = read_properties(body, Carrier.UNSUBSCRIBE)
    filters = []
    while body.left:
        check_filter(topic_filter := body.text())
        filters.append(topic_filter)
    if not filters:
        raise ProtocolError("UNSUBSCRIBE without a topic filter [MQTT-3.10.3-2]", ReasonCode.PROTOCOL_ERROR)
    return Unsubscribe(packet_id, tuple(filters), properties)


def _unsuback(body: Body) -> Unsuback:
    packet_id = body.packet_id()
    properties = read_properties(body, Carrier.UNSUBACK)
    codes = []
    while body.left and body.level >= 5:
        codes.append(_reason_code(body, OF_UNSUBACK))
    return Unsuback(packet_id, tuple(codes), properties)


def _whole(what: str, read: Callable[[Body], Packet]) -> Callable[[int, bytes, int], Packet]:
    """A decoder that accepts what ``read`` reads and not a byte more."""

    def decode(_first: int, data: bytes, level: int) -> Packet:
        body = Body(what, data, level)
        packet = read(body)
        if body.left:
            raise ProtocolError(f"{what} is longer than its fields")
        return packet

    return decode


def _disconnect(body: Body) -> Disconnect:
    return Disconnect(*_reason(body, Carrier.DISCONNECT, OF_DISCONNECT))


_any_puback = _whole("PUBACK", _acknowledgement(Puback, Carrier.PUBACK, OF_RECEIVED))
_auth = _whole("AUTH", lambda body: Auth(*_reason(body, Carrier.AUTH, OF_AUTH)))

_DECODERS: dict[int, Callable[[int, bytes, int], Packet]] = {
    FirstByte.CONNECT: _whole("CONNECT", read_connect),
    FirstByte.CONNACK: _whole("CONNACK", read_connack),
    **dict.fromkeys(range(FirstByte.PUBLISH, FirstByte.PUBLISH + 16), _publish),
    FirstByte.PUBACK: _puback,
    FirstByte.PUBREC: _whole("PUBREC", _acknowledgement(Pubrec, Carrier.PUBREC, OF_RECEIVED)),
    FirstByte.PUBREL: _whole("PUBREL", _acknowledgement(Pubrel, Carrier.PUBREL, OF_RELEASED)),
    FirstByte.PUBCOMP: _whole("PUBCOMP", _acknowledgement(Pubcomp, Carrier.PUBCOMP, OF_RELEASED)),
    FirstByte.SUBSCRIBE: _whole("SUBSCRIBE", _subscribe),
    FirstByte.SUBACK: _whole("SUBACK", _suback),
    FirstByte.UNSUBSCRIBE: _whole("UNSUBSCRIBE", _unsubscribe),
    FirstByte.UNSUBACK: _whole("UNSUBACK", _unsuback),
    FirstByte.PINGREQ: _whole("PINGREQ", lambda _body: Pingreq()),
    FirstByte.PINGRESP: _whole("PINGRESP", lambda _body: Pingresp()),
    FirstByte.DISCONNECT: _whole(
        "DISCONNECT", lambda body: Disconnect(*_reason(body, Carrier.DISCONNECT, OF_DISCONNECT))
    ),
    FirstByte.AUTH: _auth,
}
