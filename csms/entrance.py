"""What a connection is made of: TLS, plain TCP, or whichever of the two its first byte says; changed at run time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import ssl
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast

from websockets.asyncio.server import ServerConnection
from websockets.server import ServerProtocol

from csms.link import Connection

HANDSHAKE_TIMEOUT_S = 60
"""Long enough for thousands that come back at once after a restart."""

_CLIENT_HELLO = b"\x16"
_WRONG_PORT = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
    b"this port speaks TLS: connect by wss://\n"
)

PARTING_S = 1.0
"""How long who is refused has time to hear why."""

log = logging.getLogger(__name__)

_last_words: ContextVar[bytearray] = ContextVar("last_words")
"""What TLS has to say of the connection that is made in this context, when it fails."""


class _Alerting(ssl.SSLObject):
    """One that keeps the alert of a handshake that fails: asyncio drops it with the connection."""

    outgoing: ssl.MemoryBIO
    last_words: bytearray

    def do_handshake(self) -> None:
        """Go on with it."""
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError:
            self.last_words += self.outgoing.read()
            raise


class AlertingContext(ssl.SSLContext):
    """TLS whose alerts arrive at the other end."""

    sslobject_class = _Alerting

    def wrap_bio(
        self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, *arguments: Any, **options: Any
    ) -> ssl.SSLObject:
        """The TLS of one connection."""
        made = super().wrap_bio(incoming, outgoing, *arguments, **options)
        assert isinstance(made, _Alerting)
        made.outgoing, made.last_words = outgoing, _last_words.get(bytearray())
        return made


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a connection is made: ``tls`` or, without, by TCP alone; ``plain``: by TCP alone as well."""

    tls: ssl.SSLContext | None = None
    plain: bool = False


class Entrance:
    """Makes the connections of one port, on the ``terms`` of the moment that a peer has come in."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._arriving: set[_Arrival] = set()

    def __call__(self, *arguments: Any, **options: Any) -> ServerConnection:
        """The protocol of a new connection, as ``serve(create_connection=...)`` wants it."""
        connection = Connection(*arguments, **options)
        if self.terms.tls is None:
            return connection
        # It has the two methods of a protocol until it has stepped back for the connection.
        return cast(ServerConnection, _Arrival(connection, self.terms.tls, self.terms.plain, self._arriving))

    def close(self) -> None:
        """Break off who has not said yet what it speaks."""
        for arrival in list(self._arriving):
            arrival.abort()


class _Arrival(asyncio.Protocol):
    """Stands in for a connection until it is known what it is made of."""

    def __init__(
        self, connection: ServerConnection, tls: ssl.SSLContext, plain: bool, arriving: set[_Arrival]
    ) -> None:
        self._connection = connection
        self._tls = tls
        self._plain = plain
        self._arriving = arriving
        self._loop = asyncio.get_running_loop()
        self._early = bytearray()
        self._upgrade: asyncio.Task[None] | None = None

    @property
    def protocol(self) -> ServerProtocol:
        """That of the connection: the library compares them."""
        return self._connection.protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Nothing is read: TLS has to find the first byte where it is."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.pause_reading()
        self._arriving.add(self)
        self._peer = transport.get_extra_info("peername")
        self._deadline = self._loop.call_later(HANDSHAKE_TIMEOUT_S, self._transport.abort)
        # The loop lets nobody else wait for a transport's own descriptor.
        self._socket = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
        self._loop.add_reader(self._socket, self._look)

    def data_received(self, data: bytes) -> None:
        """What TLS has deciphered before the connection has taken its place."""
        self._early += data

    def connection_lost(self, why: Exception | None) -> None:
        """It is not to be. Who is being refused closes in its own time."""
        if self in self._arriving and self._upgrade is None:
            self._leave()

    def abort(self) -> None:
        """Break it off."""
        self._transport.abort()

    def _look(self) -> None:
        try:
            first = self._socket.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            first = b""
        self._loop.remove_reader(self._socket)
        self._deadline.cancel()
        if first == _CLIENT_HELLO:
            self._upgrade = self._loop.create_task(self._speak_tls())
        elif first and self._plain:
            self._hand_over(self._transport)
            self._transport.resume_reading()
        elif first:
            log.warning("refused %s: it does not speak TLS", self._peer)
            self._refuse(_WRONG_PORT)
        else:
            self._transport.abort()

    async def _speak_tls(self) -> None:
        said = bytearray()
        token = _last_words.set(said)
        try:
            secure = await self._loop.start_tls(
                self._transport, self, self._tls, server_side=True, ssl_handshake_timeout=HANDSHAKE_TIMEOUT_S
            )
        except (ssl.SSLError, OSError) as error:
            log.warning("refused %s: TLS: %s", self._peer, _told(error))
            self._refuse(said)
            return
        finally:
            _last_words.reset(token)
        if secure is None or secure.is_closing():
            self._leave()
            return
        self._hand_over(secure)

    def _refuse(self, words: bytes | bytearray) -> None:
        """Say why, and close when the other end has: closed with something unread in it, TCP would take it back."""
        self._transport.abort()
        self._arriving.discard(self)
        line, loop = self._socket, self._loop

        def close() -> None:
            loop.remove_reader(line)
            line.close()

        def drain() -> None:
            try:
                over = not line.recv(65_536)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                over = True
            if over:
                deadline.cancel()
                close()

        deadline = loop.call_later(PARTING_S, close)
        with contextlib.suppress(OSError):
            line.send(words)
            line.shutdown(socket.SHUT_WR)
        loop.add_reader(line, drain)

    def _hand_over(self, transport: asyncio.Transport) -> None:
        self._leave()
        transport.set_protocol(self._connection)
        self._connection.connection_made(transport)
        if self._early:
            self._connection.data_received(bytes(self._early))

    def _leave(self) -> None:
        self._arriving.discard(self)
        self._deadline.cancel()
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()


def _told(error: Exception) -> str:
    """What went wrong, in OpenSSL's words but without its line numbers."""
    if isinstance(error, ssl.SSLError) and error.reason:
        detail = getattr(error, "verify_message", "")
        return error.reason.replace("_", " ").lower() + (f": {detail}" if detail else "")
    return str(error) or type(error).__name__
