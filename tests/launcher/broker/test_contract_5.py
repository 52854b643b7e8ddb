"""What clients of MQTT 5 may count on, whichever broker is there: the embedded one or mosquitto.

What mosquitto confirms here is what we believe the standard to say; where it may choose, only what both choose.
Each test has topics and client identifiers of its own (``root``), since all of a broker's tests share it.
"""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties as PahoProperties
from paho.mqtt.subscribeoptions import SubscribeOptions

from launcher.broker.packets import (
    Auth,
    Connack,
    Connect,
    Disconnect,
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
    SubscriptionFlag,
    Unsuback,
    Unsubscribe,
    Will,
)
from launcher.broker.properties import NO_PROPERTIES, Properties
from launcher.broker.reason_codes import ReasonCode
from tests.launcher.broker.processes import BrokerProcess
from tests.launcher.broker.wire import Wire

_numbers = count(1)

RICH = Properties(
    payload_format_indicator=1,
    content_type="application/json",
    response_topic="answers",
    correlation_data=b"\x00\x01",
    user_properties=(("b", "2"), ("a", "1"), ("b", "3")),
)


@pytest.fixture
def root() -> str:
    return f"mqtt5-{next(_numbers)}"


@pytest.fixture
def port(broker: BrokerProcess) -> int:
    return broker.port


def hello(client_id: str, *, clean: bool = True, will: Will | None = None, **properties: Any) -> Connect:
    return Connect(client_id, clean, 0, will, protocol_level=5, properties=Properties(**properties))


async def ordinary(wire: Wire) -> Packet | None:
    """The next packet but for words that nobody has to say, and the order of identifiers."""
    packet = await wire.receive()
    match packet:
        case Connack(code) if code >= ReasonCode.UNSPECIFIED_ERROR:
            return Connack(code)
        case Publish(properties=Properties(subscription_identifiers=identifiers)) if identifiers:
            in_order = Properties(subscription_identifiers=tuple(sorted(identifiers)))
            return Publish(packet.message, packet.retain, packet.dup, packet.packet_id, in_order)
    return packet


async def last_words(wire: Wire) -> Disconnect | None:
    """The reason without its words before the connection is closed; mosquitto does not always tell one."""
    match await wire.closed():
        case []:
            return None
        case [Disconnect(code)]:
            return Disconnect(code)
        case said:
            raise AssertionError(f"more than a farewell: {said}")


async def published(wire: Wire, count: int) -> list[Publish]:
    """The next PUBLISH packets; others are passed over."""
    found: list[Publish] = []
    while len(found) < count:
        packet = await ordinary(wire)
        assert packet is not None, f"closed after {found}"
        if isinstance(packet, Publish):
            found.append(packet)
    return found


def of_paho() -> Any:
    """Properties of a PUBLISH, as paho has them."""
    return PahoProperties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]


async def before_pong(wire: Wire) -> list[Publish]:
    """The PUBLISH packets until PINGRESP."""
    found: list[Publish] = []
    while (packet := await wire.receive()) != Pingresp():
        found += [packet] if isinstance(packet, Publish) else []
    return found


class TestThroughAiomqtt:
    async def test_properties_arrive_as_they_were_sent(self, port: int, root: str) -> None:
        properties = of_paho()
        properties.ContentType = "application/json"
        properties.ResponseTopic = f"{root}/answers"
        properties.CorrelationData = b"7"
        properties.UserProperty = [("b", "2"), ("a", "1"), ("b", "3")]
        async with aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5) as client:
            await client.subscribe(f"{root}/#", options=SubscribeOptions(qos=1))
            await client.publish(f"{root}/cmd", "{}", qos=1, properties=properties)
            message = await anext(aiter(client.messages))
        assert message.payload == b"{}"
        assert message.properties is not None
        received: Any = message.properties
        assert received.json() == properties.json()

    async def test_an_identifier_is_assigned_and_a_limit_told(self, port: int) -> None:
        async with aiomqtt.Client("127.0.0.1", port, identifier="", protocol=aiomqtt.ProtocolVersion.V5) as client:
            await client.publish("anything", "1", qos=2)

    async def test_both_versions_talk_to_each_other(self, port: int, root: str) -> None:
        async with (
            aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5) as new,
            aiomqtt.Client("127.0.0.1", port) as old,
        ):
            await new.subscribe(f"{root}/to-new", qos=1)
            await old.subscribe(f"{root}/to-old", qos=1)
            properties = of_paho()
            properties.UserProperty = [("a", "b")]
            await new.publish(f"{root}/to-old", "1", qos=1, properties=properties)
            await old.publish(f"{root}/to-new", "2", qos=1)
            assert (await anext(aiter(old.messages))).payload == b"1"
            assert (await anext(aiter(new.messages))).payload == b"2"


