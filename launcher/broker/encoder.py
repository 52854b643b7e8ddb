"""Packets to bytes (chapters 2 and 3 of the standards)."""

from __future__ import annotations

from typing import assert_never

from launcher.broker.connect_fields import connect_fields
from launcher.broker.fields import number, sized
from launcher.broker.packets import (
    Auth,
    Connack,
    Connect,
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
from launcher.broker.properties import NO_PROPERTIES, Properties, write_properties
from launcher.broker.reason_codes import ReasonCode


def encode(packet: Packet, level: int = 4) -> bytes:
    """The bytes of one packet at a protocol level; CONNECT brings its own."""
    match packet:
        case Publish(message, retain, dup, packet_id, passing):
            properties = write_properties(passing, message.properties) if level >= 5 else b""
            qos = message.qos
            return encode_publish(message, qos, properties, retain=retain, dup=dup, packet_id=packet_id)
        case Puback(packet_id, code, properties):
            if level < 5 or (code is ReasonCode.SUCCESS and properties is NO_PROPERTIES):
                return b"\x40\x02" + number(packet_id)
            return _frame(FirstByte.PUBACK, number(packet_id), _reason(code, properties, level))
        case Pubrec(packet_id, code, properties):
            return _frame(FirstByte.PUBREC, number(packet_id), _reason(code, properties, level))
        case Pubrel(packet_id, code, properties):
            return _frame(FirstByte.PUBREL, number(packet_id), _reason(code, properties, level))
        case Pubcomp(packet_id, code, properties):
            return _frame(FirstByte.PUBCOMP, number(packet_id), _reason(code, properties, level))
        case Connect():
            return _frame(FirstByte.CONNECT, *connect_fields(packet))
        case Connack(return_code, session_present, properties):
            return _frame(FirstByte.CONNACK, bytes((session_present, return_code)), _properties(properties, level))
        case Subscribe(packet_id, filters, properties):
            pairs = (part for text, options in filters for part in (sized(text.encode()), bytes((options,))))
            return _frame(FirstByte.SUBSCRIBE, number(packet_id), _properties(properties, level), *pairs)
        case Suback(packet_id, return_codes, properties):
            return _frame(FirstByte.SUBACK, number(packet_id), _properties(properties, level), bytes(return_codes))
        case Unsubscribe(packet_id, names, properties):
            texts = (sized(text.encode()) for text in names)
            return _frame(FirstByte.UNSUBSCRIBE, number(packet_id), _properties(properties, level), *texts)
        case Unsuback(packet_id, codes, properties):
            data = bytes(codes) if level >= 5 else b""
            return _frame(FirstByte.UNSUBACK, number(packet_id), _properties(properties, level), data)
        case Pingreq():
            return _frame(FirstByte.PINGREQ)
        case Pingresp():
            return _frame(FirstByte.PINGRESP)
        case Disconnect(code, properties):
            return _frame(FirstByte.DISCONNECT, _reason(code, properties, level))
        case Auth(code, properties):
            return _frame(FirstByte.AUTH, _reason(code, properties, level))
        case _ as never:
            assert_never(never)


def encode_publish(
    message: Message,
    qos: int,
    properties: bytes = b"",
    *,
    retain: bool = False,
    dup: bool = False,
    packet_id: int = 0,
) -> bytes:
    """The bytes of ``message`` sent with ``qos``, which may be lower than its own [MQTT-3.8.4-6].

    ``properties`` are written ones with their length; before MQTT 5 there is nothing in their place.
    """
    first = FirstByte.PUBLISH | dup << 3 | qos << 1 | retain
    topic = sized(message.topic.encode())
    if qos:
        return _frame(first, topic, number(packet_id), properties, message.payload)
    return _frame(first, topic, properties, message.payload)


def _properties(properties: Properties, level: int) -> bytes:
    return write_properties(properties) if level >= 5 else b""


def _reason(code: ReasonCode, properties: Properties, level: int) -> bytes:
    """As little as says it: success is understood."""
    if level < 5 or (code is ReasonCode.SUCCESS and properties is NO_PROPERTIES):
        return b""
    return bytes((code,)) + (b"" if properties is NO_PROPERTIES else write_properties(properties))


def _frame(first: int, *parts: bytes) -> bytes:
    length = sum(map(len, parts))
    header = bytearray((first,))
    while length > 0x7F:
        header.append(length & 0x7F | 0x80)
        length >>= 7
    header.append(length)
    return b"".join((header, *parts))
