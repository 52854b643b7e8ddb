"""The broker on the network: sockets, the clock, and as few writes as possible."""

from __future__ import annotations

import asyncio
import logging
import os

from launcher.addresses import LOOPBACK
from launcher.broker.broker import Broker
from launcher.broker.connection import ORDERLY, Connection
from launcher.broker.limits import Limits

_FLUSH_BYTES = 1 << 18
_TICK_S = 1.0
_CLOSE_TIMEOUT_S = 2.0
_LISTEN_BACKLOG = 4096

_log = logging.getLogger(__name__)


class Server:
    """An MQTT broker listening on one address.

    What is to be sent is gathered until the end of the event loop's turn and written once for each connection:
    this, more than the cost of a packet, decides how many small messages go through.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        # A name from before a restart must not be given to another client.
        self.broker = Broker(self.limits, nameless=f"auto-{os.urandom(4).hex()}")
        self._transports: dict[Connection, asyncio.Transport] = {}
        self._listener: asyncio.Server | None = None
        self._tick_handle: asyncio.TimerHandle | None = None
        self._flush_scheduled = False
        self._closing = False
        self._empty = asyncio.Event()

    @property
    def port(self) -> int:
        """The port listened on, also when 0 was asked for; only between start and close."""
        assert self._listener is not None
        port: int = self._listener.sockets[0].getsockname()[1]
        return port

    async def start(self, port: int, bind: str = LOOPBACK) -> None:
        """Listen; raises OSError when the address cannot be had."""
        self._loop = asyncio.get_running_loop()
        self._listener = await self._loop.create_server(lambda: _Client(self), bind, port, backlog=_LISTEN_BACKLOG)
        self._tick_handle = self._loop.call_later(_TICK_S, self._tick)

    async def close(self) -> None:
        """Stop listening and close every connection.

        No will is published on the way: it would tell those closed last that the first ones are dead.
        """
        self._closing = True
        if self._listener is not None:
            self._listener.close()
        if self._tick_handle is not None:
            self._tick_handle.cancel()
        self.broker.say_goodbye()
        self._flush()
        for transport in self._transports.values():
            transport.close()
        if not self._transports:
            return
        try:
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._empty.wait()
        except TimeoutError:
            for transport in self._transports.values():
                transport.abort()
            await self._empty.wait()

    # -- called by the clients ------------------------------------------------------------------------------

    def opened(self, transport: asyncio.Transport) -> Connection:
        """A client has come."""
        connection = self.broker.connected(self._loop.time())
        self._transports[connection] = transport
        self._empty.clear()
        return connection

    def received(self, connection: Connection, data: bytes) -> None:
        """A client has said something."""
        self.broker.received(connection, data, self._loop.time())
        if self.broker.outgoing_bytes > _FLUSH_BYTES:
            self._flush()
        else:
            self.flush_soon()

    def lost(self, connection: Connection) -> None:
        """A client is gone."""
        del self._transports[connection]
        if not self._transports:
            self._empty.set()
        if not self._closing:
            self.broker.lost(connection, self._loop.time())
            self.flush_soon()

    def drained(self, connection: Connection) -> None:
        """A client reads again."""
        self.broker.drained(connection, self._loop.time())
        self.flush_soon()

    def flush_soon(self) -> None:
        """Write what the broker has to say when this turn of the loop is over."""
        if not self._flush_scheduled:
            self._flush_scheduled = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_scheduled = False
        for connection in self.broker.take_outgoing():
            data = connection.take()
            transport = self._transports.get(connection)
            if transport is None:
                continue
            if data and not transport.is_closing():
                transport.write(data)
            if connection.ended is not None:
                if connection.ended != ORDERLY:
                    _log.warning("%s: %s", connection, connection.ended)
                # Whoever does not even take its last bytes would keep the socket open for ever.
                if transport.get_write_buffer_size():
                    transport.abort()
                else:
                    transport.close()

    def _tick(self) -> None:
        self._tick_handle = self._loop.call_later(_TICK_S, self._tick)
        self.broker.tick(self._loop.time())
        self._flush()


class _Client(asyncio.Protocol):
    """One socket: passes on what the event loop says."""

    __slots__ = ("_connection", "_server", "_transport")

    _connection: Connection
    _transport: asyncio.Transport

    def __init__(self, server: Server) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        buffer_bytes = self._server.limits.buffer_bytes
        transport.set_write_buffer_limits(high=buffer_bytes, low=buffer_bytes // 4)
        self._transport = transport
        self._connection = self._server.opened(transport)

    def data_received(self, data: bytes) -> None:
        self._server.received(self._connection, data)

    def pause_writing(self) -> None:
        # Who does not read is not heard either: its requests would only add to what it does not take.
        self._transport.pause_reading()
        self._server.broker.blocked(self._connection)

    def resume_writing(self) -> None:
        self._transport.resume_reading()
        if self._connection.dropped:
            _log.warning(
                "%s: missed %d QoS 0 messages, it read too slowly", self._connection, self._connection.dropped
            )
        self._server.drained(self._connection)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.lost(self._connection)
