"""The websocket to the central system (OCPP-J 1.6 sections 3 and 5): pinged, and made again after a loss."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from websockets.asyncio.client import ClientConnection, connect
from websockets.datastructures import HeadersLike
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.frames import CloseCode
from websockets.typing import Subprotocol

from chargepoint.security.link import LinkFailure, LinkTarget

if TYPE_CHECKING:
    import ssl

log = logging.getLogger(__name__)

OPEN_TIMEOUT_S = 30.0
CLOSE_TIMEOUT_S = 2.0
PONG_TIMEOUT_S = 20.0
PINGS_OFF_S = 10.0
"""How often the configuration is looked at while it says that there are no pings."""

LARGEST_MESSAGE = 2**20


@dataclass(frozen=True, slots=True)
class Opened:
    """The connection is up."""


@dataclass(frozen=True, slots=True)
class Received:
    """A text message of the central system."""

    text: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection is gone, or could not be made; ``reason`` in words, ``why`` when security is the reason."""

    reason: str
    why: LinkFailure | None = None


Event = Opened | Received | Closed


@dataclass(frozen=True, slots=True)
class BackOff:
    """How long to wait before attempt n (from 0) to connect again: OCPP 2.0.1 J01, for all versions."""

    wait_minimum_s: float
    repeat_times: int
    random_range_s: float

    def wait_s(self, attempt: int, draw: Callable[[], float]) -> float:
        """``draw`` gives a number of 0 to 1, anew each time, so that a fleet does not come back as one."""
        doubled: float = self.wait_minimum_s * 2.0 ** min(attempt, self.repeat_times)
        return doubled + self.random_range_s * draw()


class Websocket:
    """One station's connection, made again and again until ``run`` is cancelled; what happens goes to ``hear``."""

    def __init__(
        self,
        target: Callable[[], LinkTarget],
        subprotocol: str,
        hear: Callable[[Event], None],
        back_off: Callable[[], BackOff],
        ping_interval_s: Callable[[], float],
    ) -> None:
        """``target``, ``back_off`` and ``ping_interval_s`` are asked each time: the configuration may change them."""
        self._target = target
        self._tls: tuple[LinkTarget, ssl.SSLContext] | None = None
        self._renewal = asyncio.Event()
        self._subprotocol = Subprotocol(subprotocol)
        self._hear = hear
        self._back_off = back_off
        self._ping_interval_s = ping_interval_s
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()

    def send(self, text: str) -> None:
        """Put ``text`` on the wire in its turn; it is lost when the connection is."""
        self._outgoing.put_nowait(text)

    def renew(self) -> None:
        """Close the connection when everything sent so far is on the wire, and make it again at once."""
        self._renewal.set()

    async def flushed(self) -> None:
        """Return when everything sent so far was handed to the system, or lost with its connection."""
        await self._outgoing.join()

    async def run(self) -> None:
        """Connect, and connect again after every loss; cancel it to close in good order."""
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
        target = self._target()
        try:
            async with _Connect(
                target.url,
                additional_headers=_authorization(target),
                ssl=await self._context(target) if target.secure else None,
                subprotocols=[self._subprotocol],
                compression=None,
                ping_interval=None,
                open_timeout=OPEN_TIMEOUT_S,
                close_timeout=CLOSE_TIMEOUT_S,
                max_size=LARGEST_MESSAGE,
                proxy=None,
                user_agent_header=None,
                create_connection=_Connection,
            ) as connection:
                if connection.subprotocol != self._subprotocol:
                    reason = f"{target.url} does not speak {self._subprotocol}"
                else:
                    opened_at = connection.loop.time()
                    self._lose_unsent()
                    self._renewal.clear()
                    self._hear(Opened())
                    await self._live(connection)
                    reason = _why_closed(connection.close_exc)
        except InvalidStatus as error:
            reason = f"{target.url} refuses the connection: HTTP {error.response.status_code}"
            if error.response.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                why = LinkFailure.UNAUTHORIZED
        except (WebSocketException, OSError, UnicodeError) as error:
            reason = f"{target.url}: {error or type(error).__name__}"
            why = _tls_failure(error) if target.secure else None
        self._lose_unsent()
        self._hear(Closed(reason, why))
        return asyncio.get_running_loop().time() - opened_at if opened_at is not None else 0.0

    async def _live(self, connection: ClientConnection) -> None:
        code, reason = CloseCode.NORMAL_CLOSURE, ""
        try:
            async with asyncio.TaskGroup() as tasks:
                reader = tasks.create_task(self._read(connection))
                pinger = tasks.create_task(self._ping(connection))
                writer = tasks.create_task(self._write(connection))
                renewal = tasks.create_task(self._until_renewal())
                await asyncio.wait((reader, pinger, renewal), return_when=asyncio.FIRST_COMPLETED)
                if pinger.done():
                    code, reason = CloseCode.PROTOCOL_ERROR, f"no pong within {PONG_TIMEOUT_S:.0f} s"
                for task in (reader, pinger, writer, renewal):
                    task.cancel()
        finally:
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

    async def _write(self, connection: ClientConnection) -> None:
        while True:
            text = await self._outgoing.get()
            try:
                with contextlib.suppress(ConnectionClosed):
                    await connection.send(text)
            finally:
                self._outgoing.task_done()

    async def _ping(self, connection: ClientConnection) -> None:
        """Ping as the configuration says; returns when a pong is missing."""
        while True:
            interval_s = self._ping_interval_s()
            await asyncio.sleep(interval_s or PINGS_OFF_S)
            if not interval_s:
                continue
            try:
                async with asyncio.timeout(PONG_TIMEOUT_S):
                    await (await connection.ping())
            except (TimeoutError, ConnectionClosed):
                return

    def _lose_unsent(self) -> None:
        while not self._outgoing.empty():
            self._outgoing.get_nowait()
            self._outgoing.task_done()


def _authorization(target: LinkTarget) -> dict[str, str]:
    """HTTP Basic authentication (RFC 7617), if there is a password."""
    if target.password is None:
        return {}
    pair = base64.b64encode(target.user.encode() + b":" + target.password)
    return {"Authorization": f"Basic {pair.decode()}"}


def _tls_failure(error: Exception) -> LinkFailure | None:
    from chargepoint.adapters.tls import failure_of

    return failure_of(error)


class _Connection(ClientConnection):
    """One whose handshake tells what has ended it: TLS 1.3 refuses our certificate only after its own handshake."""

    async def handshake(
        self, additional_headers: HeadersLike | None = None, user_agent_header: str | None = None
    ) -> None:
        try:
            await super().handshake(additional_headers, user_agent_header)
        except WebSocketException as error:
            raise error from self.connection_exc or error.__cause__


class _Connect(connect):
    """Follows no redirection: a charge point talks to the central system it was configured for, or to none."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def _close(connection: ClientConnection, code: CloseCode, reason: str) -> None:
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