class TestConnections:
    async def test_are_told_what_is_to_be_had(self, port: int, root: str) -> None:
        offer = (await Wire.connect(port, hello(root))).connack.properties
        assert offer.topic_alias_maximum
        assert offer.maximum_packet_size_bytes == 1 << 20
        assert offer.assigned_client_identifier is None
        assert offer.maximum_qos is None
        assert offer.retain_available is offer.shared_subscription_available is None
        assert offer.wildcard_subscription_available is offer.subscription_identifier_available is None

    async def test_without_a_name_are_told_theirs(self, port: int, root: str) -> None:
        client = await Wire.connect(port, hello("", clean=False, session_expiry_interval_s=60))
        name = client.connack.properties.assigned_client_identifier
        assert name
        await client.send(Disconnect())
        await client.closed()
        again = await Wire.connect(port, hello(name, clean=False))
        assert again.connack.session_present

    async def test_with_an_authentication_method_are_refused(self, port: int, root: str) -> None:
        client = await Wire.open(port)
        await client.send(hello(root, authentication_method="SCRAM-SHA-1"))
        assert await ordinary(client) == Connack(ReasonCode.BAD_AUTHENTICATION_METHOD)
        assert await client.closed() == []

    async def test_that_are_taken_over_are_told_so(self, port: int, root: str) -> None:
        first = await Wire.connect(port, hello(root))
        second = await Wire.connect(port, hello(root))
        assert await last_words(first) in (None, Disconnect(ReasonCode.SESSION_TAKEN_OVER))
        await second.send(Pingreq())
        assert await second.receive() == Pingresp()

    async def test_that_fall_silent_are_told_so(self, port: int, root: str) -> None:
        client = await Wire.connect(port, Connect(root, keep_alive_s=1, protocol_level=5))
        assert await last_words(client) in (None, Disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT))

    @pytest.mark.parametrize(
        ("data", "reason_codes"),
        [
            (b"\x30\x80\x80\x80\x01", {ReasonCode.PACKET_TOO_LARGE}),
            (b"\x36\x06\x00\x01t\x00\x01\x00", {ReasonCode.MALFORMED_PACKET}),
            (b"\x30\x04\x00\x01#\x00", {ReasonCode.MALFORMED_PACKET, ReasonCode.PROTOCOL_ERROR}),
            (b"\x30\x06\x00\x00\x03\x23\x00\x05", {ReasonCode.PROTOCOL_ERROR}),
            (b"\x30\x08\x00\x01t\x03\x23\x00\x00x", {ReasonCode.MALFORMED_PACKET, ReasonCode.TOPIC_ALIAS_INVALID}),
            (b"\x30\x08\x00\x01t\x03\x23\xff\xffx", {ReasonCode.TOPIC_ALIAS_INVALID}),
            (b"\x82\x07\x00\x01\x00\x00\x01t\x40", {ReasonCode.MALFORMED_PACKET}),
        ],
    )
    async def test_that_break_the_rules_are_told_which(
        self, port: int, root: str, data: bytes, reason_codes: set[ReasonCode]
    ) -> None:
        client = await Wire.connect(port, hello(root))
        await client.send_bytes(data)
        last = await last_words(client)
        assert last is not None
        assert last.reason_code in reason_codes

    @pytest.mark.parametrize("packet", [Auth(), hello("again")])
    async def test_that_say_what_they_must_not_are_closed(self, port: int, root: str, packet: Packet) -> None:
        client = await Wire.connect(port, hello(root))
        await client.send(packet)
        assert await last_words(client) in (None, Disconnect(ReasonCode.PROTOCOL_ERROR))


class TestSessions:
    async def test_are_kept_for_as_long_as_was_asked(self, port: int, root: str) -> None:
        kept = hello(root, clean=False, session_expiry_interval_s=60)
        client = await Wire.connect(port, kept, {f"{root}/cmd": 1})
        assert not client.connack.session_present
        client.break_off()
        other = await Wire.connect(port, hello(f"{root}-other"))
        await other.send(Publish(Message(f"{root}/cmd", b"1", 1, RICH), packet_id=1))
        assert await other.receive() == Puback(1)
        client = await Wire.connect(port, kept)
        assert client.connack.session_present
        assert [packet.message for packet in await published(client, 1)] == [Message(f"{root}/cmd", b"1", 1, RICH)]
        await client.send(Puback(1), Disconnect(properties=Properties(session_expiry_interval_s=0)))
        await client.closed()
        assert not (await Wire.connect(port, kept)).connack.session_present

    async def test_begin_anew_and_are_kept_after_a_clean_start(self, port: int, root: str) -> None:
        for clean, present in ((True, False), (False, True), (True, False)):
            client = await Wire.connect(port, hello(root, clean=clean, session_expiry_interval_s=60))
            assert client.connack.session_present is present
            await client.send(Disconnect())
            await client.closed()


