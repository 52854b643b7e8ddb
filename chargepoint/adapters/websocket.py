"""The websocket to the central system (OCPP-J 1.6 sections 3 and 5): pinged, and made again after a loss."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import random
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.datastructures import HeadersLike
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.frames import CloseCode
from websockets.protocol import Event as ProtocolEvent
from websockets.protocol import State
from websockets.typing import Subprotocol

from chargepoint import waiting
from chargepoint.adapters.link_settings import LARGEST_READ, MESSAGES_AHEAD, BackOff, LinkSettings
from chargepoint.security.link import LinkFailure, LinkTarget
from chargepoint.wire import LARGEST_SKIPPED, AsSent

if TYPE_CHECKING:
    import ssl

log = logging.getLogger(__name__)

CLOSE_TIMEOUT_S = 2.0
KEEP_ALIVE_AFTER_S, KEEP_ALIVE_EVERY_S, KEEP_ALIVE_PROBES = 120, 20, 3


@dataclass(frozen=True, slots=True)
class Opened:
    """The connection is up."""


@dataclass(frozen=True, slots=True)
class Received:
    """A text message of the central system."""

    text: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection is gone, or could not be made; ``reason`` in words, ``why`` when security is the reason.
    ``by_order``: a disturbance broke it off."""

    reason: str
    why: LinkFailure | None = None
    by_order: bool = False


Event = Opened | Received | Closed


