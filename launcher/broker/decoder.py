"""Bytes to packets: what a peer sends, checked against chapters 2 and 3 of the standard."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from launcher.broker.packets import (
    FAILURE,
    Connack,
    Connect,
    ConnectFlag,
    ConnectReturnCode,
    Disconnect,
    FirstByte,
    Message,
    Packet,
    Pingreq,
    Pingresp,
    ProtocolError,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    UnacceptableProtocolLevel,
    Unsuback,
    Unsubscribe,
    Will,
)
from launcher.broker.topics import check_filter, check_name

PACKET_BYTES_MAX = 268_435_455
"""The largest remaining length that four bytes can tell (2.2.3)."""

_PROTOCOLS = {("MQTT", 4), ("MQIsdp", 3)}


class Decoder:
    """Turns one peer's bytes into packets, however the network has split them.

    Raises ProtocolError as soon as what arrived cannot be the beginning of a packet, or announces one larger
    than ``packet_bytes_max``; after that the decoder must not be fed again.
    """

    __slots__ = ("_needed_bytes", "_packet_bytes_max", "_partial")

    def __init__(self, packet_bytes_max: int = PACKET_BYTES_MAX) -> None:
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
            if first not in _DECODERS:
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
                    f"a packet of {stop - start} bytes; at most {self._packet_bytes_max} are taken here"
                )
            if stop > end:
                self._keep(data, start, needed_bytes=stop - start)
                return
            yield _DECODERS[first](first, data[position:stop])
            start = stop

    def _keep(self, data: bytes, start: int, *, needed_bytes: int) -> None:
        self._partial = bytearray(data[start:])
        self._needed_bytes = needed_bytes


class _Body:
    """Reads the fields of one packet in their order."""

    __slots__ = ("_data", "_position", "_what")

    def __init__(self, what: str, data: bytes) -> None:
        self._what = what
        self._data = data
        self._position = 0

    def take(self, size_bytes: int) -> bytes:
        start = self._position
        self._position += size_bytes
        if self._position > len(self._data):
            raise ProtocolError(f"{self._what} ends within a field")
        return self._data[start : self._position]

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def packet_id(self) -> int:
        if (packet_id := self.number()) == 0:
            raise ProtocolError(f"{self._what} with packet identifier 0 [MQTT-2.3.1-1]")
        return packet_id

    def binary(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        return _text(self._what, self.binary())

    @property
    def left(self) -> bool:
        return self._position < len(self._data)


def _text(what: str, data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise ProtocolError(f"{what}: text that is not UTF-8 [MQTT-1.5.3-1]") from error
    if "\0" in text:
        raise ProtocolError(f"{what}: text with U+0000 [MQTT-1.5.3-2]")
    return text


def _connect(body: _Body) -> Connect:
    protocol, level = body.text(), body.byte()
    if (protocol, level) not in _PROTOCOLS:
        if protocol != "MQTT" and protocol != "MQIsdp":
            raise ProtocolError(f"CONNECT with protocol name {protocol!r:.80}, not 'MQTT' [MQTT-3.1.2-1]")
        # A later version lays out the rest differently: nothing after the level may be read.
        raise UnacceptableProtocolLevel(f"CONNECT with protocol level {level}; 4 is MQTT 3.1.1 [MQTT-3.1.2-2]")
    flags = body.byte()
    if flags & ConnectFlag.RESERVED:
        raise ProtocolError("CONNECT with its reserved flag set [MQTT-3.1.2-3]")
    if flags & ConnectFlag.PASSWORD and not flags & ConnectFlag.USER_NAME:
        raise ProtocolError("CONNECT with a password and no user name [MQTT-3.1.2-22]")
    keep_alive_s = body.number()
    client_id = body.text()
    will = _will(flags, body)
    user_name = body.text() if flags & ConnectFlag.USER_NAME else None
    password = body.binary() if flags & ConnectFlag.PASSWORD else None
    return Connect(client_id, bool(flags & ConnectFlag.CLEAN_SESSION), keep_alive_s, will, user_name, password, level)


def _will(flags: int, body: _Body) -> Will | None:
    qos, retain = flags >> 3 & 3, bool(flags & ConnectFlag.WILL_RETAIN)
    if not flags & ConnectFlag.WILL:
        if qos or retain:
            raise ProtocolError("CONNECT with will QoS or will retain but no will [MQTT-3.1.2-13] [MQTT-3.1.2-15]")
        return None
    if qos == 3:
        raise ProtocolError("CONNECT with will QoS 3 [MQTT-3.1.2-14]")
    topic = body.text()
    check_name(topic)
    return Will(Message(topic, body.binary(), qos), retain)


def _connack(body: _Body) -> Connack:
    flags, return_code = body.byte(), body.byte()
    if flags > 1 or return_code > ConnectReturnCode.NOT_AUTHORIZED:
        raise ProtocolError(f"CONNACK with flags {flags} and return code {return_code} (3.2.2)")
    return Connack(ConnectReturnCode(return_code), bool(flags))


def _publish(first: int, data: bytes) -> Publish:
    # Read without _Body: this is the packet that comes by the thousand.
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
    topic = _text("PUBLISH topic", data[2:name_end])
    check_name(topic)
    packet_id = int.from_bytes(data[name_end:payload_start], "big")
    if qos and not packet_id:
        raise ProtocolError("PUBLISH with packet identifier 0 [MQTT-2.3.1-1]")
    return Publish(Message(topic, data[payload_start:], qos), bool(first & 0x01), dup, packet_id)


def _subscribe(body: _Body) -> Subscribe:
    packet_id = body.packet_id()
    filters = []
    while body.left:
        topic_filter, qos = body.text(), body.byte()
        check_filter(topic_filter)
        if qos > 2:
            raise ProtocolError(f"SUBSCRIBE with requested QoS byte 0x{qos:02X} [MQTT-3-8.3-4]")
        filters.append((topic_filter, qos))
    if not filters:
        raise ProtocolError("SUBSCRIBE without a topic filter [MQTT-3.8.3-3]")
    return Subscribe(packet_id, tuple(filters))


def _suback(body: _Body) -> Suback:
    packet_id = body.packet_id()
    codes = []
    while body.left:
        if (code := body.byte()) not in (0, 1, 2, FAILURE):
            raise ProtocolError(f"SUBACK with return code 0x{code:02X} [MQTT-3.9.3-2]")
        codes.append(code)
    return Suback(packet_id, tuple(codes))


def _unsubscribe(body: _Body) -> Unsubscribe:
    packet_id = body.packet_id()
    filters = []
    while body.left:
        check_filter(topic_filter := body.text())
        filters.append(topic_filter)
    if not filters:
        raise ProtocolError("UNSUBSCRIBE without a topic filter [MQTT-3.10.3-2]")
    return Unsubscribe(packet_id, tuple(filters))


def _whole(what: str, read: Callable[[_Body], Packet]) -> Callable[[int, bytes], Packet]:
    """A decoder that accepts what ``read`` reads and not a byte more."""

    def decode(_first: int, data: bytes) -> Packet:
        body = _Body(what, data)
        packet = read(body)
        if body.left:
            raise ProtocolError(f"{what} is longer than its fields")
        return packet

    return decode


_DECODERS: dict[int, Callable[[int, bytes], Packet]] = {
    FirstByte.CONNECT: _whole("CONNECT", _connect),
    FirstByte.CONNACK: _whole("CONNACK", _connack),
    **dict.fromkeys(range(FirstByte.PUBLISH, FirstByte.PUBLISH + 16), _publish),
    FirstByte.PUBACK: _whole("PUBACK", lambda body: Puback(body.packet_id())),
    FirstByte.PUBREC: _whole("PUBREC", lambda body: Pubrec(body.packet_id())),
    FirstByte.PUBREL: _whole("PUBREL", lambda body: Pubrel(body.packet_id())),
    FirstByte.PUBCOMP: _whole("PUBCOMP", lambda body: Pubcomp(body.packet_id())),
    FirstByte.SUBSCRIBE: _whole("SUBSCRIBE", _subscribe),
    FirstByte.SUBACK: _whole("SUBACK", _suback),
    FirstByte.UNSUBSCRIBE: _whole("UNSUBSCRIBE", _unsubscribe),
    FirstByte.UNSUBACK: _whole("UNSUBACK", lambda body: Unsuback(body.packet_id())),
    FirstByte.PINGREQ: _whole("PINGREQ", lambda _body: Pingreq()),
    FirstByte.PINGRESP: _whole("PINGRESP", lambda _body: Pingresp()),
    FirstByte.DISCONNECT: _whole("DISCONNECT", lambda _body: Disconnect()),
}
