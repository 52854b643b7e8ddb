"""The websocket side: who may connect, and one connection for each charge point."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Coroutine
from http import HTTPStatus
from types import TracebackType
from typing import Self

from websockets.asyncio.server import Server as WebsocketServer
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from chargepoint.api.errors import InputError
from chargepoint.clock import Clock
from chargepoint.ocpp.frames import Payload
from csms import v16
from csms.answering import Answering
from csms.commands import DEFAULT_TIMEOUT_S, Answer, CommandError, InvalidCommand, NotConnected, UnknownCommand
from csms.csms import CentralSystem
from csms.identity import identity_of
from csms.link import Link
from csms.store import Store, StoreFailure

DIALECTS = {dialect.subprotocol: dialect for dialect in (v16.DIALECT,)}

MAX_MESSAGE = 2 * 2**20
"""Bytes; a certificate chain or a long local list fits, a flood does not."""
PING_INTERVAL_S = 20
CLOSE_TIMEOUT_S = 1
HANDSHAKE_TIMEOUT_S = 60
"""Long enough for thousands that come back at once after a restart."""

log = logging.getLogger(__name__)


class Server:
    """Accepts charge points and carries commands to them; an asynchronous context manager."""

    def __init__(
        self, system: CentralSystem, store: Store, clock: Clock, listener: socket.socket, heartbeat_interval_s: int
    ) -> None:
        self.links: dict[str, Link] = {}
        self.failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._system = system
        self._clock = clock
        self._listener = listener
        self._answering = Answering(system, store, self, clock, heartbeat_interval_s)
        self._websockets: WebsocketServer
        self._background: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._websockets = await serve(
            self._connected,
            sock=self._listener,
            subprotocols=[Subprotocol(name) for name in DIALECTS],
            process_request=_refusal,
            compression=None,
            max_size=MAX_MESSAGE,
            open_timeout=HANDSHAKE_TIMEOUT_S,
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_INTERVAL_S,
            close_timeout=CLOSE_TIMEOUT_S,
            server_header=None,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._websockets.close(code=CloseCode.GOING_AWAY, reason="the central system ends")
        await self._websockets.wait_closed()

    def connected(self) -> list[str]:
        """The ids of the charge points that are connected, in order of their ids."""
        return sorted(self.links)

    def check_connected(self, charge_point: str) -> None:
        """Raises NotConnected when it is not."""
        self._link(charge_point)

    async def call(
        self, charge_point: str, action: str, payload: Payload, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Answer:
        """What ``charge_point`` answers to ``action``; raises a CommandError otherwise."""
        link = self._link(charge_point)
        if action not in link.dialect.commands:
            known = ", ".join(sorted(link.dialect.commands))
            raise UnknownCommand(f"{action!r} is no command of a central system; known are {known}")
        if violation := link.dialect.schemas.violation(action, payload):
            raise InvalidCommand(action, violation)
        try:
            answer = await link.call(action, payload, timeout_s)
        except CommandError as error:
            log.warning("%s", error)
            raise
        log.info("%s: %s: %s", charge_point, action, answer.status or "answered")
        return answer

    async def disconnect(self, charge_point: str) -> None:
        """Close the connection of ``charge_point``; raises NotConnected when there is none."""
        link = self._link(charge_point)
        del self.links[charge_point]
        await link.close(CloseCode.NORMAL_CLOSURE, "disconnected by the central system")

    def _link(self, charge_point: str) -> Link:
        link = self.links.get(charge_point)
        if link is None or not link.is_open:
            raise NotConnected(charge_point, known=charge_point in self._system.charge_points)
        return link

    async def _connected(self, websocket: ServerConnection) -> None:
        assert websocket.request is not None
        assert websocket.subprotocol is not None
        charge_point = identity_of(websocket.request.path)
        dialect = DIALECTS[websocket.subprotocol]
        link = Link(charge_point, websocket, dialect, self._answering, self._clock)
        if (older := self.links.get(charge_point)) is not None:
            log.warning("%s: connected again; the older connection is closed", charge_point)
            self._in_background(older.close(CloseCode.NORMAL_CLOSURE, "replaced by a newer connection"))
        self.links[charge_point] = link
        log.info("%s: connected from %s", charge_point, websocket.remote_address)
        try:
            self._system.seen(charge_point, self._clock.now())
            self._answering.keep()
            await link.run()
        except StoreFailure as failure:
            if not self.failure.done():
                self.failure.set_exception(failure)
        finally:
            if self.links.get(charge_point) is link:
                del self.links[charge_point]
            log.info("%s: disconnected (%s)", charge_point, websocket.close_code)

    def _in_background(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _refusal(connection: ServerConnection, request: Request) -> Response | None:
    """The HTTP answer to a handshake that cannot become a connection; None for one that can."""
    if request.headers.get("Upgrade", "").lower() != "websocket":
        return None  # the library's own answer to plain HTTP
    try:
        charge_point = identity_of(request.path)
    except InputError as error:
        return _refused(connection, HTTPStatus.BAD_REQUEST, f"{request.path}: {error}")
    if not charge_point:
        text = "the path ends with the charge point's id, as in ws://host:port/CP_1; this one names none"
        return _refused(connection, HTTPStatus.NOT_FOUND, text)
    offered = _offered(request.headers)
    if DIALECTS.keys().isdisjoint(offered):
        was = " and ".join(repr(name) for name in offered) or "nothing"
        right = " or ".join(DIALECTS)
        text = f"Sec-WebSocket-Protocol offers {was}; this central system speaks {right}"
        return _refused(connection, HTTPStatus.BAD_REQUEST, f"{charge_point}: {text}")
    return None


def _refused(connection: ServerConnection, status: HTTPStatus, text: str) -> Response:
    log.warning("refused %s with %d: %s", connection.remote_address, status, text)
    return connection.respond(status, text + "\n")


def _offered(headers: Headers) -> list[str]:
    names = ",".join(headers.get_all("Sec-WebSocket-Protocol")).split(",")
    return [name.strip() for name in names if name.strip()]
