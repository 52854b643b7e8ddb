"""One websocket connection of a station: how it is made, watched and closed, and why there is none, in words."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.datastructures import HeadersLike
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.protocol import Event as ProtocolEvent

from chargepoint.adapters.link_settings import LARGEST_READ
from chargepoint.security.link import LinkFailure, LinkTarget
from chargepoint.wire import AsSent

CLOSE_TIMEOUT_S = 2.0
KEEP_ALIVE_AFTER_S, KEEP_ALIVE_EVERY_S, KEEP_ALIVE_PROBES = 120, 20, 3


def told_by(error: Exception, *, secure: bool = False) -> str:
    """Why there is no connection; a peer that is gone in the middle has asyncio raise an error without words."""
    if secure and (words := _in_words(error)):
        return words
    if isinstance(error, ConnectionError) and not str(error):
        return "the central system broke off the handshake"
    return str(error) or type(error).__name__


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

    ``left_open``: it is not closed when it is left. ``active_at``: when something was last on the wire.
    """

    LARGEST = LARGEST_READ
    left_open = False
    active_at = 0.0

    def process_event(self, event: ProtocolEvent) -> None:
        """Something came in."""
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


def status_line(code: int) -> str:
    """An HTTP status as people read it: ``404 Not Found``."""
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)


async def in_fragments(message: bytes, size: int, pause_s: float) -> AsyncIterator[bytes]:
    """``message`` in pieces of ``size`` bytes, with a pause between two."""
    for place in range(0, len(message), size):
        if place and pause_s:
            await asyncio.sleep(pause_s)
        yield message[place : place + size]


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
    return f"{who}: {close.code} {close.reason}".rstrip()
