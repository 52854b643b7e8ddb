"""The station's end of a websocket in a test, and servers for the other end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from chargepoint.adapters.link_events import Closed, Event, Opened, Received
from chargepoint.adapters.link_settings import BackOff, LinkSettings
from chargepoint.adapters.websocket import Websocket
from chargepoint.security.link import LinkTarget
from tests.support.waiting import eventually_async

OCPP16 = Subprotocol("ocpp1.6")

AT_ONCE = BackOff(0.0, 0, 0.0)
SLOWLY = BackOff(3600.0, 0, 0.0)
"""Once is enough: the next attempt never comes."""

DEFAULTS = LinkSettings()


class Link:
    """A running ``Websocket`` and everything it told."""

    def __init__(
        self, url: str | LinkTarget, back_off: BackOff, ping_interval_s: float, settings: LinkSettings
    ) -> None:
        self.events: list[Event] = []
        self.target = LinkTarget(url) if isinstance(url, str) else url
        self.websocket = Websocket(
            lambda: self.target, OCPP16, self.events.append, lambda: back_off, lambda: settings
        )
        self.websocket.ping_every(ping_interval_s)
        self.task = asyncio.create_task(self.websocket.run())

    @property
    def is_open(self) -> bool:
        """Whether it said Opened last, of the two."""
        states = [event for event in self.events if not isinstance(event, Received)]
        return bool(states) and isinstance(states[-1], Opened)

    async def opened(self) -> None:
        """Wait until the connection is up."""
        await eventually_async(lambda: self.is_open, what="the websocket is open")

    async def closed(self) -> str:
        """Wait until it is gone or could not be made, and return why."""
        await eventually_async(lambda: self.reasons(), what="the websocket is closed")
        return self.reasons()[-1]

    def reasons(self) -> list[str]:
        """Of every Closed."""
        return [event.reason for event in self.events if isinstance(event, Closed)]

    def texts(self) -> list[str]:
        """Of every Received."""
        return [event.text for event in self.events if isinstance(event, Received)]

    async def cancel(self) -> None:
        """Close in good order."""
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(self.task, 30)


@asynccontextmanager
async def linked(
    url: str | LinkTarget, back_off: BackOff = SLOWLY, ping_interval_s: float = 0.0, settings: LinkSettings = DEFAULTS
) -> AsyncIterator[Link]:
    """A link until the end of the block; whatever happened, ``run`` must still have been running."""
    link = Link(url, back_off, ping_interval_s, settings)
    try:
        yield link
        assert not link.task.done(), "run has ended"
    finally:
        await link.cancel()


@asynccontextmanager
async def central_system(handle: Callable[[ServerConnection], Awaitable[None]], **options: Any) -> AsyncIterator[str]:
    """A websockets server; yields its URL."""
    options = {"subprotocols": [OCPP16], "ping_interval": None, "close_timeout": 0.5, **options}
    async with serve(handle, "127.0.0.1", 0, **options) as server:
        [address] = [socket.getsockname() for socket in server.sockets]
        yield f"{'wss' if options.get('ssl') else 'ws'}://localhost:{address[1]}/CP1"


async def stay(connection: ServerConnection) -> None:
    """A central system that listens and says nothing."""
    async for _ in connection:
        pass


@asynccontextmanager
async def tcp_server(
    handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], **options: Any
) -> AsyncIterator[str]:
    """A server that need not speak websocket at all; yields its URL."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await handle(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve_one, "127.0.0.1", 0, **options)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/CP1"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