class Websocket:
    """One station's connection, made again and again until ``run`` is cancelled; what happens goes to ``hear``."""

    def __init__(
        self,
        target: Callable[[], LinkTarget],
        subprotocol: str,
        hear: Callable[[Event], None],
        back_off: Callable[[], BackOff],
        settings: Callable[[], LinkSettings] = LinkSettings,
        refused: Callable[[], str] = str,
    ) -> None:
        """``target``, ``back_off``, ``settings`` and ``refused`` (why there is to be no connection; "" for none) are
        asked before each connection: they may change."""
        self._target = target
        self._tls: tuple[LinkTarget, ssl.SSLContext] | None = None
        self._renewal = waiting.Event()
        self._subprotocol = Subprotocol(subprotocol)
        self._hear = hear
        self._back_off = back_off
        self._settings = settings
        self._refused = refused
        self.read_pause_s = 0.0
        """How long to wait after each message that is read: a slow reader's."""
        self.fragments = 0, 0.0
        """Bytes of a message that go into one frame, 0 for all of them, and the pause in s between two frames."""
        self._silent = False
        self._left_silent: list[ClientConnection] = []
        self._left_open: dict[ClientConnection, asyncio.Task[None]] = {}
        self._why_moved = ""
        self._why_broken_off = ""
        self._ping_interval_s = 0.0
        self._pace_changed = waiting.Event()
        self._given_up = waiting.Event()
        self._why_given_up = ""
        self._code_given_up = int(CloseCode.NORMAL_CLOSURE)
        self._outgoing: waiting.Queue[str] = waiting.Queue()
        self._connection: ClientConnection | None = None
        self._live_connection: ClientConnection | None = None
        """The same while it is read, so that what is sent is not lost with the one before."""

    def send(self, text: str) -> None:
        """Put ``text`` on the wire in its turn; it is lost when the connection is."""
        if not self._sent_at_once(text):
            self._outgoing.put(text)

    def _sent_at_once(self, text: str) -> bool:
        """Write ``text`` without waiting, if nothing has to be waited for: it needs neither a task nor its turn."""
        connection = self._live_connection
        if connection is None or not self._outgoing.idle or self.fragments[0] or not text.isascii():
            return False
        protocol, transport = connection.protocol, connection.transport
        if protocol.state is not State.OPEN or transport.is_closing() or transport.get_write_buffer_size():
            return False
        if isinstance(connection, _Connection):
            connection.active_at = connection.loop.time()
        protocol.send_text(text.encode())
        transport.writelines(protocol.data_to_send())
        return True

    def ping_every(self, interval_s: float) -> None:
        """Ping in this interval from now on; 0 is never."""
        if interval_s != self._ping_interval_s:
            self._ping_interval_s = interval_s
            self._pace_changed.set()

    def give_up(self, reason: str, code: int = CloseCode.NORMAL_CLOSURE) -> None:
        """Close the connection, if there is one, and make it again as after any loss; the peer is told why."""
        self._why_given_up, self._code_given_up = reason, code
        self._given_up.set()

    def renew(self) -> None:
        """Close the connection when everything sent so far is on the wire, and make it again at once."""
        self._renewal.set()

    async def flushed(self) -> None:
        """Return when everything sent so far was handed to the system, or lost with its connection."""
        await self._outgoing.join()

    def abort(self) -> None:
        """Break the connection off, without a closing handshake; ``run`` is to be cancelled then."""
        if self._connection is not None:
            self._connection.transport.abort()

    def fall_silent(self, silent: bool) -> None:
        """Read nothing and ping no more, on a connection that stays; or go on. A new connection is not silent; a
        silent one that is given up stays open, as far as its peer can tell."""
        if silent is self._silent or self._connection is None:
            return
        self._silent = silent
        transport = self._connection.transport
        transport.pause_reading() if silent else transport.resume_reading()

    def break_off(self, reason: str) -> None:
        """Break the connection off, if there is one, and make it again as after any loss."""
        if self._connection is not None:
            self._why_broken_off = reason
            self._connection.transport.abort()

    def move(self, reason: str) -> None:
        """Make another connection and leave the present one open, which says nothing more but pongs."""
        if self._connection is not None:
            self._why_moved = reason
            self._renewal.set()

    def drop_left_open(self) -> None:
        """Break off the connections that ``move`` has left."""
        for connection in self._left_open:
            connection.transport.abort()

    @property
    def idle_s(self) -> float:
        """For how long nothing was on the wire; 0 without a connection."""
        connection = self._connection
        return connection.loop.time() - connection.active_at if isinstance(connection, _Connection) else 0.0

    async def run(self) -> None:
        """Connect, and connect again after every loss; cancel it to close in good order."""
        try:
            await self._connect_again_and_again()
        finally:
            for connection in (*self._left_silent, *self._left_open):
                connection.transport.abort()

    async def _connect_again_and_again(self) -> None:
        attempt, waited_s = 0, 0.0
        while True:
            # A connection that did not last is no success: two stations of one id, each thrown out when the other
            # comes, and a central system that lets in and throws out, slow down instead of going on like this.
            open_s = await self._one_connection()
            if self._renewal.is_set():
                self._renewal.clear()
                attempt, waited_s = 0, 0.0
                continue
            if open_s > 2 * waited_s:
                attempt = 0
            waited_s = self._back_off().wait_s(attempt, random.random)
            attempt += 1
            log.debug("connecting again in %.1f s", waited_s)
            await asyncio.sleep(waited_s)

    async def _one_connection(self) -> float:
        """Connect and live until the connection is gone; returns how long it was open, in seconds."""
        opened_at, why = None, None
        if refusal := self._refused():
            self._hear(Closed(refusal))
            return 0.0
        target = self._target()
        settings = self._settings()
        named = self._subprotocol if settings.subprotocol is None else Subprotocol(settings.subprotocol)
        try:
            async with _Connect(
                target.url,
                additional_headers=_authorization(target),
                ssl=await self._context(target) if target.secure else None,
                subprotocols=[named] if named else None,
                compression="deflate" if settings.compression else None,
                ping_interval=None,
                open_timeout=settings.open_timeout_s,
                close_timeout=CLOSE_TIMEOUT_S,
                max_size=LARGEST_READ if settings.compression else LARGEST_SKIPPED,
                max_queue=MESSAGES_AHEAD,
                proxy=None,
                user_agent_header=None,
                create_connection=_Connection,
            ) as connection:
                self._connection = connection
                self._silent = False
                if isinstance(connection, _Connection):
                    connection.closes_on_invalid_utf8 = settings.closes_on_invalid_utf8
                if connection.subprotocol is None and settings.subprotocol_required and named:
                    reason = f"{target.url} does not say that it speaks {named}"
                else:
                    _watch_for_a_dead_peer(connection)
                    opened_at = connection.loop.time()
                    self._outgoing.drain()
                    self._given_up.clear()
                    self._renewal.clear()
                    self._live_connection = connection
                    self._hear(Opened())
                    await self._live(connection, settings.pong_timeout_s)
                    silent = f"the silent connection was given up: {self._why_given_up}"
                    moved = self._why_moved or (silent if self._silent else "")
                    reason = self._why_broken_off or moved or _why_closed(connection.close_exc)
        except InvalidStatus as error:
            reason = f"{target.url} refuses the connection: HTTP {_status_line(error.response.status_code)}"
            if error.response.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                why = LinkFailure.UNAUTHORIZED
        except (WebSocketException, OSError, UnicodeError) as error:
            reason = f"{target.url}: {_told_by(error)}"
            why = _tls_failure(error) if target.secure else None
        self._connection = self._live_connection = None
        by_order, self._why_broken_off, self._why_moved = bool(self._why_broken_off or self._why_moved), "", ""
        self._outgoing.drain()
        self._hear(Closed(reason, why, by_order))
        return asyncio.get_running_loop().time() - opened_at if opened_at is not None else 0.0

    async def _live(self, connection: ClientConnection, pong_timeout_s: float) -> None:
        code, reason = int(CloseCode.NORMAL_CLOSURE), ""
        try:
            async with asyncio.TaskGroup() as tasks:
                reader = tasks.create_task(self._read(connection))
                pinger = tasks.create_task(self._ping(connection, pong_timeout_s))
                writer = tasks.create_task(self._write(connection))
                quitter = tasks.create_task(self._given_up.wait())
                renewal = tasks.create_task(self._until_renewal())
                await asyncio.wait((reader, pinger, quitter, renewal), return_when=asyncio.FIRST_COMPLETED)
                if pinger.done():
                    code, reason = CloseCode.PROTOCOL_ERROR, f"no pong within {pong_timeout_s:.0f} s"
                elif quitter.done():
                    code, reason = self._code_given_up, self._why_given_up
                for task in (reader, pinger, writer, quitter, renewal):
                    task.cancel()
        finally:
            if self._silent and isinstance(connection, _Connection):
                connection.left_open = True
                self._left_silent.append(connection)
            elif self._why_moved and isinstance(connection, _Connection):
                connection.left_open = True
                self._left_open[connection] = asyncio.create_task(_hear_nothing(connection))
            else:
                # Left by cancellation, the library would close with 1011: an error that did not happen.
                await _close(connection, code, reason)

    async def _until_renewal(self) -> None:
        await self._renewal.wait()
        await self.flushed()

    async def _context(self, target: LinkTarget) -> ssl.SSLContext:
        """The TLS of ``target``, made when it is not that of the time before, and beside the loop."""
        if self._tls is None or self._tls[0] != target:
            from chargepoint.adapters.tls import client_context

            self._tls = target, await asyncio.to_thread(client_context, target)
        return self._tls[1]

    async def _read(self, connection: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in connection:
                if isinstance(message, str):
                    self._hear(Received(message))
                else:
                    log.warning("a binary message of %d bytes was dropped: OCPP-J is text", len(message))
                if self.read_pause_s:
                    await asyncio.sleep(self.read_pause_s)

    async def _write(self, connection: ClientConnection) -> None:
        while True:
            text = await self._outgoing.get()
            try:
                with contextlib.suppress(ConnectionClosed):
                    await self._send(connection, text)
            finally:
                self._outgoing.done()

    async def _send(self, connection: ClientConnection, text: str) -> None:
        if isinstance(connection, _Connection):
            connection.active_at = connection.loop.time()
        size, pause_s = self.fragments
        if text.isascii() and not size:
            await connection.send(text)
            return
        # What is to be no UTF-8, by order, is in it as half a surrogate pair for each byte.
        message = text.encode(errors="surrogateescape")
        await connection.send(_in_fragments(message, size, pause_s) if size else message, text=True)

    async def _ping(self, connection: ClientConnection, pong_timeout_s: float) -> None:
        """Ping at the present pace, which counts from the moment it is set; returns when a pong is missing."""
        while True:
            self._pace_changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._ping_interval_s or None):
                    await self._pace_changed.wait()
                continue
            if self._silent:
                continue
            try:
                async with asyncio.timeout(pong_timeout_s):
                    await (await connection.ping())
            except (TimeoutError, ConnectionClosed):
                return


