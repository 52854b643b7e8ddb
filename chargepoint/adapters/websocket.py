"""The websocket to the central system (OCPP-J 1.6 sections 3 and 5): pinged, and made again after a loss."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.frames import CloseCode
from websockets.typing import Subprotocol

from chargepoint import waiting
from chargepoint.adapters.connection import (
    CLOSE_TIMEOUT_S,
    Connect,
    Connection,
    authorization,
    close,
    http_refusal,
    read_slowly,
    reset,
    tls_failure,
    told_by,
    watch_for_a_dead_peer,
    why_closed,
)
from chargepoint.adapters.link_events import Closed, Event, Opened, Received
from chargepoint.adapters.link_settings import LARGEST_READ, MESSAGES_AHEAD, BackOff, LinkSettings
from chargepoint.adapters.outgoing import Outgoing
from chargepoint.adapters.pings import Pings
from chargepoint.adapters.secured import Secured
from chargepoint.security.link import LinkFailure, LinkTarget
from chargepoint.wire import LARGEST_SKIPPED

if TYPE_CHECKING:
    from chargepoint.adapters.left_behind import LeftBehind

log = logging.getLogger(__name__)


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
        speed: float = 1.0,
    ) -> None:
        """``target``, ``back_off``, ``settings`` and ``refused`` (why there is to be no connection; "" for none) are
        asked before each connection: they may change. ``speed``: how many of the station's seconds, in which pauses
        are told, pass in one of ours."""
        self._target = target
        self._secured = Secured()
        self._renewal = waiting.Event()
        self._subprotocol = Subprotocol(subprotocol)
        self._hear = hear
        self._back_off = back_off
        self._settings = settings
        self._refused = refused
        self._speed = speed
        self._outgoing = Outgoing(speed)
        self._pings = Pings()
        self._read_pause_s: float | None = None
        self._silent = False
        self._left: LeftBehind | None = None
        self._why_moved = ""
        self._why_broken_off = ""
        self._given_up = waiting.Event()
        self._why_given_up = ""
        self._code_given_up = int(CloseCode.NORMAL_CLOSURE)
        self._connection: Connection | None = None
        self._read_connection: Connection | None = None

    def send(self, *texts: str) -> None:
        """Put ``texts`` on the wire in their turn; they are lost when the connection is."""
        self._outgoing.put(texts)

    def ping_every(self, interval_s: float) -> None:
        """Ping in this interval from now on; 0 is never."""
        self._pings.every(interval_s)

    def read_slowly(self, pause_s: float | None) -> None:
        """Wait for so long after a message before the next is read; None: take each as it comes in."""
        self._read_pause_s = pause_s
        self._listen()

    def give_up(self, reason: str, code: int = CloseCode.NORMAL_CLOSURE) -> None:
        """Close the connection, if there is one, and make it again as after any loss; the peer is told why."""
        self._why_given_up, self._code_given_up = reason, code
        self._given_up.set()

    def renew(self) -> None:
        """Close the connection when everything sent so far is on the wire, and make it again at once."""
        self._renewal.set()

    async def flushed(self) -> None:
        """Return when everything sent so far was handed to the system, or lost with its connection."""
        await self._outgoing.flushed()

    def abort(self) -> None:
        """Break the connection off, without a closing handshake; ``run`` is to be cancelled then."""
        if self._connection is not None:
            self._connection.transport.abort()

    def fall_silent(self, silent: bool) -> None:
        """Read nothing and ping no more, on a connection that stays; or go on. A new connection is not silent; a
        silent one that is given up stays open, as far as its peer can tell."""
        if silent is self._silent or self._connection is None:
            return
        self._silent = self._pings.paused = silent
        transport = self._connection.transport
        transport.pause_reading() if silent else transport.resume_reading()

    def break_off(self, reason: str) -> None:
        """Break the connection off, if there is one, and make it again as after any loss."""
        if self._connection is not None:
            self._why_broken_off = reason
            reset(self._connection)

    def move(self, reason: str) -> None:
        """Make another connection and leave the present one open, which says nothing more but pongs."""
        if self._connection is not None:
            self._why_moved = reason
            self._renewal.set()

    def drop_left_open(self) -> None:
        """Break off the connections that ``move`` has left."""
        if self._left is not None:
            self._left.drop_answering()

    @property
    def idle_s(self) -> float:
        """For how long nothing was on the wire; 0 without a connection."""
        connection = self._connection
        return connection.loop.time() - connection.active_at if connection is not None else 0.0

    async def run(self) -> None:
        """Connect, and connect again after every loss; cancel it to close in good order."""
        try:
            await self._connect_again_and_again()
        finally:
            if self._left is not None:
                self._left.drop()

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
            self._hear(Closed(refusal, by_order=True))
            return 0.0
        target = self._target()
        settings = self._settings()
        named = self._subprotocol if settings.subprotocol is None else Subprotocol(settings.subprotocol)
        began_at = asyncio.get_running_loop().time()
        try:
            async with Connect(
                target.url,
                additional_headers=authorization(target),
                ssl=await self._secured.context(target, resumes=settings.tls_session_resumption),
                subprotocols=[named] if named else None,
                compression="deflate" if settings.compression else None,
                ping_interval=None,
                open_timeout=settings.open_timeout_s,
                close_timeout=CLOSE_TIMEOUT_S,
                max_size=LARGEST_READ if settings.compression else LARGEST_SKIPPED,
                max_queue=MESSAGES_AHEAD,
                proxy=settings.proxy or None,
                user_agent_header=None,
                create_connection=Connection,
            ) as connection:
                assert isinstance(connection, Connection)
                self._connection = connection
                self._silent = self._pings.paused = False
                connection.closes_on_invalid_utf8 = settings.closes_on_invalid_utf8
                if connection.subprotocol is None and settings.subprotocol_required and named:
                    reason = f"{target.url} does not say that it speaks {named}"
                else:
                    watch_for_a_dead_peer(connection)
                    opened_at = connection.loop.time()
                    self._outgoing.lose()
                    self._given_up.clear()
                    self._renewal.clear()
                    self._outgoing.connection = connection
                    self._hear(Opened(opened_at - began_at))
                    await self._live(connection, settings.pong_timeout_s)
                    self._secured.ended(connection)
                    silent = f"the silent connection was given up: {self._why_given_up}"
                    moved = self._why_moved or (silent if self._silent else "")
                    reason = self._why_broken_off or moved or why_closed(connection.close_exc)
        except InvalidStatus as error:
            reason = f"{target.url} refuses the connection: {http_refusal(error.response)}"
            if error.response.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                why = LinkFailure.UNAUTHORIZED
        except (WebSocketException, OSError, UnicodeError) as error:
            reason = f"{target.url}: {told_by(error, secure=target.secure)}"
            why = tls_failure(error) if target.secure else None
        self._connection = self._outgoing.connection = None
        by_order, self._why_broken_off, self._why_moved = bool(self._why_broken_off or self._why_moved), "", ""
        self._outgoing.lose()
        self._hear(Closed(reason, why, by_order))
        return asyncio.get_running_loop().time() - opened_at if opened_at is not None else 0.0

    async def _live(self, connection: Connection, pong_timeout_s: float) -> None:
        code, reason = int(CloseCode.NORMAL_CLOSURE), ""
        self._read_connection = connection
        self._listen()
        try:
            async with waiting.TaskGroup() as tasks:
                reader = tasks.create_task(self._read(connection))
                pinger = tasks.create_task(self._pings.until_unanswered(connection, pong_timeout_s))
                writer = tasks.create_task(self._outgoing.write(connection))
                quitter = tasks.create_task(self._given_up.wait())
                renewal = tasks.create_task(self._until_renewal())
                await asyncio.wait((reader, pinger, quitter, renewal), return_when=asyncio.FIRST_COMPLETED)
                if pinger.done():
                    code, reason = CloseCode.PROTOCOL_ERROR, f"no pong within {pong_timeout_s:.0f} s"
                    self._why_given_up = reason
                elif quitter.done():
                    code, reason = self._code_given_up, self._why_given_up
                for task in (reader, pinger, writer, quitter, renewal):
                    task.cancel()
        finally:
            connection.hear = self._read_connection = None
            if self._silent:
                connection.left_open = True
                self._left_behind().silent(connection)
            elif self._why_moved:
                connection.left_open = True
                self._left_behind().answering(connection)
            else:
                # Left by cancellation, the library would close with 1011: an error that did not happen.
                await close(connection, code, reason)

    def _left_behind(self) -> LeftBehind:
        if self._left is None:
            # Loaded here: few connections are ever left so.
            from chargepoint.adapters.left_behind import LeftBehind

            self._left = LeftBehind()
        return self._left

    async def _until_renewal(self) -> None:
        await self._renewal.wait()
        await self.flushed()

    def _listen(self) -> None:
        """Be told of texts as they come in, unless each is to be waited after."""
        if self._read_connection is not None:
            self._read_connection.hear = self._received if self._read_pause_s is None else None

    def _received(self, text: str) -> None:
        self._hear(Received(text))

    async def _read(self, connection: Connection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in connection:
                if isinstance(message, str):
                    self._received(message)
                else:
                    log.warning("a binary message of %d bytes was dropped: OCPP-J is text", len(message))
                if self._read_pause_s:
                    await read_slowly(connection, self._read_pause_s / self._speed)
