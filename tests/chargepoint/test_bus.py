"""A connection to the broker that comes back by itself, and tells the truth when it does."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from chargepoint import bus as bus_module
from chargepoint.bus import Broker, Bus, Message
from tests.chargepoint.brokers import (
    CONNACK,
    CONNECT,
    DISCONNECT,
    PUBLISH,
    SUBSCRIBE,
    RealBroker,
    Wire,
    observer,
    real_broker,
    scripted_broker,
)
from tests.chargepoint.buses import ALIVE, DEAD, running
from tests.support.waiting import eventually_async


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RealBroker]:
    """A real broker."""
    with real_broker(tmp_path) as one:
        yield one


# Greeting, hearing, publishing


async def test_the_greeting_is_there_for_whoever_comes_later(broker: RealBroker) -> None:
    """S0-22."""
    async with running(broker.url, greet=lambda: [ALIVE]) as (bus, told), observer(broker.port) as seen:
        await seen.sees("t/status", b"Alive".__eq__)
        assert bus.connected
        assert told == [(True, "")]
        async with observer(broker.port) as late:
            await late.sees("t/status", b"Alive".__eq__)
            assert late.heard[0].retain


async def test_nothing_is_said_before_the_subscriptions_stand() -> None:
    """Who answers the greeting must be heard."""
    suback_sent = asyncio.Event()

    async def script(wire: Wire) -> None:
        while (packet := await wire.packet())[0]:
            kind, body = packet
            if kind == CONNECT:
                wire.write(CONNACK)
            elif kind == SUBSCRIBE:
                assert PUBLISH not in wire.packets
                await asyncio.sleep(0.1)  # time to say too much
                wire.acknowledge(body, b"\x01")
                suback_sent.set()
            elif kind == PUBLISH:
                assert suback_sent.is_set()
                wire.puback(body)

    async with scripted_broker(script) as (port, connections):
        url = f"mqtt://127.0.0.1:{port}"
        async with running(url, subscriptions=["t/cmd"], greet=lambda: [ALIVE]) as (bus, _):
            await eventually_async(lambda: bus.connected)
            await bus.drained()
            assert connections[0] == [CONNECT, SUBSCRIBE, PUBLISH]


async def test_a_flood_is_heard_in_few_turns_of_a_loop_that_is_busy(broker: RealBroker) -> None:
    """A screen that draws, or a pool of charge points: it hears in the turns that are left."""
    heard: list[Message] = []
    flood = [Message(f"t/{number}", b"x", retain=True) for number in range(500)]
    async with running(broker.url, greet=lambda: flood) as (bus, _):
        await eventually_async(lambda: bus.connected)
        await bus.drained(10.0)
        async with running(broker.url, subscriptions=["t/+"], hear=heard.append, subscription_qos=0):
            await eventually_async(lambda: heard)
            turns = 0
            while len(heard) < len(flood) and turns < 1000:
                time.sleep(0.002)  # noqa: ASYNC251 - the loop is busy
                await asyncio.sleep(0)
                turns += 1
            assert turns < 250
    assert [message.topic for message in heard] == [message.topic for message in flood]


async def test_who_answers_the_greeting_at_once_is_heard(broker: RealBroker) -> None:
    heard: list[Message] = []
    async with observer(broker.port, "t/status") as seen:
        options = {"subscriptions": ["t/cmd"], "greet": lambda: [ALIVE], "hear": heard.append}
        async with running(broker.url, **options):
            await seen.sees("t/status", b"Alive".__eq__)
            await seen.publish("t/cmd", b"go")
            await eventually_async(lambda: heard)
    assert heard == [Message("t/cmd", b"go", qos=1, retain=False)]


async def test_a_heard_message_tells_whether_it_is_the_stored_state(broker: RealBroker) -> None:
    heard: list[Message] = []
    async with observer(broker.port, "nothing") as other:
        await other.publish("t/x", b"old", retain=True)
        async with running(broker.url, subscriptions=["t/#"], hear=heard.append):
            await eventually_async(lambda: heard)
            await other.publish("t/x", b"new", retain=True)
            await eventually_async(lambda: len(heard) == 2)
    assert [(message.payload, message.retain) for message in heard] == [(b"old", True), (b"new", False)]


async def test_a_flood_of_one_retained_topic_collapses_to_its_latest(broker: RealBroker) -> None:
    async with observer(broker.port) as seen, running(broker.url) as (bus, _):
        await eventually_async(lambda: bus.connected)
        for number in range(1000):
            bus.publish(Message("t/measure", str(number).encode(), retain=True))
            bus.publish(Message("t/event", str(number).encode()))
        await bus.drained(20)
        await eventually_async(lambda: len(seen.payloads("t/event")) == 1000)
        assert seen.payloads("t/event") == [str(number).encode() for number in range(1000)]
        assert seen.last("t/measure") == b"999"
        assert len(seen.payloads("t/measure")) <= 2


async def test_what_is_published_together_arrives_in_order(broker: RealBroker) -> None:
    """Many are on their way at the same time."""
    payloads = [str(number).encode() for number in range(100)]
    async with observer(broker.port) as seen, running(broker.url) as (bus, _):
        await eventually_async(lambda: bus.connected)
        for payload in payloads:
            bus.publish(Message("t/many", payload))
        await seen.sees("t/many", payloads[-1].__eq__)
        await bus.drained()
    assert [heard.payload for heard in seen.heard if heard.topic == "t/many"] == payloads


async def test_what_is_published_without_a_connection_is_dropped(broker: RealBroker) -> None:
    bus = Bus(Broker.parse(broker.url), name="test", greet=lambda: [ALIVE])
    bus.publish(Message("t/event", b"lost"))
    await bus.drained()
    async with observer(broker.port) as seen:
        task = asyncio.create_task(bus.run())
        await seen.sees("t/status", b"Alive".__eq__)
        bus.publish(Message("t/event", b"sent"))
        await seen.sees("t/event", b"sent".__eq__)
        assert seen.payloads("t/event") == [b"sent"]
        task.cancel()


async def test_two_of_one_name_do_not_evict_each_other(broker: RealBroker) -> None:
    """Defect 2: brokers end the older of two connections with one client id, so ours are never equal."""
    async with running(broker.url) as (one, told), running(broker.url) as (other, told_other):
        await eventually_async(lambda: one.connected and other.connected)
        for bus in (one, other):
            bus.publish(Message("t/x", b"1"))
            await bus.drained()
        assert told == told_other == [(True, "")]


# The end of a connection


async def test_the_will_of_a_killed_process_is_told(broker: RealBroker) -> None:
    """S0-23."""
    program = f"""
