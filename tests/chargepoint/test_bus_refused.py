"""Brokers that are away, refuse us, or are none: the bus says why in clear words, and is patient."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from chargepoint import bus as bus_module
from chargepoint import mqtt_client
from chargepoint.bus import Broker
from tests.chargepoint.brokers import CONNACK, Wire, needs_mosquitto, real_broker, scripted_broker
from tests.chargepoint.buses import ALIVE, assert_patient, attempts, running
from tests.chargepoint.certificates import Authority
from tests.support.ports import free_port
from tests.support.waiting import eventually_async

PINGREQ = 12


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


async def test_an_idle_connection_is_pinged_in_time_and_given_up_when_nobody_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert bus_module.KEEPALIVE_S + mqtt_client.LOOK_S < 1.5 * bus_module.KEEPALIVE_S, "a broker waits no longer"
    monkeypatch.setattr(bus_module, "KEEPALIVE_S", 1)
    monkeypatch.setattr(mqtt_client, "LOOK_S", 0.1)
    kinds: list[int] = []

    async def script(wire: Wire) -> None:
        await wire.packet()
        wire.write(CONNACK)
        while kind := (await wire.packet())[0]:
            kinds.append(kind)

    async with scripted_broker(script) as (port, _):
        _moments, reasons = await attempts(f"mqtt://127.0.0.1:{port}", 1)
    assert PINGREQ in kinds
    assert all(reasons)


@pytest.mark.parametrize(
    "rubbish", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x20\x02\x00\x05", b"\xff" * 100, b"\x20\x00"]
)
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
    make = await asyncio.create_subprocess_exec("mosquitto_passwd", "-b", "-c", str(passwords), "user", "se:cret")
    assert await make.wait() == 0
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
            assert "timed out" not in reason, wrong


@needs_mosquitto
async def test_a_broker_with_a_certificate_of_strangers_is_not_talked_to(tmp_path: Path) -> None:
    ours, stranger = Authority(tmp_path), Authority(tmp_path, "stranger")
    server = stranger.issue("localhost")
    conf = f"certfile {server[0]}\nkeyfile {server[1]}\nallow_anonymous true"
    with real_broker(tmp_path, conf) as broker:
        _moments, [reason] = await attempts(f"mqtts://localhost:{broker.port}?cafile={ours.cafile}", 1)
        assert "certificate verify failed" in reason
