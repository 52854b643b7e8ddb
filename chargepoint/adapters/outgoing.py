"""What a station says, on its way to the wire: at once where that is possible, otherwise each text in its turn."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from chargepoint import waiting
from chargepoint.adapters import short_texts
from chargepoint.adapters.connection import Connection
from chargepoint.fragments import InFragments


class Outgoing:
    """The texts that one station says, whatever connection there is."""

    __slots__ = ("_speed", "_waiting", "connection")

    def __init__(self, speed: float = 1.0) -> None:
        """``speed``: how many of the station's seconds pass in one of ours."""
        self._speed = speed
        self.connection: Connection | None = None
        """Where texts go at once; None: they wait, or are lost with what waits."""
        self._waiting: waiting.Queue[str] = waiting.Queue()

    def put(self, texts: Sequence[str]) -> None:
        """Put ``texts`` on the wire in their turn; they are lost when the connection is."""
        if not self._written_at_once(texts):
            for text in texts:
                self._waiting.put(text)

    def _written_at_once(self, texts: Sequence[str]) -> bool:
        """Write ``texts`` in one piece, if nothing has to be waited for: they need neither a task nor their turn."""
        connection = self.connection
        if connection is None or not self._waiting.idle:
            return False
        protocol, transport = connection.protocol, connection.transport
        if protocol.state is not State.OPEN or protocol.extensions:
            return False
        if transport.is_closing() or transport.get_write_buffer_size():
            return False
        for text in texts:
            if len(text) > short_texts.LONGEST or not text.isascii() or isinstance(text, InFragments):
                return False
        connection.active_at = connection.loop.time()
        transport.write(b"".join(map(short_texts.written, texts)))
        return True

    def lose(self) -> None:
        """What still waits is lost, with its connection."""
        self._waiting.drain()

    async def flushed(self) -> None:
        """Return when everything put so far was handed to the system, or lost with its connection."""
        await self._waiting.join()

    async def write(self, connection: Connection) -> None:
        """Send what waits, one after the other, until it is cancelled."""
        while True:
            text = await self._waiting.get()
            try:
                with contextlib.suppress(ConnectionClosed):
                    await self._send(connection, text)
            finally:
                self._waiting.done()

    async def _send(self, connection: Connection, text: str) -> None:
        connection.active_at = connection.loop.time()
        pieces = text if isinstance(text, InFragments) else None
        if text.isascii() and pieces is None:
            await connection.send(text)
            return
        # What is to be no UTF-8, by order, is in it as half a surrogate pair for each byte.
        message = text.encode(errors="surrogateescape")
        await connection.send(self._pieces(message, pieces.size, pieces.pause_s) if pieces else message, text=True)

    async def _pieces(self, message: bytes, size: int, pause_s: float) -> AsyncIterator[bytes]:
        """``message`` in pieces of ``size`` bytes, with a pause between two."""
        for place in range(0, len(message), size):
            if place and pause_s:
                await asyncio.sleep(pause_s / self._speed)
            yield message[place : place + size]
