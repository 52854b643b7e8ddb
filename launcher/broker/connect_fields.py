"""CONNECT, the packet with the most fields, and its answer: read and written (3.1, 3.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from launcher.broker.fields import Body, number, sized
from launcher.broker.packets import Connack, Connect, ConnectFlag, ConnectReturnCode, Message, Will
from launcher.broker.properties import NO_PROPERTIES, Carrier, Properties, read_properties, write_properties
from launcher.broker.reason_codes import OF_CONNACK, ProtocolError, ReasonCode
from launcher.broker.topics import check_name

_PROTOCOLS = {("MQTT", 5), ("MQTT", 4), ("MQIsdp", 3)}


class RefusedConnect(ProtocolError):
    """A CONNECT that is understood so far as to be answered before closing; ``level`` is that of the answer."""

    def __init__(self, why: str, answer: Connack, level: int) -> None:
        super().__init__(why)
        self.answer = answer
        self.level = level


def read_connect(body: Body) -> Connect:
    """The packet; raises RefusedConnect when its protocol level is not spoken here, or is 5 [MQTT-3.1.2-2]."""
    protocol, level = body.text(), body.byte()
    if (protocol, level) not in _PROTOCOLS:
        if protocol != "MQTT" and protocol != "MQIsdp":
            raise ProtocolError(f"CONNECT with protocol name {protocol!r:.80}, not 'MQTT' [MQTT-3.1.2-1]")
        # A later version lays out the rest differently: nothing after the level may be read.
        raise RefusedConnect(
            f"CONNECT with protocol level {level}; 4 is MQTT 3.1.1, 5 is MQTT 5 [MQTT-3.1.2-2]",
            Connack(ConnectReturnCode.UNACCEPTABLE_PROTOCOL_LEVEL),
            level=4,
        )
    body.level = level
    try:
        return _read_rest(body)
    except ProtocolError as error:
        if level < 5:
            raise
        why = Properties(reason_string=str(error))
        raise RefusedConnect(str(error), Connack(error.reason_code, properties=why), level) from error


def _read_rest(body: Body) -> Connect:
    flags = body.byte()
    if flags & ConnectFlag.RESERVED:
        raise ProtocolError("CONNECT with its reserved flag set [MQTT-3.1.2-3]")
    if flags & ConnectFlag.PASSWORD and not flags & ConnectFlag.USER_NAME and body.level < 5:
        raise ProtocolError("CONNECT with a password and no user name [MQTT-3.1.2-22]")
    keep_alive_s = body.number()
    properties = read_properties(body, Carrier.CONNECT)
    if properties.authentication_data is not None and properties.authentication_method is None:
        raise ProtocolError("CONNECT with authentication data and no method (3.1.2.11.10)", ReasonCode.PROTOCOL_ERROR)
    client_id = body.text()
    will = _read_will(flags, body)
    user_name = body.text() if flags & ConnectFlag.USER_NAME else None
    password = body.binary() if flags & ConnectFlag.PASSWORD else None
    if body.left:
        raise ProtocolError("CONNECT is longer than its fields")
    clean_start = bool(flags & ConnectFlag.CLEAN_START)
    return Connect(client_id, clean_start, keep_alive_s, will, user_name, password, body.level, properties)


def _read_will(flags: int, body: Body) -> Will | None:
    qos, retain = flags >> 3 & 3, bool(flags & ConnectFlag.WILL_RETAIN)
    if not flags & ConnectFlag.WILL:
        if qos or retain:
            raise ProtocolError("CONNECT with will QoS or will retain but no will [MQTT-3.1.2-13] [MQTT-3.1.2-15]")
        return None
    if qos == 3:
        raise ProtocolError("CONNECT with will QoS 3 [MQTT-3.1.2-14]")
    properties, delay_s = read_properties(body, Carrier.WILL), 0
    if properties.will_delay_interval_s is not None:
        delay_s = properties.will_delay_interval_s
        properties = replace(properties, will_delay_interval_s=None)
    topic = body.text()
    check_name(topic)
    check_response_topic(properties)
    return Will(Message(topic, body.binary(), qos, properties), retain, delay_s)


def check_response_topic(properties: Properties) -> None:
    """Raise ProtocolError for a response topic that nothing can be published to [MQTT5-3.3.2-14]."""
    if properties.response_topic is not None:
        try:
            check_name(properties.response_topic)
        except ProtocolError as error:
            raise ProtocolError(f"response topic: {error}", ReasonCode.PROTOCOL_ERROR) from error


def connect_fields(packet: Connect) -> Iterator[bytes]:
    """The fields in their order."""
    level = packet.protocol_level
    flags = ConnectFlag.CLEAN_START if packet.clean_start else 0
    payload = [sized(packet.client_id.encode())]
    if (will := packet.will) is not None:
        message = will.message
        flags |= ConnectFlag.WILL | message.qos << 3 | (ConnectFlag.WILL_RETAIN if will.retain else 0)
        if level >= 5:
            delay = Properties(will_delay_interval_s=will.delay_s) if will.delay_s else NO_PROPERTIES
            payload.append(write_properties(delay, message.properties))
        payload += [sized(message.topic.encode()), sized(message.payload)]
    if packet.user_name is not None:
        flags |= ConnectFlag.USER_NAME
        payload.append(sized(packet.user_name.encode()))
    if packet.password is not None:
        flags |= ConnectFlag.PASSWORD
        payload.append(sized(packet.password))
    yield sized(b"MQIsdp" if level == 3 else b"MQTT")
    yield bytes((level, flags))
    yield number(packet.keep_alive_s)
    if level >= 5:
        yield write_properties(packet.properties)
    yield from payload  # in the order of [MQTT-3.1.3-1]


def read_connack(body: Body) -> Connack:
    """The answer to a CONNECT of the body's level."""
    flags, code = body.byte(), body.byte()
    codes: frozenset[int] = frozenset(OF_CONNACK if body.level >= 5 else ConnectReturnCode)
    if flags > 1 or code not in codes:
        raise ProtocolError(f"CONNACK with flags {flags} and return code {code} (3.2.2)")
    return_code = ReasonCode(code) if body.level >= 5 else ConnectReturnCode(code)
    return Connack(return_code, bool(flags), read_properties(body, Carrier.CONNACK))