class TestWills:
    async def test_are_told_after_disconnect_on_request(self, port: int, root: str) -> None:
        screen = await Wire.connect(port, hello(f"{root}-screen"), {f"{root}/#": 0})
        client = await Wire.connect(port, hello(root, will=Will(Message(f"{root}/status", b"Dead", 0, RICH))))
        await client.send(Disconnect(ReasonCode.DISCONNECT_WITH_WILL))
        assert await published(screen, 1) == [Publish(Message(f"{root}/status", b"Dead", 0, RICH))]

    async def test_wait_for_their_delay_unless_the_client_is_back(self, port: int, root: str) -> None:
        screen = await Wire.connect(port, hello(f"{root}-screen"), {f"{root}/#": 0})
        will = Will(Message(f"{root}/status", b"Dead"), delay_s=2)
        kept = hello(root, clean=False, will=will, session_expiry_interval_s=60)
        for _ in range(2):
            (await Wire.connect(port, kept)).break_off()
        other = await Wire.connect(port, hello(f"{root}-other"))
        await other.publish(f"{root}/before", b"")
        told = [packet.message.topic for packet in await published(screen, 2)]
        assert told == [f"{root}/before", f"{root}/status"]


class TestMessages:
    async def test_carry_their_properties_to_those_who_know_them(self, port: int, root: str) -> None:
        new = await Wire.connect(port, hello(f"{root}-new"), {f"{root}/x": 1})
        old = await Wire.connect(port, Connect(f"{root}-old"), {f"{root}/x": 1})
        client = await Wire.connect(port, hello(root))
        await client.send(Publish(Message(f"{root}/x", b"1", 1, RICH), packet_id=1))
        assert await new.receive() == Publish(Message(f"{root}/x", b"1", 1, RICH), packet_id=1)
        assert await old.receive() == Publish(Message(f"{root}/x", b"1", 1), packet_id=1)

    async def test_expire_as_sessions_do(self, port: int, root: str) -> None:
        client = await Wire.connect(port, hello(root, clean=False, session_expiry_interval_s=60), {f"{root}/#": 1})
        client.break_off()
        (await Wire.connect(port, hello(f"{root}-short", clean=False, session_expiry_interval_s=1))).break_off()
        other = await Wire.connect(port, hello(f"{root}-other"))
        for name, expiry_s in (("short", 1), ("long", 100), ("clock", 3)):
            kept = Properties(message_expiry_interval_s=expiry_s)
            await other.send(Publish(Message(f"{root}/{name}", b"", 1, kept), packet_id=1))
            await other.send(Publish(Message(f"{root}/kept/{name}", b"1", 0, kept), retain=True))
        left = {"clock"}
        async with asyncio.timeout(10):
            while "clock" in left:
                await other.send(Subscribe(1, ((f"{root}/kept/+", 0),)), Pingreq())
                left = {p.message.topic.rpartition("/")[2] for p in await before_pong(other)}
                await asyncio.sleep(0.1)
        assert left == {"long"}
        client = await Wire.connect(port, hello(root, clean=False))
        (packet,) = await published(client, 1)
        left_s = packet.message.properties.message_expiry_interval_s
        assert packet.message.topic == f"{root}/long"
        assert left_s is not None
        assert 85 <= left_s <= 98
        assert not (await Wire.connect(port, hello(f"{root}-short", clean=False))).connack.session_present

    async def test_have_aliases_for_their_topics(self, port: int, root: str) -> None:
        screen = await Wire.connect(port, Connect(f"{root}-screen"), {f"{root}/#": 0})
        client = await Wire.connect(port, hello(root))
        for topic, alias in ((f"{root}/a", 1), (f"{root}/b", 2), ("", 1), ("", 2), (f"{root}/c", 1), ("", 1)):
            await client.send(Publish(Message(topic, b""), properties=Properties(topic_alias=alias)))
        topics = [topic.removeprefix(f"{root}/") for topic, _ in await screen.messages(6)]
        assert topics == ["a", "b", "a", "b", "c", "c"]

    async def test_are_answered_with_reasons(self, port: int, root: str) -> None:
        screen = await Wire.connect(port, Connect(f"{root}-screen"), {f"{root}/x": 0})
        client = await Wire.connect(port, hello(root))
        for topic, code in ((f"{root}/x", ReasonCode.SUCCESS), (f"{root}/y", ReasonCode.NO_MATCHING_SUBSCRIBERS)):
            await client.publish(topic, b"", 1)
            assert await client.receive() == Puback(1, code)
        await client.publish(f"{root}/x", b"", 2)
        assert await client.receive() == Pubrec(1)
        await client.send(Pubrel(1))
        assert await client.receive() == Pubcomp(1)
        assert await screen.messages(2) == [(f"{root}/x", b"")] * 2


