"""The websocket to the central system: opened, used, pinged, closed in good order, and made again."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Callable
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame, Opcode
from websockets.protocol import Event

from chargepoint.adapters import websocket as websocket_module
from chargepoint.adapters.link_events import Opened, Received
from chargepoint.adapters.link_settings import BackOff, LinkSettings
from tests.chargepoint.adapters.links import AT_ONCE, central_system, linked, stay
from tests.support.ports import free_port
from tests.support.waiting import eventually_async

# How long to wait


def test_the_wait_doubles_and_then_stays() -> None:
    back_off = BackOff(wait_minimum_s=2.0, repeat_times=4, random_range_s=0.0)
    assert [back_off.wait_s(attempt, lambda: 0.5) for attempt in range(8)] == [2, 4, 8, 16, 32, 32, 32, 32]


def test_a_random_part_is_drawn_anew_each_time() -> None:
    back_off = BackOff(wait_minimum_s=2.0, repeat_times=4, random_range_s=10.0)
    draws = iter([0.0, 0.5, 1.0])
    assert [back_off.wait_s(0, lambda: next(draws)) for _ in range(3)] == [2.0, 7.0, 12.0]


def test_who_is_told_not_to_wait_at_all_is_no_flood() -> None:
    """A thousand attempts a second would keep the station, and its machine, from everything else."""
    assert BackOff(wait_minimum_s=0.0, repeat_times=0, random_range_s=0.0).wait_s(0, lambda: 0.0) == 0.1


@given(st.integers(0, 10**9), st.integers(0, 20), st.floats(0, 86_400), st.floats(0, 86_400))
def test_the_wait_is_bounded_whatever_the_configuration_allows(
    attempt: int, repeat_times: int, minimum_s: float, range_s: float
) -> None:
    wait_s = BackOff(minimum_s, repeat_times, range_s).wait_s(attempt, random.random)
    assert max(minimum_s, 0.1) <= wait_s <= max(minimum_s * 2**20 + range_s, 0.1)


# A connection


async def test_texts_go_both_ways_in_order() -> None:
    async def echo(connection: ServerConnection) -> None:
        async for text in connection:
            await connection.send(text)

    async with central_system(echo) as url, linked(url) as link:
        await link.opened()
        sent = [f'[2,"{number}","Heartbeat",{{}}]' for number in range(100)]
        for text in sent:
            link.websocket.send(text)
        await link.websocket.flushed()
        await eventually_async(lambda: len(link.texts()) == 100)
        assert link.texts() == sent


async def test_the_path_and_the_subprotocol_are_the_configured_ones_and_no_header_says_what_we_are() -> None:
    seen: list[ServerConnection] = []

    async def look(connection: ServerConnection) -> None:
        seen.append(connection)
        await stay(connection)

    async with central_system(look) as url, linked(url.replace("/CP1", "/ocpp/CP%3A1?key=a/b")) as link:
        await link.opened()
        await eventually_async(lambda: seen)
        request = seen[0].request
        assert request is not None
        assert request.path == "/ocpp/CP%3A1?key=a/b"
        assert request.headers["Sec-WebSocket-Protocol"] == "ocpp1.6"
        assert "User-Agent" not in request.headers
        assert "Sec-WebSocket-Extensions" not in request.headers


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "ws_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    async with central_system(stay) as url, linked(url) as link:
        await link.opened()


async def test_a_ping_of_the_central_system_is_answered() -> None:
    answered = asyncio.Event()

    async def ping(connection: ServerConnection) -> None:
        await (await connection.ping())
        answered.set()
        await stay(connection)

    async with central_system(ping) as url, linked(url):
        await asyncio.wait_for(answered.wait(), 10)


async def test_pings_are_sent_as_often_as_configured() -> None:
    pings = 0

    class Watched(ServerConnection):
        def process_event(self, event: Event) -> None:
            nonlocal pings
            pings += isinstance(event, Frame) and event.opcode is Opcode.PING
            super().process_event(event)

    options = {"create_connection": Watched}
    async with central_system(stay, **options) as url, linked(url, ping_interval_s=0.05) as link:
        await eventually_async(lambda: pings >= 3)
        assert link.is_open


class Pinged(ServerConnection):
    """A server's connection that notes when it was pinged."""

    at: ClassVar[list[float]] = []

    def process_event(self, event: Event) -> None:
        if isinstance(event, Frame) and event.opcode is Opcode.PING:
            self.at.append(self.loop.time())
        super().process_event(event)


