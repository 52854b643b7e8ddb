"""What a broker retains, asked of brokers that say more than they were asked."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chargepoint.api.topics import Topics
from chargepoint.bus import Broker
from launcher.retained import retained
from tests.chargepoint.brokers import (
    CONNACK,
    CONNECT,
    PUBLISH,
    SUBSCRIBE,
    Wire,
    needs_mosquitto,
    observer,
    real_broker,
    scripted_broker,
)
from tests.support.waiting import eventually_async

TOPICS = Topics("cp_simu")
RETAINED = {
    TOPICS.station("CP1", "status"): b"one",
    TOPICS.station("CP2", "status"): b"two",
    TOPICS.connector("CP1", 1, "status"): b"three",
    TOPICS.launcher("status"): b"Alive",
}


def publication(topic: str, payload: bytes, *, retain: bool) -> bytes:
    """PUBLISH of quality of service 0, shorter than 128 bytes."""
    body = len(topic).to_bytes(2, "big") + topic.encode() + payload
    return bytes([0x30 | retain, len(body)]) + body


def published(wire: Wire, body: bytes) -> str:
    """The topic of a PUBLISH; one that has more than its topic is of quality of service 1, and is acknowledged."""
    end = 2 + int.from_bytes(body[:2], "big")
    if len(body) > end:
        wire.puback(body)
    return body[2:end].decode()


async def sends_all_to_everybody(wire: Wire) -> None:
    """As amqtt 0.12 does: whoever connects gets what others have subscribed to."""
    end = ""
    while True:
        kind, body = await wire.packet()
        if kind == CONNECT:
            wire.write(CONNACK)
            for topic, payload in RETAINED.items():
                wire.write(publication(topic, payload, retain=True))
        elif kind == PUBLISH:
            end = published(wire, body)
        elif kind == SUBSCRIBE:
            wire.acknowledge(body, b"\0" * 2)
            wire.write(publication(end, b"end", retain=True))
        elif not kind:
            return


async def test_what_was_not_asked_for_is_not_found() -> None:
    """Otherwise the removal of one charge point clears the topics of all."""
    async with scripted_broker(sends_all_to_everybody) as (port, _):
        found = await retained(Broker("127.0.0.1", port), TOPICS, [TOPICS.station("CP1", "#")])
    assert found == {TOPICS.station("CP1", "status"): b"one", TOPICS.connector("CP1", 1, "status"): b"three"}


async def takes_its_time(wire: Wire) -> None:
    """As aedes does: live messages go out at once, retained ones later and in the order in which they came."""
    kept = dict(RETAINED)

    async def send_kept() -> None:
        for topic, payload in kept.items():
            await asyncio.sleep(0.01)
            wire.write(publication(topic, payload, retain=True))

    async with asyncio.TaskGroup() as sending:
        subscribed = False
        while (packet := await wire.packet())[0]:
            kind, body = packet
            if kind == CONNECT:
                wire.write(CONNACK)
            elif kind == PUBLISH:
                topic = published(wire, body)
                kept.setdefault(topic, b"kept")
                if subscribed:
                    wire.write(publication(topic, b"live", retain=False))
            elif kind == SUBSCRIBE:
                wire.acknowledge(body, b"\0" * 3)
                subscribed = True
                wire.write(publication([*kept][-1], b"live", retain=False))  # acknowledged before it was sent on
                sending.create_task(send_kept())


async def test_a_broker_that_sends_retained_messages_in_its_own_time_is_waited_for() -> None:
    async with scripted_broker(takes_its_time) as (port, _):
        filters = [TOPICS.station("+", "status"), TOPICS.launcher("status")]
        found = await retained(Broker("127.0.0.1", port), TOPICS, filters)
    assert found == {topic: payload for topic, payload in RETAINED.items() if "connectors" not in topic}


async def retains_too_late(wire: Wire) -> None:
    """As amqtt 0.12 may do: a message is acknowledged, and retained only after the subscription that follows."""
    topic = ""
    while (packet := await wire.packet())[0]:
        kind, body = packet
        if kind == CONNECT:
            wire.write(CONNACK)
        elif kind == PUBLISH:
            topic = published(wire, body)
        elif kind == SUBSCRIBE:
            wire.acknowledge(body, b"\0" * 2)
            wire.write(publication(TOPICS.launcher("status"), b"Alive", retain=True))
            wire.write(publication(topic, b"live", retain=False))


async def test_a_broker_that_retains_too_late_is_not_waited_for_in_vain() -> None:
    async with scripted_broker(retains_too_late) as (port, _):
        found = await retained(Broker("127.0.0.1", port), TOPICS, [TOPICS.launcher("status")])
    assert found == {TOPICS.launcher("status"): b"Alive"}


@needs_mosquitto
async def test_nothing_of_its_own_is_left_behind(tmp_path: Path) -> None:
    with real_broker(tmp_path) as place:
        await retained(Broker("127.0.0.1", place.port), TOPICS, [TOPICS.launcher("status")])
        async with observer(place.port, "#") as watcher:
            await watcher.publish("last", b"one", retain=True)
            await watcher.sees("last", bool)
            assert [message.topic for message in watcher.heard] == ["last"]


async def test_a_filter_that_is_as_wide_as_what_tells_the_end_finds_all() -> None:
    """The end is among what it asks for then, and may come first."""

    async def begins_with_the_end(wire: Wire) -> None:
        end = ""
        while True:
            kind, body = await wire.packet()
            if kind == CONNECT:
                wire.write(CONNACK)
            elif kind == PUBLISH:
                end = published(wire, body)
            elif kind == SUBSCRIBE:
                wire.acknowledge(body, b"\0" * 2)
                wire.write(publication(end, b"end", retain=True))
                for topic, payload in RETAINED.items():
                    wire.write(publication(topic, payload, retain=True))
                wire.write(publication(end, b"end", retain=True))
            elif not kind:
                return

    async with scripted_broker(begins_with_the_end) as (port, _):
        assert await retained(Broker("127.0.0.1", port), TOPICS, ["cp_simu/#"]) == RETAINED


KILLED = """
import asyncio, os, signal, sys
import launcher.retained
import pytest

from chargepoint.api.topics import Topics
from chargepoint.bus import Broker

async def die(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)

launcher.retained._hear = die
asyncio.run(launcher.retained.retained(Broker("127.0.0.1", int(sys.argv[1])), Topics("cp_simu"), ["cp_simu/#"]))
"""


@needs_mosquitto
async def test_who_is_killed_in_the_midst_leaves_nothing_behind(tmp_path: Path) -> None:
    with real_broker(tmp_path) as place:
        done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", KILLED, str(place.port)], check=False)
        assert done.returncode == -signal.SIGKILL
        broker = Broker("127.0.0.1", place.port)

        async def nothing_is_left() -> bool:
            return await retained(broker, TOPICS, ["cp_simu/#"]) == {}

        await eventually_async(nothing_is_left, what="its mark is gone")


@needs_mosquitto
async def test_who_is_stopped_in_the_midst_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = asyncio.Event()

    async def wait(*arguments: object) -> None:
        waiting.set()
        await asyncio.Event().wait()

    with real_broker(tmp_path) as place:
        broker = Broker("127.0.0.1", place.port)
        with monkeypatch.context() as patched:
            patched.setattr("launcher.retained._hear", wait)
            asking = asyncio.create_task(retained(broker, TOPICS, ["cp_simu/#"]))
            await waiting.wait()
            asking.cancel()
            await asyncio.wait([asking])
        assert await retained(broker, TOPICS, ["cp_simu/#"]) == {}
