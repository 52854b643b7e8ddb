"""Packets to bytes (chapters 2 and 3 of the standard)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from launcher.broker.packets import (
    Connack,
    Connect,
    ConnectFlag,
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


def encode(packet: Packet) -> bytes:
    """The bytes of one packet."""
    match packet:
        case Publish(message, retain, dup, packet_id):
            return encode_publish(message, message.qos, retain=retain, dup=dup, packet_id=packet_id)
        case Puback(packet_id):
            return _frame(FirstByte.PUBACK, _number(packet_id))
        case Pubrec(packet_id):
            return _frame(FirstByte.PUBREC, _number(packet_id))
        case Pubrel(packet_id):
            return _frame(FirstByte.PUBREL, _number(packet_id))
        case Pubcomp(packet_id):
            return _frame(FirstByte.PUBCOMP, _number(packet_id))
        case Connect():
            return _frame(FirstByte.CONNECT, *_connect_fields(packet))
        case Connack(return_code, session_present):
            return _frame(FirstByte.CONNACK, bytes((session_present, return_code)))
        case Subscribe(packet_id, filters):
            pairs = (part for text, qos in filters for part in (_sized(text.encode()), bytes((qos,))))
            return _frame(FirstByte.SUBSCRIBE, _number(packet_id), *pairs)
        case Suback(packet_id, return_codes):
            return _frame(FirstByte.SUBACK, _number(packet_id), bytes(return_codes))
        case Unsubscribe(packet_id, filters):
            return _frame(FirstByte.UNSUBSCRIBE, _number(packet_id), *(_sized(text.encode()) for text in filters))
        case Unsuback(packet_id):
            return _frame(FirstByte.UNSUBACK, _number(packet_id))
        case Pingreq():
            return _frame(FirstByte.PINGREQ)
        case Pingresp():
            return _frame(FirstByte.PINGRESP)
        case Disconnect():
            return _frame(FirstByte.DISCONNECT)
        case _ as never:
            assert_never(never)


def encode_publish(
    message: Message, qos: int, *, retain: bool = False, dup: bool = False, packet_id: int = 0
) -> bytes:
    """The bytes of ``message`` sent with ``qos``, which may be lower than its own [MQTT-3.8.4-6]."""
    first = FirstByte.PUBLISH | dup << 3 | qos << 1 | retain
    topic = _sized(message.topic.encode())
    if qos:
        return _frame(first, topic, _number(packet_id), message.payload)
    return _frame(first, topic, message.payload)


def _connect_fields(packet: Connect) -> Iterator[bytes]:
    protocol = b"MQIsdp" if packet.protocol_level == 3 else b"MQTT"
    flags = ConnectFlag.CLEAN_SESSION if packet.clean_session else 0
    payload = [packet.client_id.encode()]
    if packet.will is not None:
        flags |= (
            ConnectFlag.WILL | packet.will.message.qos << 3 | (ConnectFlag.WILL_RETAIN if packet.will.retain else 0)
        )
        payload += [packet.will.message.topic.encode(), packet.will.message.payload]
    if packet.user_name is not None:
        flags |= ConnectFlag.USER_NAME
        payload.append(packet.user_name.encode())
    if packet.password is not None:
        flags |= ConnectFlag.PASSWORD
        payload.append(packet.password)
    yield _sized(protocol)
    yield bytes((packet.protocol_level, flags))
    yield _number(packet.keep_alive_s)
    yield from map(_sized, payload)  # in the order of [MQTT-3.1.3-1]


def _number(value: int) -> bytes:
    return value.to_bytes(2, "big")


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def _frame(first: int, *parts: bytes) -> bytes:
    length = sum(map(len, parts))
    header = bytearray((first,))
    while length > 0x7F:
        header.append(length & 0x7F | 0x80)
        length >>= 7
    header.append(length)
    return b"".join((header, *parts))
