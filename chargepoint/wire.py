"""Websocket messages as they were sent, for either side: what is wrong with one is for the session to answer.

RFC 6455 fails a connection with 1007 over a text that is not UTF-8 (section 8.1), and the library with 1009 over one
that is too large. An OCPP-J peer is better told which of its frames was wrong, and its transaction goes on.
"""

from __future__ import annotations

from asyncio.sslproto import SSLProtocol
from collections.abc import Generator
from typing import Any, ClassVar

from websockets.asyncio.connection import Connection
from websockets.frames import BINARY, CONT, TEXT, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.streams import StreamReader
from websockets.typing import Data

LARGEST_SKIPPED = 2**30
"""Bytes of a frame that is read past. Behind a larger one a peer would be as good as dead: it ends the connection."""

TLS_BUFFER = 2**12
"""Bytes that are read at once of a connection with TLS: most messages of OCPP are shorter, others take a few reads.
asyncio reserves so many for each connection, and by itself 256 KiB: several times what all else of a charge point
needs."""


def spare_tls_buffers() -> None:
    """Let connections with TLS that begin from now on reserve ``TLS_BUFFER``."""
    SSLProtocol.max_size = TLS_BUFFER


def as_text(data: bytes) -> str:
    """``data`` as text; every byte that is not UTF-8 is half a surrogate pair (PEP 383), which no UTF-8 can say."""
    return data.decode(errors="surrogateescape")


class AsSent(Connection):
    """To stand before the library's connection of either side among the bases.

    Received is of a text what ``as_text`` makes of it, and of a message of more than ``LARGEST`` bytes one byte more
    than that: the rest is read past and kept nowhere. Open it with a ``max_size`` of ``LARGEST_SKIPPED``.
    """

    LARGEST: ClassVar[int] = 2**24
    closes_on_invalid_utf8 = False
    """Whether a text that is not UTF-8 ends the connection."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._kinds: list[Opcode] = []
        self._most = self._room = self.LARGEST + 1
        # Nothing has been read yet: the handshake is parsed from the new reader as it would have been from the old.
        self._reader = self.protocol.reader = _Reader(self._most)
        self.protocol.parser = self.protocol.parse()
        next(self.protocol.parser)

    def process_event(self, event: Request | Response | Frame) -> None:
        """Note what kind of message begins, which undecoded data does not tell, and cut one of many fragments."""
        if isinstance(event, Frame):
            opcode = event.opcode
            if opcode is TEXT or opcode is BINARY:
                self._kinds.append(opcode)
                self._room = self._most
                self._cut(event)
            elif opcode is CONT:
                self._cut(event)
        super().process_event(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over. The parser knows the protocol, which knows the parser, and the error that ended it where in the
        parser that was: circles that would be there until the garbage collector passes."""
        super().connection_lost(exc)
        self.protocol.parser.close()
        if self.protocol.parser_exc is not None:
            self.protocol.parser_exc.__traceback__ = None

    @property
    def between_messages(self) -> bool:
        """Whether every byte that came in is part of a message that was received, and the next begins a frame."""
        reader = self._reader
        return (
            reader.between_frames
            and not reader.buffer
            and not self._kinds
            and self.protocol.current_size is None
            and self.protocol.state is State.OPEN
        )

    def _cut(self, frame: Frame) -> None:
        size = len(frame.data)
        if size > self._room:
            frame.data, size = frame.data[: self._room], self._room
        self._room -= size

    async def recv(self, decode: bool | None = None) -> Any:
        """A text as ``str``, a binary message as ``bytes``."""
        data: Data = await super().recv(None if self.closes_on_invalid_utf8 else False)
        text = self._kinds.pop(0) is TEXT
        return as_text(data) if text and isinstance(data, bytes) else data


class _Reader(StreamReader):
    """One that keeps of a frame no more than ``most`` bytes. ``between_frames``: of the next none was read yet."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self.between_frames = False

    def at_eof(self) -> Generator[None, None, bool]:
        self.between_frames = True
        ended = yield from super().at_eof()
        self.between_frames = False
        return ended

    def read_exact(self, n: int) -> Generator[None, None, bytearray]:
        return super().read_exact(n) if n <= self._most else self._read_past(n)

    def _read_past(self, n: int) -> Generator[None, None, bytearray]:
        kept = yield from super().read_exact(self._most)
        left = n - self._most
        while left:
            left -= len((yield from super().read_exact(min(left, max(len(self.buffer), 1)))))
        return kept