@pytest.mark.parametrize("before_s", [0.0, 3600.0])
async def test_a_new_ping_interval_holds_at_once_and_zero_is_never(before_s: float) -> None:
    Pinged.at.clear()
    async with central_system(stay, create_connection=Pinged) as url, linked(url, ping_interval_s=before_s) as link:
        await link.opened()
        assert Pinged.at == []
        link.websocket.ping_every(0.02)
        await eventually_async(lambda: len(Pinged.at) >= 3)
        link.websocket.ping_every(0.0)
        link.websocket.send("the pinger has heard of it when this is out")
        await link.websocket.flushed()
        pings = len(Pinged.at) + 1  # one may have been on its way
        await asyncio.sleep(0.2)
        assert len(Pinged.at) <= pings
        assert link.is_open


async def test_a_connection_that_is_given_up_is_closed_and_made_again() -> None:
    """Domain text 5.2: after requests in a row without an answer."""
    closed: list[tuple[int | None, str | None]] = []
    connections = 0

    async def note(connection: ServerConnection) -> None:
        nonlocal connections
        connections += 1
        await connection.wait_closed()
        closed.append((connection.close_code, connection.close_reason))

    async with central_system(note) as url, linked(url, AT_ONCE) as link:
        await link.opened()
        link.websocket.give_up("3 requests in a row without an answer")
        await eventually_async(lambda: connections == 2)
        await link.opened()
        assert closed == [(1000, "3 requests in a row without an answer")]
        assert link.reasons() == ["the connection was closed: 1000 3 requests in a row without an answer"]
        await asyncio.sleep(0.1)
        assert connections == 2


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 1012, 1013])
async def test_whatever_code_the_central_system_closes_with_the_connection_is_made_again(code: int) -> None:
    connections = 0

    async def leave(connection: ServerConnection) -> None:
        nonlocal connections
        connections += 1
        await connection.close(code)

    async with central_system(leave) as url, linked(url, AT_ONCE):
        await eventually_async(lambda: connections >= 2)


async def test_tcp_watches_for_a_dead_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = websocket_module.watch_for_a_dead_peer
    watched: list[int] = []

    def record(connection: ClientConnection) -> None:
        watch(connection)
        wire = connection.transport.get_extra_info("socket")
        watched.append(wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))

    monkeypatch.setattr(websocket_module, "watch_for_a_dead_peer", record)
    async with central_system(stay) as url, linked(url) as link:
        await link.opened()
    assert watched == [1]


async def test_compression_is_offered_when_it_is_wanted_and_used_when_it_is_agreed_on() -> None:
    offers: list[str | None] = []

    async def echo(connection: ServerConnection) -> None:
        assert connection.request is not None
        offers.append(connection.request.headers.get("Sec-WebSocket-Extensions"))
        async for text in connection:
            await connection.send(text)

    async with central_system(echo) as url, linked(url, settings=LinkSettings(compression=True)) as link:
        await link.opened()
        link.websocket.send("x" * 10_000)
        await eventually_async(lambda: link.texts() == ["x" * 10_000])
    async with (
        central_system(echo, compression=None) as url,
        linked(url, settings=LinkSettings(compression=True)) as link,
    ):
        await link.opened()
        link.websocket.send("a central system that knows no compression")
        await eventually_async(lambda: link.texts())
    assert [offer is not None and offer.startswith("permessage-deflate") for offer in offers] == [True, True]


# Its end


async def test_a_cancelled_link_closes_with_1000_after_its_last_frame() -> None:
    """S0-06, defect 7: what was said before the end arrives, and the end is a close frame."""
    texts: list[str | bytes] = []
    codes: list[int | None] = []

    async def record(connection: ServerConnection) -> None:
        async for text in connection:
            texts.append(text)
        codes.append(connection.close_code)

    async with central_system(record) as url:
        async with linked(url) as link:
            await link.opened()
            link.websocket.send("last words")
            await link.websocket.flushed()
        await eventually_async(lambda: codes)
    assert (texts, codes) == (["last words"], [1000])


async def test_a_lost_connection_is_told_and_made_again() -> None:
    connections: list[ServerConnection] = []

    async def once(connection: ServerConnection) -> None:
        connections.append(connection)
        await stay(connection)

    async with central_system(once) as url, linked(url, AT_ONCE) as link:
        await link.opened()
        connections[0].transport.abort()
        await eventually_async(lambda: len(connections) == 2)
        await link.opened()
        assert link.reasons() == ["the connection to the central system was lost"]


