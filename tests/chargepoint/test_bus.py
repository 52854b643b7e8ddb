"""The way to the broker: its URL, and a connection that comes back by itself and tells the truth when it does."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from chargepoint import bus as bus_module
from chargepoint.api.errors import InputError
from chargepoint.bus import FIRST_RETRY_S, Broker, Bus, Message, publish_once
from tests.chargepoint.brokers import (
    CONNACK,
    CONNECT,
    DISCONNECT,
    PUBLISH,
    SUBSCRIBE,
    RealBroker,
    Wire,
    needs_mosquitto,
    observer,
    real_broker,
    scripted_broker,
)
from tests.chargepoint.certificates import Authority
from tests.support.ports import free_port
from tests.support.waiting import eventually_async

ALIVE, DEAD = Message("t/status", b"Alive", retain=True), Message("t/status", b"Dead", retain=True)


@pytest.fixture()
def broker(tmp_path: Path) -> Iterator[RealBroker]:
    with real_broker(tmp_path) as running:
        yield running


@asynccontextmanager
async def running(broker: Broker | str, **options: Any) -> AsyncIterator[tuple[Bus, list[tuple[bool, str]]]]:
    """A bus that runs until the end of the block, and what it told of its connection."""
    told: list[tuple[bool, str]] = []
    place = Broker.parse(broker) if isinstance(broker, str) else broker
    bus = Bus(place, name="test", told=lambda connected, reason: told.append((connected, reason)), **options)
    task = asyncio.create_task(bus.run())
    try:
        yield bus, told
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, 30)


# The URL


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("mqtt://localhost", Broker("localhost", 1883)),
        ("mqtt://localhost:1884/", Broker("localhost", 1884)),
        ("tcp://10.0.0.1:1883", Broker("10.0.0.1", 1883)),
        ("mqtt://[::1]:1883", Broker("::1", 1883)),
        ("mqtts://broker.example.org", Broker("broker.example.org", 8883, tls=True)),
        ("mqtt://user:secret@host", Broker("host", 1883, "user", "secret")),
        ("mqtt://us%40er:se%3Acret%2F@host", Broker("host", 1883, "us@er", "se:cret/")),
        ("mqtt://user@host", Broker("host", 1883, "user")),
        ("mqtt://user:@host", Broker("host", 1883, "user", "")),
    ],
)
def test_a_broker_url_is_understood(url: str, broker: Broker) -> None:
    assert Broker.parse(url) == broker


@pytest.mark.parametrize(
    "url",
    [
        "", "localhost", "localhost:1883", "http://host", "ws://host", "mqtt:host", "mqtt://", "mqtt://:1883", "mqtt://host:0",
        "mqtt://host:70000", "mqtt://host:port", "mqtt://host/topic", "mqtt://host#x", "mqtt://:secret@host",
        "mqtt://a..b", "mqtt://" + "x" * 64, "mqtt://[::1", "mqtt://host?cafile=ca.pem", "mqtts://host?cafile",
        "mqtts://host?ca=/etc/hosts", "mqtts://host?cafile=/no/such/file",
    ],
)  # fmt: skip
def test_a_wrong_broker_url_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="broker") as caught:
        Broker.parse(url)
    assert len(str(caught.value)) < 250


def test_a_refused_broker_url_does_not_give_the_password_away() -> None:
    for url in ("mqtt://user:secret@host:port", "http://user:secret@host", "mqtt://user:se/cret@host"):
        with pytest.raises(InputError) as caught:
            Broker.parse(url)
        assert "cret" not in str(caught.value)


def test_the_url_for_people_has_no_password() -> None:
    assert Broker.parse("mqtt://user:secret@host:1").url == "mqtt://user@host:1"
    assert Broker.parse("mqtt://host").tcp_url == "tcp://host:1883"
    assert Broker.parse("mqtts://host").tcp_url == "ssl://host:8883"


def test_certificate_files_are_checked_when_the_url_is(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certfile, keyfile = authority.issue("client")
    locked, locked_key = authority.issue("locked", password="secret")
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_text("hello")
    Broker.parse(f"mqtts://host?cafile={authority.cafile}&certfile={certfile}&keyfile={keyfile}")
    for query in (
        f"cafile={rubbish}",
        f"certfile={rubbish}",
        f"certfile={certfile}",
        f"certfile={certfile}&keyfile={locked_key}",
        f"certfile={locked}&keyfile={locked_key}",
        f"keyfile={keyfile}",
        f"cafile={tmp_path}",
    ):
        with pytest.raises(InputError):
            Broker.parse(f"mqtts://host?{query}")


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


async def test_publish_once_connects_publishes_and_leaves(broker: RealBroker) -> None:
    await publish_once(Broker.parse(broker.url), [ALIVE, Message("t/x", b"1", retain=True)])
    async with observer(broker.port) as seen:
        await seen.sees("t/x", b"1".__eq__)
        await seen.sees("t/status", b"Alive".__eq__)


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
        process = subprocess.Popen([sys.executable, "-c", program])
        try:
            await seen.sees("t/status", b"Alive".__eq__)
            os.kill(process.pid, signal.SIGKILL)
            await seen.sees("t/status", b"Dead".__eq__)
        finally:
            process.kill()
            process.wait()


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
    assert (True, "") == told[-1]


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


async def test_a_bus_can_be_cancelled_even_if_the_broker_has_stopped_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus_module, "LEAVE_TIMEOUT_S", 0.1)

    async def frozen(wire: Wire) -> None:
        await wire.packet()
        wire.write(CONNACK)
        await asyncio.sleep(3600)

    async with scripted_broker(frozen) as (port, _):
        async with running(f"mqtt://127.0.0.1:{port}") as (bus, _told):
            await eventually_async(lambda: bus.connected)
            bus.publish(Message("t/x", bytes(20_000_000), qos=0))
            await bus.drained(0.1)


# Brokers that do not want us


def gaps(moments: list[float]) -> list[float]:
    """The time between each two moments."""
    return [later - earlier for earlier, later in zip(moments, moments[1:], strict=False)]


async def attempts(broker: Broker | str, count: int, **options: Any) -> tuple[list[float], list[str]]:
    """When and why ``count`` connections failed."""
    moments: list[float] = []
    reasons: list[str] = []

    def told(connected: bool, reason: str) -> None:
        if not connected:
            moments.append(asyncio.get_running_loop().time())
            reasons.append(reason)

    place = Broker.parse(broker) if isinstance(broker, str) else broker
    task = asyncio.create_task(Bus(place, name="test", told=told, **options).run())
    await eventually_async(lambda: len(reasons) >= count)
    task.cancel()
    return moments[:count], reasons[:count]


def assert_patient(moments: list[float]) -> None:
    """Each wait is at least half of twice the one before."""
    for number, gap in enumerate(gaps(moments)):
        assert gap >= FIRST_RETRY_S * 2**number * 0.5


async def test_a_broker_that_is_away_is_tried_ever_more_seldom() -> None:
    moments, _ = await attempts(f"mqtt://127.0.0.1:{free_port()}", 4)
    assert_patient(moments)


async def test_a_broker_that_lets_us_in_and_throws_us_out_is_not_rushed() -> None:
    async def script(wire: Wire) -> None:
        await wire.packet()
        wire.write(CONNACK)
        await wire.packet()

    async with scripted_broker(script) as (port, _):
        moments, _reasons = await attempts(f"mqtt://127.0.0.1:{port}", 4, greet=lambda: [ALIVE])
        assert_patient(moments)


async def test_a_refused_subscription_is_said() -> None:
    async def script(wire: Wire) -> None:
        await wire.packet()
        wire.write(CONNACK)
        _, body = await wire.packet()
        wire.acknowledge(body, b"\x01\x80")
        await wire.packet()

    async with scripted_broker(script) as (port, _):
        _moments, reasons = await attempts(f"mqtt://127.0.0.1:{port}", 1, subscriptions=["t/a", "t/b"])
        assert reasons == ["the broker refuses the subscription to t/b"]


async def test_a_broker_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus_module, "CONNECT_TIMEOUT_S", 0.1)

    async def silent(wire: Wire) -> None:
        while (await wire.packet())[0]:
            pass

    async with scripted_broker(silent) as (port, _):
        _moments, reasons = await attempts(f"mqtt://127.0.0.1:{port}", 2)
        assert reasons == ["Operation timed out"] * 2


@pytest.mark.parametrize("rubbish", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x20\x02\x00\x05", b"\xff" * 100, b"\x20\x00"])
async def test_what_is_no_broker_is_survived(rubbish: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus_module, "CONNECT_TIMEOUT_S", 0.2)

    async def script(wire: Wire) -> None:
        await wire.packet()
        wire.write(rubbish)

    async with scripted_broker(script) as (port, _):
        _moments, reasons = await attempts(f"mqtt://127.0.0.1:{port}", 2)
        assert all(reasons)


async def test_rubbish_in_the_middle_of_a_session_ends_the_connection_and_not_the_bus() -> None:
    async def script(wire: Wire) -> None:
        await wire.packet()
        wire.write(CONNACK)
        _, body = await wire.packet()
        wire.acknowledge(body, b"\x01")
        wire.write(b"\x30\x05\x00\x03\xff\xff\xff" + b"\xf0\x00")
        while (await wire.packet())[0]:
            pass

    async with scripted_broker(script) as (port, connections):
        _moments, reasons = await attempts(f"mqtt://127.0.0.1:{port}", 2, subscriptions=["#"])
        assert all(reasons)
        assert len(connections) >= 2


async def test_a_host_that_no_resolver_takes_is_a_reason_and_no_crash() -> None:
    _moments, reasons = await attempts(Broker("a..b", 1883), 1)
    assert reasons[0]


@needs_mosquitto
async def test_user_and_password_are_given_and_a_wrong_one_is_said(tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "user", "se:cret"], check=True)
    with real_broker(tmp_path, f"allow_anonymous false\npassword_file {passwords}") as broker:
        async with running(f"mqtt://user:se%3Acret@127.0.0.1:{broker.port}") as (bus, told):
            await eventually_async(lambda: told)
            assert bus.connected
        for login in ("user:wrong@", ""):
            moments, reasons = await attempts(f"mqtt://{login}127.0.0.1:{broker.port}", 3)
            assert reasons == ["Not authorized"] * 3
            assert_patient(moments)


@needs_mosquitto
async def test_mqtts_with_a_client_certificate(tmp_path: Path) -> None:
    ours, stranger = Authority(tmp_path), Authority(tmp_path, "stranger")
    server, client, forged = ours.issue("localhost"), ours.issue("client"), stranger.issue("client")
    conf = f"cafile {ours.cafile}\ncertfile {server[0]}\nkeyfile {server[1]}\n"
    with real_broker(tmp_path, conf + "require_certificate true\nallow_anonymous true") as broker:
        url = f"mqtts://localhost:{broker.port}?cafile={ours.cafile}"
        files = f"&certfile={client[0]}&keyfile={client[1]}"
        async with running(url + files, greet=lambda: [ALIVE]) as (bus, told):
            await eventually_async(lambda: told)
            assert bus.connected, told
        for wrong in (
            url,
            url + f"&certfile={forged[0]}&keyfile={forged[1]}",
            f"mqtts://localhost:{broker.port}?cafile={stranger.cafile}{files}",
            f"mqtts://127.0.0.1:{broker.port}?cafile={ours.cafile}{files}",
            f"mqtt://localhost:{broker.port}",
        ):
            _moments, [reason] = await attempts(wrong, 1)
            assert reason, wrong


@needs_mosquitto
async def test_a_broker_with_a_certificate_of_strangers_is_not_talked_to(tmp_path: Path) -> None:
    ours, stranger = Authority(tmp_path), Authority(tmp_path, "stranger")
    server = stranger.issue("localhost")
    conf = f"certfile {server[0]}\nkeyfile {server[1]}\nallow_anonymous true"
    with real_broker(tmp_path, conf) as broker:
        _moments, [reason] = await attempts(f"mqtts://localhost:{broker.port}?cafile={ours.cafile}", 1)
        assert "certificate verify failed" in reason