class TestSubscriptions:
    async def test_have_options(self, port: int, root: str) -> None:
        other = await Wire.connect(port, hello(f"{root}-other"))
        await other.send(Publish(Message(f"{root}/kept", b"1", 1), retain=True, packet_id=1))
        assert isinstance(await other.receive(), Puback)
        client = await Wire.connect(port, hello(root))
        flag = SubscriptionFlag
        for options, received in ((flag.RETAINED_NEVER, 0), (flag.RETAINED_IF_NEW, 0), (0, 1)):
            await client.send(Subscribe(1, ((f"{root}/kept", options),)), Pingreq())
            assert await client.receive() == Suback(1, (0,))
            said: list[Packet | None] = []
            # mosquitto sends retained messages before or after the answer to what follows.
            while (packet := await client.receive()) != Pingresp() or len(said) < received:
                said += [packet] if packet != Pingresp() else []
            assert said == [Publish(Message(f"{root}/kept", b"1"), retain=True)] * received
        await client.send(Subscribe(2, ((f"{root}/own", flag.NO_LOCAL), (f"{root}/as", flag.RETAIN_AS_PUBLISHED))))
        assert await client.receive() == Suback(2, (0, 0))
        for wire in (client, other):
            await wire.publish(f"{root}/own", b"")
            await wire.publish(f"{root}/as", b"1", retain=True)
            marks = [(packet.message.topic, packet.retain) for packet in await published(client, 1 + (wire is other))]
            assert marks == [(f"{root}/own", False)] * (wire is other) + [(f"{root}/as", True)]

    async def test_have_identifiers(self, port: int, root: str) -> None:
        client = await Wire.connect(port, hello(root))
        for identifier, name in ((1, "a"), (0x0FFFFFFF, "b"), (3, "c/+")):
            properties = Properties(subscription_identifiers=(identifier,))
            await client.send(Subscribe(identifier & 0xFF, ((f"{root}/{name}", 1),), properties))
            assert isinstance(await client.receive(), Suback)
        for name, identifier in (("a", 1), ("b", 0x0FFFFFFF), ("c/d", 3)):
            await client.publish(f"{root}/{name}", b"")
            (packet,) = await published(client, 1)
            assert packet.properties == Properties(subscription_identifiers=(identifier,))
            assert packet.message.properties == NO_PROPERTIES

    async def test_end_with_reasons(self, port: int, root: str) -> None:
        client = await Wire.connect(port, hello(root), {f"{root}/x": 0, f"$share/g/{root}": 0})
        await client.send(Unsubscribe(2, (f"{root}/x", f"{root}/unknown", f"$share/g/{root}")))
        codes = (ReasonCode.SUCCESS, ReasonCode.NO_SUBSCRIPTION_EXISTED, ReasonCode.SUCCESS)
        assert await client.receive() == Unsuback(2, codes)

    async def test_may_be_shared(self, port: int, root: str) -> None:
        filters = {f"$share/g/{root}/+": 0}
        first = await Wire.connect(port, hello(f"{root}-1"), filters)
        second = await Wire.connect(port, Connect(f"{root}-2"), filters)
        client = await Wire.connect(port, hello(root), {f"{root}/#": 0})
        for number in range(10):
            await client.publish(f"{root}/x", str(number).encode())
        shares = [await wire.messages(5) for wire in (first, second)]
        assert sorted(payload for share in shares for _, payload in share) == [b"%d" % n for n in range(10)]
        assert len(await client.messages(10)) == 10


class TestFlow:
    async def test_is_no_faster_than_the_client_allows(self, port: int, root: str) -> None:
        client = await Wire.connect(port, hello(root, receive_maximum=2), {f"{root}/#": 1})
        for number in range(5):
            await client.publish(f"{root}/x", str(number).encode(), 1)
        received = await published(client, 2)
        await client.send(Pingreq())
        while (packet := await client.receive()) != Pingresp():
            assert isinstance(packet, Puback), "more than the client takes at once"
        await client.send(Puback(1), Puback(2))
        for _ in range(3):
            received += await published(client, 1)
            await client.send(Puback(received[-1].packet_id))
        assert [packet.message.payload for packet in received] == [b"0", b"1", b"2", b"3", b"4"]

    async def test_leaves_out_what_is_too_large_for_the_client(self, port: int, root: str) -> None:
        small = await Wire.connect(port, hello(root, maximum_packet_size_bytes=100), {f"{root}/#": 1})
        other = await Wire.connect(port, hello(f"{root}-other"))
        for qos in (0, 1):
            for size in (200, 50):
                await other.publish(f"{root}/x", bytes(size), qos)
        assert await small.messages(2) == [(f"{root}/x", bytes(50))] * 2
