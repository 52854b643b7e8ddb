"""The ports that charge points connect to: one of the command line, and others that are opened at run time."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from websockets.asyncio.server import Server as WebsocketServer
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from chargepoint.wire import LARGEST_SKIPPED
from csms.entrance import HANDSHAKE_TIMEOUT_S, Entrance, Terms
from csms.listener import ListenerSettings

PING_INTERVAL_S = 20
CLOSE_TIMEOUT_S = 1

TermsOf = Callable[[ListenerSettings], Terms]
"""Makes the terms that a port is listened on; raises InputError for what there is not."""


@dataclass(slots=True)
class Listener:
    """One port. ``settings`` hold for the connections to come."""

    id: int
    address: str
    settings: ListenerSettings
    entrance: Entrance
    websockets: WebsocketServer

    @property
    def url(self) -> str:
        """Where a charge point connects, its id appended."""
        return f"{self.settings.scheme}://{self.address}"


class Listeners:
    """Opens, changes and closes them. ``refusal``, ``subprotocol`` and ``connected`` are called for each connection,
    in this order, whichever port it came in by."""

    def __init__(
        self,
        connected: Callable[[ServerConnection], Awaitable[None]],
        refusal: Callable[[ServerConnection, Request], Awaitable[Response | None]],
        subprotocol: Callable[[ServerConnection, Sequence[Subprotocol]], Subprotocol | None],
        terms_of: TermsOf,
        ping_interval_s: float = PING_INTERVAL_S,
    ) -> None:
        self.all: dict[int, Listener] = {}
        self._connected = connected
        self._refusal = refusal
        self._subprotocol = subprotocol
        self._terms_of = terms_of
        self._ping_interval_s = ping_interval_s
        self._ids = itertools.count(1)

    async def open(self, line: socket.socket, settings: ListenerSettings) -> Listener:
        """Listen on ``line``. Raises InputError."""
        entrance = Entrance(self._terms_of(settings))
        websockets = await serve(
            self._connected,
            sock=line,
            select_subprotocol=self._subprotocol,
            process_request=self._refusal,
            compression=None,
            max_size=LARGEST_SKIPPED,
            open_timeout=HANDSHAKE_TIMEOUT_S,
            ping_interval=self._ping_interval_s,
            ping_timeout=PING_INTERVAL_S,
            close_timeout=CLOSE_TIMEOUT_S,
            server_header=None,
            create_connection=entrance,  # type: ignore[arg-type]  # a class, or what makes its objects
        )
        listener = Listener(next(self._ids), address_of(line), settings, entrance, websockets)
        self.all[listener.id] = listener
        return listener

    async def open_another(self, settings: ListenerSettings) -> Listener:
        """Listen on a free port of the address of the first one. Raises InputError."""
        terms = self._terms_of(settings)  # refused before there is a port
        del terms
        first = next(iter(self.all.values())).websockets.sockets[0]
        line = socket.create_server((first.getsockname()[0], 0), family=first.family)
        return await self.open(line, settings)

    def change(self, listener: Listener, settings: ListenerSettings) -> None:
        """Listen on other terms from now on; connections that are there stay. Raises InputError."""
        listener.entrance.terms = self._terms_of(settings)
        listener.settings = settings

    async def close(self, listener: Listener) -> None:
        """Listen no more; its connections are closed."""
        self.all.pop(listener.id, None)
        listener.entrance.close()
        listener.websockets.close(code=CloseCode.GOING_AWAY, reason="the central system ends")
        await listener.websockets.wait_closed()

    async def close_all(self) -> None:
        """Close every one."""
        for listener in list(self.all.values()):
            await self.close(listener)


def address_of(line: socket.socket) -> str:
    """Host and port as a URL has them; a path for a unix socket."""
    name = line.getsockname()
    if isinstance(name, str):
        return name
    host, port = name[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
