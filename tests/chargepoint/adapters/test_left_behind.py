"""Connections that are left without a word: their peers see them stay, and their station does not pay for each."""

from __future__ import annotations

import asyncio
import contextlib
import gc

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from chargepoint.adapters.left_behind import MOST
from tests.chargepoint.adapters.links import AT_ONCE, Link, central_system, linked, stay
from tests.support.waiting import eventually_async

OFTEN = MOST + 4


class Peers:
    """A central system that keeps every connection as long as it stays."""

    def __init__(self) -> None:
        self.all: list[ServerConnection] = []

    async def take(self, connection: ServerConnection) -> None:
        self.all.append(connection)
        with contextlib.suppress(ConnectionClosed):
            await stay(connection)

    async def see_another(self, link: Link) -> None:
        number = len(self.all)
        await eventually_async(lambda: len(self.all) > number and link.is_open)

    @property
    def open(self) -> list[ServerConnection]:
        """Those that have not ended, as far as it can see."""
        return [each for each in self.all if each.state.name == "OPEN"]


def connections() -> int:
    """How many of our side there are in this process, in use or forgotten by all but somebody."""
    gc.collect()
    return sum(issubclass(type(each), ClientConnection) for each in gc.get_objects())


async def left_silent(link: Link, peers: Peers, times: int) -> None:
    for _ in range(times):
        link.websocket.fall_silent(True)
        link.websocket.give_up("no answer")
        await peers.see_another(link)


async def test_a_silent_connection_stays_as_its_peer_sees_it_and_of_many_the_newest_do() -> None:
    peers = Peers()
    async with central_system(peers.take) as url, linked(url, AT_ONCE) as link:
        await link.opened()
        await left_silent(link, peers, 1)
        before = connections()
        await left_silent(link, peers, OFTEN - 1)
        await eventually_async(lambda: len(peers.open) == MOST + 1)
        assert peers.open == peers.all[-MOST - 1 :]
        assert connections() <= before
    await eventually_async(lambda: not peers.open)


async def test_what_a_peer_says_on_a_silent_connection_is_not_answered() -> None:
    peers = Peers()
    async with central_system(peers.take) as url, linked(url, AT_ONCE) as link:
        await link.opened()
        await left_silent(link, peers, 1)
        pong = asyncio.ensure_future(await peers.all[0].ping())
        await asyncio.wait_for(await peers.all[1].ping(), 10)
        await peers.all[0].send("hello")
        await asyncio.wait_for(await peers.all[1].ping(), 10)
        assert not pong.done()
        assert peers.all[0].state.name == "OPEN"
        assert link.texts() == []


async def test_a_first_connection_answers_pings_until_its_peer_or_the_station_ends_it() -> None:
    peers = Peers()
    async with central_system(peers.take) as url, linked(url, AT_ONCE) as link:
        await link.opened()
        before = connections()
        for _ in range(OFTEN):
            link.websocket.move("another one is made beside it")
            await peers.see_another(link)
        await eventually_async(lambda: len(peers.open) == MOST + 1)
        assert connections() - before <= MOST
        first = peers.open[0]
        await asyncio.wait_for(await first.ping(), 10)
        for connection in peers.open[:-1]:
            await connection.close()
        await eventually_async(lambda: connections() == before)
        link.websocket.move("another one is made beside it")
        await eventually_async(lambda: len(peers.open) == 2)
        link.websocket.drop_left_open()
        await eventually_async(lambda: len(peers.open) == 1 and connections() == before)
    await eventually_async(lambda: not peers.open)