def _told_by(error: Exception) -> str:
    """Why there is no connection; a peer that is gone in the middle has asyncio raise an error without words."""
    if isinstance(error, ConnectionError) and not str(error):
        return "the central system broke off the handshake"
    return str(error) or type(error).__name__


def _authorization(target: LinkTarget) -> dict[str, str]:
    """HTTP Basic authentication (RFC 7617), if there is a password."""
    if target.password is None:
        return {}
    pair = base64.b64encode(target.user.encode() + b":" + target.password)
    return {"Authorization": f"Basic {pair.decode()}"}


def _tls_failure(error: Exception) -> LinkFailure | None:
    from chargepoint.adapters.tls import failure_of

    return failure_of(error)


class _Connection(AsSent, ClientConnection):
    """One whose handshake tells what has ended it: TLS 1.3 refuses our certificate only after its own handshake.

    ``left_open``: it is not closed when it is left. ``active_at``: when something was last on the wire.
    """

    LARGEST = LARGEST_READ
    left_open = False
    active_at = 0.0

    def process_event(self, event: ProtocolEvent) -> None:
        self.active_at = self.loop.time()
        super().process_event(event)

    async def handshake(
        self, additional_headers: HeadersLike | None = None, user_agent_header: str | None = None
    ) -> None:
        try:
            await super().handshake(additional_headers, user_agent_header)
        except WebSocketException as error:
            raise error from self.connection_exc or error.__cause__

    async def __aexit__(self, *raised: Any) -> None:
        if not self.left_open:
            await super().__aexit__(*raised)