async def test_frames_sent_while_there_is_no_connection_are_lost_and_not_said_later() -> None:
    """The endpoint has given these requests up: what is said anew gets a new message id."""
    texts: list[str | bytes] = []
    closing = asyncio.Event()
    connections = 0

    async def record(connection: ServerConnection) -> None:
        nonlocal connections
        connections += 1
        if connections == 1:
            await closing.wait()
            return
        async for text in connection:
            texts.append(text)

    async with central_system(record) as url, linked(url, BackOff(0.05, 0, 0.0)) as link:
        await link.opened()
        closing.set()
        await link.closed()
        link.websocket.send("lost")
        await eventually_async(lambda: link.is_open)
        link.websocket.send("said")
        await eventually_async(lambda: texts)
    assert texts == ["said"]


async def test_flushed_returns_when_the_connection_takes_the_frames_with_it() -> None:
    async def leave(connection: ServerConnection) -> None:
        await connection.recv()
        connection.transport.abort()

    async with central_system(leave) as url, linked(url) as link:
        await link.opened()
        for number in range(1000):
            link.websocket.send(f"{number}" * 1000)
        await asyncio.wait_for(link.websocket.flushed(), 20)
        await link.closed()
        link.websocket.send("into the void")
        assert not link.is_open


async def test_every_opened_has_its_closed() -> None:
    async def leave(connection: ServerConnection) -> None:
        await connection.send("[]")

    async with central_system(leave) as url, linked(url, AT_ONCE) as link:
        await eventually_async(lambda: len(link.reasons()) >= 5)
        kinds = [type(event) for event in link.events if not isinstance(event, Received)]
        assert all((kind is Opened) == (number % 2 == 0) for number, kind in enumerate(kinds))


# Patience


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every wait between two connections; none really takes its time."""
    asked: list[float] = []
    sleep = asyncio.sleep

    async def nap(seconds: float) -> None:
        if seconds < 1000:
            await sleep(seconds)
        else:
            asked.append(seconds)
            await sleep(0)

    monkeypatch.setattr("chargepoint.adapters.websocket.asyncio.sleep", nap)
    return asked


HOURS = BackOff(wait_minimum_s=3600.0, repeat_times=3, random_range_s=0.0)


async def test_a_central_system_that_is_away_is_tried_ever_more_seldom(waits: list[float]) -> None:
    async with linked(f"ws://127.0.0.1:{free_port()}/CP1", HOURS):
        await eventually_async(lambda: len(waits) >= 5)
    assert waits[:5] == [3600.0, 7200.0, 14400.0, 28800.0, 28800.0]


async def test_a_central_system_that_lets_in_and_throws_out_is_tried_ever_more_seldom(waits: list[float]) -> None:
    """Two stations of one id would otherwise evict each other at full speed for ever (defect 2)."""

    async def throw_out(connection: ServerConnection) -> None:
        await connection.close(1008, "not registered")

    async with central_system(throw_out) as url, linked(url, HOURS) as link:
        await eventually_async(lambda: len(waits) >= 4)
        assert link.reasons()[0] == "the central system closed the connection: 1008 not registered"
    assert waits[:4] == [3600.0, 7200.0, 14400.0, 28800.0]


async def test_after_a_connection_that_lasted_the_wait_is_short_again(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[int] = []

    def wait_s(self: BackOff, attempt: int, draw: object) -> float:
        attempts.append(attempt)
        return 0.01

    monkeypatch.setattr(BackOff, "wait_s", wait_s)

    async def live_a_while(connection: ServerConnection) -> None:
        await asyncio.sleep(0.2)

    async with central_system(live_a_while) as url, linked(url):
        await eventually_async(lambda: len(attempts) >= 3)
    assert attempts[:3] == [0, 0, 0]


async def test_two_stations_of_one_id_that_evict_each_other_become_ever_slower(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Defect 2: a central system keeps the newest connection of an id and closes the one before."""
    attempts: list[int] = []
    wait_s = BackOff.wait_s

    def record(self: BackOff, attempt: int, draw: Callable[[], float]) -> float:
        attempts.append(attempt)
        return wait_s(self, attempt, draw)

    monkeypatch.setattr(BackOff, "wait_s", record)
    newest: list[ServerConnection] = []

    async def keep_the_newest(connection: ServerConnection) -> None:
        newest.append(connection)
        if len(newest) > 1:
            await newest[-2].close(1008, "replaced")
        await stay(connection)

    back_off = BackOff(0.02, 5, 0.0)
    async with central_system(keep_the_newest) as url, linked(url, back_off), linked(url, back_off):
        await eventually_async(lambda: 5 in attempts, timeout_s=20)
