"""The wire: every packet survives the way there and back, and nothing else is taken for a packet."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.broker.connect_fields import RefusedConnect
from launcher.broker.decoder import Decoder
from launcher.broker.encoder import encode, encode_publish
from launcher.broker.packets import (
    Connack,
    Connect,
    ConnectReturnCode,
    Message,
    Packet,
    Pingreq,
    Publish,
    Subscribe,
    Will,
)
from launcher.broker.reason_codes import ProtocolError
from tests.launcher.broker.strategies import packets_4
from tests.launcher.broker.strategies_5 import packets_5


def decode(data: bytes, level: int = 4) -> list[Packet]:
    return list(Decoder(level=level).feed(data))


packets = packets_4.map(lambda packet: (packet, 4)) | packets_5.map(lambda packet: (packet, 5))
"""Packets with the protocol level that they are written in."""


@given(packets)
def test_a_packet_survives_encoding_and_decoding(sent: tuple[Packet, int]) -> None:
    packet, level = sent
    assert decode(encode(packet, level), level) == [packet]


@given(
    st.lists(packets_4, min_size=1, max_size=6).map(lambda sent: (sent, 4))
    | st.lists(packets_5, min_size=1, max_size=6).map(lambda sent: (sent, 5)),
    st.lists(st.integers(0, 1000), max_size=12),
)
def test_packets_may_be_split_anywhere_on_their_way(sent: tuple[list[Packet], int], cuts: list[int]) -> None:
    packets, level = sent
    stream = b"".join(encode(packet, level) for packet in packets)
    bounds = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    decoder = Decoder(level=level)
    received = [packet for start, stop in pairwise(bounds) for packet in decoder.feed(stream[start:stop])]
    assert received == packets


@given(packets)
def test_packets_may_come_byte_by_byte(sent: tuple[Packet, int]) -> None:
    packet, level = sent
    decoder = Decoder(level=level)
    received = [packet for byte in encode(packet, level) * 2 for packet in decoder.feed(bytes((byte,)))]
    assert received == [packet, packet]


@given(st.binary(max_size=100), st.sampled_from([4, 5]))
def test_any_bytes_are_packets_or_a_protocol_error(data: bytes, level: int) -> None:
    try:
        packets = decode(data, level)
    except ProtocolError:
        return
    # What was understood means the same when it is said again.
    assert decode(b"".join(encode(packet, level) for packet in packets), level) == packets


@given(packets, st.data())
def test_a_damaged_packet_is_a_packet_or_a_protocol_error(sent: tuple[Packet, int], data: st.DataObject) -> None:
    packet, level = sent
    damaged = bytearray(encode(packet, level))
    position = data.draw(st.integers(0, len(damaged) - 1))
    damaged[position] = data.draw(st.integers(0, 255))
    with suppress(ProtocolError):
        decode(bytes(damaged), level)


@pytest.mark.parametrize("size", [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])
def test_the_remaining_length_takes_as_many_bytes_as_it_needs(size: int) -> None:
    message = Message("t", bytes(size))
    assert decode(encode_publish(message, 0)) == [Publish(message)]


def test_packets_before_a_malformed_one_are_delivered() -> None:
    packets = Decoder().feed(encode(Pingreq()) + b"\x00\x00")
    assert next(packets) == Pingreq()
    with pytest.raises(ProtocolError):
        next(packets)


def test_a_packet_larger_than_allowed_is_refused_at_its_announcement() -> None:
    announcement = encode_publish(Message("t", bytes(2000)), 0)[:3]
    with pytest.raises(ProtocolError, match="a packet of 2006 bytes; at most 1000"):
        list(Decoder(packet_bytes_max=1000).feed(announcement))


def test_another_version_of_mqtt_is_told_apart_from_nonsense() -> None:
    # Who knows what another version has where these have their flags: only the beginning can be understood.
    version_6 = bytes.fromhex("10 10 00 04 4D 51 54 54 06 02 00 3C 03 21 00 14 00 00")
    with pytest.raises(RefusedConnect, match="level 6") as unknown:
        decode(version_6)
    assert unknown.value.answer == Connack(ConnectReturnCode.UNACCEPTABLE_PROTOCOL_LEVEL)
    with pytest.raises(ProtocolError, match="'HTTP'") as refused:
        decode(bytes.fromhex("10 10 00 04 48 54 54 50 04 02 00 3C 00 04") + b"name")
    assert not isinstance(refused.value, RefusedConnect)


def _flags(packet: bytes, flags: int) -> bytes:
    return bytes((packet[0] & 0xF0 | flags,)) + packet[1:]


CONNECT = encode(Connect("c"))
CONNECT_FLAGS_AT = 9
WILL = encode(Connect("c", will=Will(Message("w", b"", 1))))


def _connect_flags(flags: int, packet: bytes = CONNECT) -> bytes:
    return packet[:CONNECT_FLAGS_AT] + bytes((flags,)) + packet[CONNECT_FLAGS_AT + 1 :]


@pytest.mark.parametrize(
    ("data", "statement"),
    [
        pytest.param(b"\x00\x00", "MQTT-2.2.2-2", id="reserved packet type 0"),
        pytest.param(b"\xf0\x00", "MQTT-2.2.2-2", id="reserved packet type 15"),
        pytest.param(b"GET / HTTP/1.1\r\n", "MQTT-2.2.2-2", id="HTTP"),
        pytest.param(b"\x16\x03\x01\x02\x00", "MQTT-2.2.2-2", id="TLS"),
        pytest.param(_flags(encode(Subscribe(1, (("a", 0),))), 0), "MQTT-2.2.2-2", id="SUBSCRIBE with flags 0"),
        pytest.param(b"\x60\x02\x00\x01", "MQTT-2.2.2-2", id="PUBREL with flags 0"),
        pytest.param(b"\xe1\x00", "MQTT-2.2.2-2", id="DISCONNECT with a flag"),
        pytest.param(b"\xc0\x80\x80\x80\x80\x00", "2.2.3", id="five bytes of remaining length"),
        pytest.param(b"\xc0\x01\x00", "longer than its fields", id="PINGREQ with a body"),
        pytest.param(b"\x40\x03\x00\x01\x00", "longer than its fields", id="PUBACK with a byte too many"),
        pytest.param(b"\x40\x01\x00", "ends within a field", id="PUBACK with half an identifier"),
        pytest.param(b"\x40\x02\x00\x00", "MQTT-2.3.1-1", id="PUBACK for identifier 0"),
        pytest.param(_connect_flags(0x03), "MQTT-3.1.2-3", id="CONNECT with the reserved flag"),
        pytest.param(_connect_flags(0x0A), "MQTT-3.1.2-13", id="CONNECT with will QoS and no will"),
        pytest.param(_connect_flags(0x22), "MQTT-3.1.2-15", id="CONNECT with will retain and no will"),
        pytest.param(_connect_flags(0x1E, WILL), "MQTT-3.1.2-14", id="CONNECT with will QoS 3"),
        pytest.param(_connect_flags(0x42), "MQTT-3.1.2-22", id="CONNECT with a password and no user"),
        pytest.param(_connect_flags(0x82), "ends within a field", id="CONNECT without the announced user"),
        pytest.param(encode(Connect("c", will=Will(Message("a/#", b"")))), "MQTT-3.3.2-2", id="will to a wildcard"),
        pytest.param(b"\x36\x05\x00\x01t\x00\x01", "MQTT-3.3.1-4", id="PUBLISH with QoS 3"),
        pytest.param(b"\x38\x03\x00\x01t", "MQTT-3.3.1-2", id="PUBLISH with DUP and QoS 0"),
        pytest.param(b"\x32\x05\x00\x01t\x00\x00", "MQTT-2.3.1-1", id="PUBLISH with identifier 0"),
        pytest.param(b"\x32\x04\x00\x01t\x00", "ends within a field", id="PUBLISH with half an identifier"),
        pytest.param(b"\x30\x01\x00", "ends within a field", id="PUBLISH with half a topic length"),
        pytest.param(b"\x30\x00", "ends within a field", id="PUBLISH without anything"),
        pytest.param(b"\x30\x02\x00\x00", "MQTT-4.7.3-1", id="PUBLISH to the empty topic"),
        pytest.param(b"\x30\x05\x00\x03a/+", "MQTT-3.3.2-2", id="PUBLISH to a wildcard"),
        pytest.param(b"\x30\x05\x00\x03a\x00b", "MQTT-1.5.3-2", id="PUBLISH to a topic with U+0000"),
        pytest.param(b"\x30\x05\x00\x03\xed\xa0\x80", "MQTT-1.5.3-1", id="PUBLISH to a topic with a surrogate"),
        pytest.param(b"\x82\x02\x00\x01", "MQTT-3.8.3-3", id="SUBSCRIBE to nothing"),
        pytest.param(b"\x82\x06\x00\x00\x00\x01a\x00", "MQTT-2.3.1-1", id="SUBSCRIBE with identifier 0"),
        pytest.param(b"\x82\x06\x00\x01\x00\x01a\x03", "MQTT-3-8.3-4", id="SUBSCRIBE with QoS 3"),
        pytest.param(b"\x82\x06\x00\x01\x00\x01a\x40", "MQTT-3-8.3-4", id="SUBSCRIBE with reserved bits"),
        pytest.param(b"\x82\x08\x00\x01\x00\x03#/a\x00", "MQTT-4.7.1-2", id="SUBSCRIBE with # not last"),
        pytest.param(b"\x82\x07\x00\x01\x00\x02a+\x00", "MQTT-4.7.1-3", id="SUBSCRIBE with + beside text"),
        pytest.param(b"\xa2\x02\x00\x01", "MQTT-3.10.3-2", id="UNSUBSCRIBE from nothing"),
        pytest.param(b"\x90\x03\x00\x01\x03", "MQTT-3.9.3-2", id="SUBACK with return code 3"),
        pytest.param(b"\x20\x02\x02\x00", "3.2.2", id="CONNACK with a reserved flag"),
    ],
)
def test_a_malformed_packet_is_refused_with_its_reason(data: bytes, statement: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        decode(data)
    assert statement in str(refused.value)


def test_a_byte_order_mark_is_text_like_any_other() -> None:
    """[MQTT-1.5.3-3]"""
    packet = Publish(Message("\ufefftopic", b""))
    assert decode(encode(packet)) == [packet]