class _Connect(connect):
    """Follows no redirection: a charge point talks to the central system it was configured for, or to none."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


def _watch_for_a_dead_peer(connection: ClientConnection) -> None:
    """TCP keep-alive, so that a peer without power is missed even while there are no pings."""
    wire: socket.socket = connection.transport.get_extra_info("socket")
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE") and wire.family is not socket.AF_UNIX:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEP_ALIVE_AFTER_S)
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEP_ALIVE_EVERY_S)
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, KEEP_ALIVE_PROBES)


def _status_line(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)


async def _in_fragments(message: bytes, size: int, pause_s: float) -> AsyncIterator[bytes]:
    for place in range(0, len(message), size):
        if place and pause_s:
            await asyncio.sleep(pause_s)
        yield message[place : place + size]


async def _hear_nothing(connection: ClientConnection) -> None:
    """Read on, so that pings are answered, until it is closed."""
    with contextlib.suppress(ConnectionClosed):
        async for _ in connection:
            pass


async def _close(connection: ClientConnection, code: int, reason: str) -> None:
    """Close in good order, or without any when the peer takes nothing any more."""
    try:
        async with asyncio.timeout(2 * CLOSE_TIMEOUT_S):
            await connection.close(code, reason)
    except TimeoutError:
        connection.transport.abort()
        await connection.wait_closed()


def _why_closed(closed: ConnectionClosed) -> str:
    ours = closed.sent is not None and not closed.rcvd_then_sent
    close = closed.sent if ours else closed.rcvd
    if close is None:
        return "the connection to the central system was lost"
    who = "the connection was closed" if ours else "the central system closed the connection"
    return f"{who}: {close.code} {close.reason}".rstrip()