import asyncio
from chargepoint.bus import Broker, Bus, Message
alive, dead = (Message("t/status", text, retain=True) for text in (b"Alive", b"Dead"))
asyncio.run(Bus(Broker.parse({broker.url!r}), name="x", will=dead, greet=lambda: [alive]).run())
"""
    async with observer(broker.port) as seen:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
        await seen.sees("t/status", b"Alive".__eq__)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        await seen.sees("t/status", b"Dead".__eq__)


async def test_after_a_restart_of_the_broker_the_state_is_told_anew(broker: RealBroker) -> None:
    """Defect 1."""
    greetings = [b"first", b"second"]
    heard: list[Message] = []
    options = {
        "subscriptions": ["t/cmd"],
        "greet": lambda: [Message("t/status", greetings.pop(0), retain=True)],
        "hear": heard.append,
    }
    async with running(broker.url, **options) as (bus, told):
        async with observer(broker.port) as seen:
            await seen.sees("t/status", b"first".__eq__)
            broker.kill()
        await eventually_async(lambda: not bus.connected)
        broker.start()
        async with observer(broker.port) as seen:
            await seen.sees("t/status", b"second".__eq__)
            await seen.publish("t/cmd", b"still there?")
            await eventually_async(lambda: heard)
    assert [connected for connected, _ in told if connected] == [True, True]
    assert told[-1] == (True, "")


async def test_a_bus_waits_for_a_broker_that_is_not_there_yet(tmp_path: Path) -> None:
    broker = RealBroker(tmp_path)
    async with running(broker.url, greet=lambda: [ALIVE]) as (bus, told):
        await eventually_async(lambda: told)
        assert not bus.connected
        assert "Connection refused" in told[0][1]
        broker.start()
        try:
            async with observer(broker.port) as seen:
                await seen.sees("t/status", b"Alive".__eq__)
        finally:
            broker.kill()


async def accepting(wire: Wire) -> None:
    """A broker that takes everything in and says what it must."""
    while (packet := await wire.packet())[0]:
        kind, body = packet
        if kind == CONNECT:
            wire.write(CONNACK)
        elif kind == SUBSCRIBE:
            wire.acknowledge(body, b"\x01")
        elif kind == PUBLISH:
            wire.puback(body)


async def test_a_cancelled_bus_leaves_with_a_disconnect() -> None:
    """Without it the broker would tell the will of a process that ended in good order."""
    async with scripted_broker(accepting) as (port, connections):
        async with running(f"mqtt://127.0.0.1:{port}", will=DEAD, greet=lambda: [ALIVE]) as (bus, _):
            await eventually_async(lambda: bus.connected)
            await bus.drained()
        await eventually_async(lambda: connections[0][-1] == DISCONNECT)
    assert connections == [[CONNECT, PUBLISH, DISCONNECT]]


@pytest.mark.parametrize("turns", range(8))
async def test_a_bus_can_be_cancelled_in_the_very_moment_of_an_acknowledgement(
    turns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever turn of the event loop it comes in: a charge point that cannot end is killed, and says no farewell."""
    acknowledged = asyncio.Event()
    on_publish = aiomqtt.Client._on_publish

    def noted(*arguments: Any) -> None:
        on_publish(*arguments)
        acknowledged.set()

    monkeypatch.setattr(aiomqtt.Client, "_on_publish", noted)
    async with scripted_broker(accepting) as (port, connections):
        bus = Bus(Broker.parse(f"mqtt://127.0.0.1:{port}"), name="test", greet=lambda: [ALIVE])
        task = asyncio.create_task(bus.run())
        await acknowledged.wait()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=5)
        assert done, "it goes on for ever"
        assert task.cancelled()
        await eventually_async(lambda: connections[0][-1] == DISCONNECT)


async def test_a_bus_can_be_cancelled_even_if_the_broker_has_stopped_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus_module, "LEAVE_TIMEOUT_S", 0.1)

    async def frozen(wire: Wire) -> None:
        await wire.packet()
        wire.write(CONNACK)
        await asyncio.sleep(3600)

    async with scripted_broker(frozen) as (port, _), running(f"mqtt://127.0.0.1:{port}") as (bus, _told):
        await eventually_async(lambda: bus.connected)
        bus.publish(Message("t/x", bytes(20_000_000), qos=0))
        await bus.drained(0.1)
