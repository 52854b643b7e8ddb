"""One websocket connection of a station: how it is made, watched and closed, and why there is none, in words."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import struct
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.datastructures import HeadersLike
from websockets.exceptions import ConnectionClosed, InvalidMessage, WebSocketException
from websockets.http11 import Response
from websockets.protocol import Event as ProtocolEvent

from chargepoint.adapters import short_texts
from chargepoint.adapters.link_settings import LARGEST_READ
from chargepoint.api.errors import shown
from chargepoint.security.link import LinkFailure, LinkTarget
from chargepoint.wire import AsSent

CLOSE_TIMEOUT_S = 2.0
SMALL_WINDOW = 2048
AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: closing a socket resets its connection."""

READ_AT_ONCE = 2**16
KEEP_ALIVE_AFTER_S, KEEP_ALIVE_EVERY_S, KEEP_ALIVE_PROBES = 120, 20, 3


def told_by(error: Exception, *, secure: bool = False) -> str:
    """Why there is no connection; a peer that is gone in the middle has asyncio raise an error without words."""
    if secure and (words := _in_words(error)):
        return words
    cause = error.__cause__ if isinstance(error, InvalidMessage) else error
    if isinstance(cause, ConnectionError) and (error is not cause or not str(error)):
        return "the central system broke off the handshake" + (f": {cause.strerror}" if cause.strerror else "")
    if isinstance(cause, EOFError):
        return "the central system closed the connection in place of an answer to the handshake"
    return _on_one_line(str(error)) or type(error).__name__


def authorization(target: LinkTarget) -> dict[str, str]:
    """HTTP Basic authentication (RFC 7617), if there is a password."""
    if target.password is None:
        return {}
    pair = base64.b64encode(target.user.encode() + b":" + target.password)
    return {"Authorization": f"Basic {pair.decode()}"}


def _in_words(error: Exception) -> str:
    from chargepoint.adapters.tls import words_of  # as below

    return words_of(error)


def tls_failure(error: Exception) -> LinkFailure | None:
    """What of TLS has failed, if it did."""
    # Loaded here: most stations use none.
    from chargepoint.adapters.tls import failure_of

    return failure_of(error)


class Connection(AsSent, ClientConnection):
    """One whose handshake tells what has ended it: TLS 1.3 refuses our certificate only after its own handshake.

    ``hear`` is told of most texts as they come in, each in its turn; None, or another message: ``recv`` has it.
    ``left_open``: it is not closed when it is left. ``active_at``: when something was last on the wire.
    """

    LARGEST = LARGEST_READ
    hear: Callable[[str], None] | None = None
    left_open = False
    active_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is up."""
        super().connection_made(transport)
        if hasattr(transport, "max_size"):
            # For 256 KiB at a time, as asyncio reads, the system is asked for memory each time, and given it back.
            transport.max_size = READ_AT_ONCE

    def data_received(self, data: bytes) -> None:
        """Something came in."""
        place = 0
        while self.hear is not None and self.between_messages and (found := short_texts.read(data, place)):
            text, place = found
            self.active_at = self.loop.time()
            self.hear(text)
            if place == len(data):
                return
        super().data_received(data[place:])

    def process_event(self, event: ProtocolEvent) -> None:
        """A frame came in."""
        self.active_at = self.loop.time()
        super().process_event(event)

    async def handshake(
        self, additional_headers: HeadersLike | None = None, user_agent_header: str | None = None
    ) -> None:
        """Make it, and tell what really went wrong."""
        try:
            await super().handshake(additional_headers, user_agent_header)
        except WebSocketException as error:
            raise error from self.connection_exc or error.__cause__

    async def __aexit__(self, *raised: Any) -> None:
        if not self.left_open:
            await super().__aexit__(*raised)


class Connect(connect):
    """Follows no redirection: a charge point talks to the central system it was configured for, or to none."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Whether to connect elsewhere: no."""
        return exc


def watch_for_a_dead_peer(connection: ClientConnection) -> None:
    """TCP keep-alive, so that a peer without power is missed even while there are no pings."""
    wire: socket.socket = connection.transport.get_extra_info("socket")
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE") and wire.family is not socket.AF_UNIX:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEP_ALIVE_AFTER_S)
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEP_ALIVE_EVERY_S)
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, KEEP_ALIVE_PROBES)


def reset(connection: ClientConnection) -> None:
    """Break off with a TCP reset, and not in the good order in which a system ends the connections of a process."""
    # It may be gone already.
    with contextlib.suppress(OSError):
        connection.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    connection.transport.abort()


async def read_slowly(connection: ClientConnection, pause_s: float) -> None:
    """Pause, in which the peer soon finds that nothing more is taken: TCP's window is a small device's."""
    wire: socket.socket = connection.transport.get_extra_info("socket")
    usual = 0
    # It may be gone already, or when the pause is over.
    with contextlib.suppress(OSError):
        usual = wire.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_WINDOW)
    try:
        await asyncio.sleep(pause_s)
    finally:
        with contextlib.suppress(OSError):
            # Linux keeps twice of what it is told.
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, usual // 2)


def http_refusal(response: Response) -> str:
    """What an HTTP server says in place of a websocket, as people read it: ``HTTP 404 Not Found``."""
    code, location = response.status_code, response.headers.get("Location", "")
    try:
        status = f"HTTP {code} {HTTPStatus(code).phrase}"
    except ValueError:
        return f"HTTP {code}"
    # Whoever configured the old place finds the new one here; the charge point itself does not go there.
    return f"{status}, to {shown(location)}" if 300 <= code < 400 and location else status


async def hear_nothing(connection: ClientConnection) -> None:
    """Read on, so that pings are answered, until it is closed."""
    with contextlib.suppress(ConnectionClosed):
        async for _ in connection:
            pass


async def close(connection: ClientConnection, code: int, reason: str) -> None:
    """Close in good order, or without any when the peer takes nothing any more."""
    try:
        async with asyncio.timeout(2 * CLOSE_TIMEOUT_S):
            await connection.close(code, reason)
    except TimeoutError:
        connection.transport.abort()
        await connection.wait_closed()


def why_closed(closed: ConnectionClosed) -> str:
    """Who has closed a connection, and with which words."""
    ours = closed.sent is not None and not closed.rcvd_then_sent
    close = closed.sent if ours else closed.rcvd
    if close is None:
        return "the connection to the central system was lost"
    who = "the connection was closed" if ours else "the central system closed the connection"
    return f"{who}: {close.code} {_on_one_line(close.reason)}".rstrip()


def _on_one_line(said: str) -> str:
    """What a peer has said, as it can be shown on a terminal and put into XML."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in said)
