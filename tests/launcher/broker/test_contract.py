"""What charge points, launcher and screen count on, whichever broker is there: the embedded one or mosquitto.

Each test has topics and client identifiers of its own (``root``), since all of a broker's tests share it.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from itertools import count

import aiomqtt
import pytest

from launcher.broker.packets import (
    Connack,
    Connect,
    ConnectReturnCode,
    Disconnect,
    Message,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    Unsuback,
    Unsubscribe,
    Will,
)
from tests.launcher.broker.processes import BrokerProcess
from tests.launcher.broker.wire import Wire

_numbers = count(1)


@pytest.fixture
def root() -> str:
    return f"yard{next(_numbers)}"


@pytest.fixture
def port(broker: BrokerProcess) -> int:
    return broker.port


async def next_messages(client: aiomqtt.Client, number: int) -> list[tuple[str, bytes, bool]]:
    """Topic, payload and RETAIN of the next messages."""
    found = []
    async with asyncio.timeout(10):
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            found.append((message.topic.value, message.payload, bool(message.retain)))
            if len(found) == number:
                break
    return found


async def watch(port: int, root: str, qos: int = 0) -> Wire:
    """A client that sees everything below ``root``."""
    return await Wire.connect(port, Connect(f"{root}-watcher"), {f"{root}/#": qos})


class TestRetained:
    async def test_status_is_there_for_who_comes_later(self, port: int, root: str) -> None:
        async with aiomqtt.Client("127.0.0.1", port) as station:
            await station.publish(f"{root}/status", "Accepted", qos=1, retain=True)
        async with aiomqtt.Client("127.0.0.1", port) as screen:
            await screen.subscribe(f"{root}/#")
            assert await next_messages(screen, 1) == [(f"{root}/status", b"Accepted", True)]

    async def test_status_comes_unmarked_to_who_was_there(self, port: int, root: str) -> None:
        async with aiomqtt.Client("127.0.0.1", port) as screen, aiomqtt.Client("127.0.0.1", port) as station:
            await screen.subscribe(f"{root}/#")
            await station.publish(f"{root}/status", "Accepted", retain=True)
            assert await next_messages(screen, 1) == [(f"{root}/status", b"Accepted", False)]

    async def test_status_is_the_last_one_and_is_sent_again_at_each_subscription(self, port: int, root: str) -> None:
        async with aiomqtt.Client("127.0.0.1", port) as client:
            for status in ("Disconnected", "Pending", "Accepted"):
                await client.publish(f"{root}/status", status, qos=1, retain=True)
            for _ in range(2):
                await client.subscribe(f"{root}/+")
            assert await next_messages(client, 2) == [(f"{root}/status", b"Accepted", True)] * 2

    async def test_status_is_cleared_by_an_empty_one(self, port: int, root: str) -> None:
        async with aiomqtt.Client("127.0.0.1", port) as screen, aiomqtt.Client("127.0.0.1", port) as station:
            await screen.subscribe(f"{root}/#")
            await station.publish(f"{root}/status", "Accepted", qos=1, retain=True)
            await station.publish(f"{root}/status", b"", qos=1, retain=True)
            cleared = await next_messages(screen, 2)
            await station.publish(f"{root}/other", "kept", qos=1, retain=True)
            await screen.unsubscribe(f"{root}/#")
            await screen.subscribe(f"{root}/#")
            after = await next_messages(screen, 1 + 1)
        assert cleared == [(f"{root}/status", b"Accepted", False), (f"{root}/status", b"", False)]
        assert after == [(f"{root}/other", b"kept", False), (f"{root}/other", b"kept", True)]

    async def test_statuses_of_a_whole_yard_reach_a_new_screen(self, port: int, root: str) -> None:
        async with aiomqtt.Client("127.0.0.1", port) as client:
            for number in range(1500):
                await client.publish(f"{root}/cps/{number}/status", str(number), retain=True)
            await client.subscribe(f"{root}/cps/+/status", qos=1)
            # Whatever was published before the subscription was granted came as retained.
            found = await next_messages(client, 1500)
        assert sorted(int(payload) for _, payload, _ in found) == list(range(1500))


class TestWill:
    @pytest.mark.parametrize("qos", [0, 1, 2])
    async def test_is_told_and_kept_when_a_station_is_killed(self, port: int, root: str, qos: int) -> None:
        screen = await watch(port, root)
        will = Will(Message(f"{root}/status", b"Dead", qos), retain=True)
        station = await Wire.connect(port, Connect(f"{root}-cp", will=will))
        await station.publish(f"{root}/status", b"Accepted", retain=True)
        assert await screen.messages(1) == [(f"{root}/status", b"Accepted")]
        station.break_off()
        assert await screen.messages(1) == [(f"{root}/status", b"Dead")]
        later = await Wire.connect(port, Connect(f"{root}-later"), {f"{root}/#": 0})
        assert await later.receive() == Publish(Message(f"{root}/status", b"Dead"), retain=True)

    async def test_is_told_when_a_station_falls_silent(self, port: int, root: str) -> None:
        screen = await watch(port, root)
        will = Will(Message(f"{root}/status", b"Dead"))
        station = await Wire.connect(port, Connect(f"{root}-cp", keep_alive_s=1, will=will))
        assert await screen.messages(1) == [(f"{root}/status", b"Dead")]
        assert await station.closed() == []

    async def test_is_told_when_a_station_talks_nonsense(self, port: int, root: str) -> None:
        screen = await watch(port, root)
        station = await Wire.connect(port, Connect(f"{root}-cp", will=Will(Message(f"{root}/status", b"Dead"))))
        await station.send_bytes(b"\xf0\x00")
        assert await screen.messages(1) == [(f"{root}/status", b"Dead")]
        assert await station.closed() == []

    async def test_is_told_when_another_process_takes_the_stations_name(self, port: int, root: str) -> None:
        screen = await watch(port, root)
        first = await Wire.connect(port, Connect(f"{root}-cp", will=Will(Message(f"{root}/status", b"Dead"))))
        second = await Wire.connect(port, Connect(f"{root}-cp"))
        await second.publish(f"{root}/status", b"Accepted")
        assert await screen.messages(2) == [(f"{root}/status", b"Dead"), (f"{root}/status", b"Accepted")]
        assert await first.closed() == []
        await second.send(Pingreq())
        assert await second.receive() == Pingresp()

    async def test_is_not_told_when_a_station_takes_its_leave(self, port: int, root: str) -> None:
        screen = await watch(port, root)
        station = await Wire.connect(port, Connect(f"{root}-cp", will=Will(Message(f"{root}/status", b"Dead"))))
        await station.send(Disconnect())
        assert await station.closed() == []
        other = await Wire.connect(port, Connect(f"{root}-other"))
        await other.publish(f"{root}/after", b"")
        assert await screen.messages(1) == [(f"{root}/after", b"")]


class TestQos1:
    async def test_commands_arrive_and_are_acknowledged_on_both_sides(self, port: int, root: str) -> None:
        async with aiomqtt.Client("127.0.0.1", port) as launcher, aiomqtt.Client("127.0.0.1", port) as station:
            await station.subscribe(f"{root}/cmd", qos=1)
            commands = [str(number) for number in range(300)]
            # aiomqtt waits for each PUBACK.
            await asyncio.gather(*(launcher.publish(f"{root}/cmd", command, qos=1) for command in commands))
            found = await next_messages(station, len(commands))
        assert [payload.decode() for _, payload, _ in found] == commands

    async def test_commands_are_kept_for_a_client_that_is_away(self, port: int, root: str) -> None:
        kept = Connect(f"{root}-cp", clean_start=False)
        station = await Wire.connect(port, kept, {f"{root}/cmd": 1})
        assert not station.connack.session_present
        await station.send(Disconnect())
        await station.closed()
        launcher = await Wire.connect(port, Connect(f"{root}-launcher"))
        for number in range(200):
            await launcher.publish(f"{root}/cmd", str(number).encode(), 1)
            assert await launcher.receive() == Puback(1)
        await launcher.publish(f"{root}/cmd", b"nobody keeps QoS 0")
        await launcher.send(Pingreq())
        assert await launcher.receive() == Pingresp()
        station = await Wire.connect(port, kept)
        assert station.connack.session_present
        found = []
        for _ in range(200):
            packet = await station.receive()
            assert isinstance(packet, Publish)
            found.append(packet.message.payload)
            await station.send(Puback(packet.packet_id))
        assert found == [str(number).encode() for number in range(200)]
        await launcher.publish(f"{root}/cmd", b"live")
        assert await station.messages(1) == [(f"{root}/cmd", b"live")]

    async def test_a_command_without_acknowledgement_is_repeated_at_the_next_connection(
        self, port: int, root: str
    ) -> None:
        kept = Connect(f"{root}-cp", clean_start=False)
        station = await Wire.connect(port, kept, {f"{root}/cmd": 1})
        launcher = await Wire.connect(port, Connect(f"{root}-launcher"))
        await launcher.publish(f"{root}/cmd", b"kill", 1)
        first = await station.receive()
        assert isinstance(first, Publish)
        station.break_off()
        station = await Wire.connect(port, kept)
        assert await station.receive() == Publish(first.message, dup=True, packet_id=first.packet_id)
        await station.send(Puback(first.packet_id), Disconnect())
        await station.closed()
        station = await Wire.connect(port, kept)
        await launcher.publish(f"{root}/cmd", b"next", 1)
        assert await station.messages(1) == [(f"{root}/cmd", b"next")]

    async def test_a_clean_start_leaves_nothing_behind(self, port: int, root: str) -> None:
        station = await Wire.connect(port, Connect(f"{root}-cp", clean_start=False), {f"{root}/cmd": 1})
        await station.send(Disconnect())
        await station.closed()
        clean = await Wire.connect(port, Connect(f"{root}-cp", clean_start=True))
        assert not clean.connack.session_present
        await clean.send(Disconnect())
        await clean.closed()
        launcher = await Wire.connect(port, Connect(f"{root}-launcher"))
        await launcher.publish(f"{root}/cmd", b"lost", 1)
        assert await launcher.receive() == Puback(1)
        station = await Wire.connect(port, Connect(f"{root}-cp", clean_start=False))
        assert not station.connack.session_present
        await station.send(Pingreq())
        assert await station.receive() == Pingresp()


class TestQos2:
    async def test_a_foreign_publisher_may_use_it(self, port: int, root: str) -> None:
        async with aiomqtt.Client("127.0.0.1", port) as screen, aiomqtt.Client("127.0.0.1", port) as stranger:
            await screen.subscribe(f"{root}/#", qos=1)
            for number in range(30):
                await stranger.publish(f"{root}/x", str(number), qos=2)
            found = await next_messages(screen, 30)
        assert [int(payload) for _, payload, _ in found] == list(range(30))


class TestTopics:
    @pytest.mark.parametrize(
        ("topic_filter", "expected"),
        [
            ("cps/1/status", ["cps/1/status"]),
            ("cps/+/status", ["cps/1/status", "cps/2/status"]),
            ("cps/1/+", ["cps/1/", "cps/1/cmd", "cps/1/status"]),
            ("cps/1/#", ["cps/1", "cps/1/", "cps/1/cmd", "cps/1/connectors/1/status", "cps/1/status"]),
            ("cps/+/connectors/+/status", ["cps/1/connectors/1/status"]),
            ("+/+/status", ["cps/1/status", "cps/2/status"]),
            ("cps/1/", ["cps/1/"]),
            ("cps/1", ["cps/1"]),
            ("CPS/1", []),
        ],
    )
    async def test_wildcards_select(self, port: int, root: str, topic_filter: str, expected: list[str]) -> None:
        names = ["cps/1", "cps/1/", "cps/1/cmd", "cps/1/status", "cps/1/connectors/1/status", "cps/2/status", "end"]
        filters = {f"{root}/{topic_filter}": 0, f"{root}/end": 0}
        live = await Wire.connect(port, Connect(f"{root}-live"), filters)
        for name in names:
            await live.publish(f"{root}/{name}", b"1", retain=True)
        found = [topic.removeprefix(f"{root}/") for topic, _ in await live.messages(len(expected) + 1)]
        assert sorted(found) == sorted([*expected, "end"])
        later = await Wire.connect(port, Connect(f"{root}-later"), filters)
        found = [topic.removeprefix(f"{root}/") for topic, _ in await later.messages(len(expected) + 1)]
        assert sorted(found) == sorted([*expected, "end"])

    async def test_that_begin_with_a_dollar_are_hidden_from_leading_wildcards(self, port: int, root: str) -> None:
        hidden = await Wire.connect(port, Connect(f"{root}-a"), {"#": 0, "+/x": 0})
        shown = await Wire.connect(port, Connect(f"{root}-b"), {f"${root}/+": 0})
        publisher = await Wire.connect(port, Connect(f"{root}-c"))
        await publisher.publish(f"${root}/x", b"1")
        await publisher.publish(f"{root}/y", b"2")
        assert await shown.messages(1) == [(f"${root}/x", b"1")]
        while (message := (await hidden.messages(1))[0]) != (f"{root}/y", b"2"):
            assert not message[0].startswith("$")

    async def test_that_several_filters_match_are_delivered_once(self, port: int, root: str) -> None:
        # The embedded broker takes the highest QoS of the filters, as it must; mosquitto 2.0 does not always.
        filters = {f"{root}/x": 0, f"{root}/+": 1, f"{root}/#": 0}
        client = await Wire.connect(port, Connect(f"{root}-cp"), filters)
        publisher = await Wire.connect(port, Connect(f"{root}-publisher"))
        await publisher.publish(f"{root}/x", b"1", 1)
        await publisher.publish(f"{root}/end", b"2", 1)
        assert await client.messages(2) == [(f"{root}/x", b"1"), (f"{root}/end", b"2")]

    async def test_that_were_unsubscribed_come_no_more(self, port: int, root: str) -> None:
        client = await Wire.connect(port, Connect(f"{root}-cp"), {f"{root}/x": 0, f"{root}/y": 0})
        await client.send(Unsubscribe(2, (f"{root}/x", f"{root}/unknown")))
        assert await client.receive() == Unsuback(2)
        await client.publish(f"{root}/x", b"1")
        await client.publish(f"{root}/y", b"2")
        assert await client.messages(1) == [(f"{root}/y", b"2")]


class TestConnections:
    async def test_must_begin_with_connect(self, port: int) -> None:
        client = await Wire.open(port)
        await client.send(Pingreq())
        assert await client.closed() == []

    async def test_end_with_a_second_connect(self, port: int, root: str) -> None:
        client = await Wire.connect(port, Connect(f"{root}-cp"))
        await client.send(Connect(f"{root}-cp"))
        assert await client.closed() == []

    async def test_of_mqtt_3_1_are_welcome(self, port: int, root: str) -> None:
        client = await Wire.connect(port, Connect(f"{root}-cp", protocol_level=3), {root: 0})
        await client.publish(root, b"1")
        assert await client.messages(1) == [(root, b"1")]

    async def test_need_no_name_unless_they_want_to_be_remembered(self, port: int) -> None:
        assert (await Wire.connect(port, Connect(""))).connack == Connack()
        client = await Wire.open(port)
        await client.send(Connect("", clean_start=False))
        assert await client.closed() == [Connack(ConnectReturnCode.IDENTIFIER_REJECTED)]

    async def test_are_closed_alone_when_they_break_the_protocol(self, port: int, root: str) -> None:
        bystander = await watch(port, root)
        client = await Wire.connect(port, Connect(f"{root}-cp"))
        await client.publish(f"{root}/x", b"before")
        await client.send_bytes(b"\x30\x05\x00\x03a/+")
        assert await client.closed() == []
        await bystander.publish(f"{root}/x", b"after")
        assert await bystander.messages(2) == [(f"{root}/x", b"before"), (f"{root}/x", b"after")]

    async def test_with_user_and_password_are_accepted_unseen(self, port: int, root: str) -> None:
        async with aiomqtt.Client("127.0.0.1", port, username="user", password="secret") as client:
            await client.publish(root, "1", qos=1)

    async def test_may_be_many(self, port: int, root: str) -> None:
        async with AsyncExitStack() as stack:
            stations = []
            for number in range(300):
                will = Will(Message(f"{root}/cps/{number}/status", b"Dead"))
                connect = Connect(f"{root}-{number}", will=will)
                stations.append(await Wire.connect(port, connect, {f"{root}/cps/{number}/cmd": 1, f"{root}/all": 0}))
                stack.callback(stations[-1].break_off)
            screen = await Wire.connect(port, Connect(f"{root}-screen"), {f"{root}/cps/+/status": 0})
            await screen.publish(f"{root}/all", b"to all")
            for number in range(300):
                await screen.send(Publish(Message(f"{root}/cps/{number}/cmd", str(number).encode(), 1), packet_id=1))
            for number, station in enumerate(stations):
                assert await station.messages(2) == [
                    (f"{root}/all", b"to all"),
                    (f"{root}/cps/{number}/cmd", str(number).encode()),
                ]
                station.break_off()
            dead = {topic for topic, _ in await screen.messages(300)}
        assert dead == {f"{root}/cps/{number}/status" for number in range(300)}


class TestPayloads:
    @pytest.mark.parametrize("size", [0, 127, 128, 16_384, 1_000_000])
    async def test_of_any_size_arrive_as_they_were(self, port: int, root: str, size: int) -> None:
        payload = bytes(range(256)) * (size // 256 + 1)
        async with aiomqtt.Client("127.0.0.1", port) as client:
            await client.subscribe(root)
            await client.publish(root, payload[:size], qos=1)
            assert await next_messages(client, 1) == [(root, payload[:size], False)]

    async def test_beyond_the_limit_cost_their_sender_the_connection(self, port: int, root: str) -> None:
        bystander = await watch(port, root)
        client = await Wire.connect(port, Connect(f"{root}-cp"))
        await client.send_bytes(b"\x30\x80\x80\x80\x01")
        assert await client.closed() == []
        await bystander.publish(f"{root}/x", b"still here")
        assert await bystander.messages(1) == [(f"{root}/x", b"still here")]
