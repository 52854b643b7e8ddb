"""One network connection as the broker sees it: what it still has to be sent, and why it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launcher.broker.decoder import Decoder
from launcher.broker.encoder import encode, encode_publish
from launcher.broker.packets import Message, Packet, Will

if TYPE_CHECKING:
    from launcher.broker.session import Session

ORDERLY = "DISCONNECT"
"""How a connection ends that needs no explanation."""


class Outbox:
    """The connections with something to be sent or to be closed, and those that were given too much."""

    __slots__ = ("bytes", "connections", "overrun")

    def __init__(self) -> None:
        self.bytes = 0
        self.connections: dict[Connection, None] = {}
        self.overrun: list[Connection] = []


class Connection:
    """What one client is to be sent and when it was last heard.

    While its reader is too slow (``writable`` is False) QoS 0 messages are dropped; of those published retained
    the last one of each topic is owed, so that a reader that catches up sees things as they are and not as they
    were. Above ``backlog_bytes_max`` nothing more is taken and the connection is to be given up.
    """

    __slots__ = (
        "_backlog_bytes",
        "_backlog_bytes_max",
        "_frames",
        "_outbox",
        "_owed",
        "decoder",
        "dropped",
        "ended",
        "heard_at",
        "overrun",
        "patience_s",
        "session",
        "will",
        "writable",
    )

    def __init__(
        self,
        outbox: Outbox,
        *,
        heard_at: float,
        patience_s: float,
        packet_bytes_max: int,
        backlog_bytes_max: int,
    ) -> None:
        self.decoder = Decoder(packet_bytes_max)
        self.session: Session | None = None
        """None until CONNECT is accepted."""
        self.will: Will | None = None
        self.heard_at = heard_at
        self.patience_s = patience_s
        """How long after ``heard_at`` the connection is taken for dead."""
        self.writable = True
        self.dropped = 0
        """QoS 0 messages not written since the client reads too slowly."""
        self.ended: str | None = None
        """Why it is over, once it is."""
        self._outbox = outbox
        self._frames: list[bytes] = []
        self._owed: dict[str, Message] = {}
        self._backlog_bytes = 0
        self._backlog_bytes_max = backlog_bytes_max
        self.overrun = False

    def __str__(self) -> str:
        return "a client before CONNECT" if self.session is None else f"client {self.session.client_id!r:.80}"

    def write(self, frame: bytes) -> None:
        """Add the bytes of one packet to what is sent next."""
        if self.overrun:
            return
        self._frames.append(frame)
        self._outbox.connections[self] = None
        self._outbox.bytes += len(frame)
        self._count(len(frame))

    def send(self, packet: Packet) -> None:
        """Add one packet to what is sent next."""
        self.write(encode(packet))

    def end(self, why: str) -> None:
        """Have the connection closed once what was written is sent."""
        self.ended = why
        self._outbox.connections[self] = None

    def owe(self, message: Message) -> None:
        """Keep the state that ``message`` publishes for when the client reads again, instead of the one before."""
        if self.overrun:
            return
        if (outdated := self._owed.get(message.topic)) is not None:
            self._backlog_bytes -= outdated.size_bytes
        self._owed[message.topic] = message
        self._count(message.size_bytes)

    def settle(self) -> None:
        """Write what is owed: the client reads again."""
        self.dropped = 0
        owed, self._owed = self._owed, {}
        for message in owed.values():
            self._backlog_bytes -= message.size_bytes
            self.write(encode_publish(message, 0))

    def take(self) -> bytes:
        """All that has been written since the last time."""
        data = b"".join(self._frames)
        self._frames.clear()
        self._backlog_bytes -= len(data)
        return data

    def give_up(self) -> None:
        """Drop everything: the client does not take what it asked for."""
        if not self.overrun:
            self.overrun = True
            self._frames.clear()
            self._owed.clear()
            self._outbox.overrun.append(self)

    def _count(self, size_bytes: int) -> None:
        self._backlog_bytes += size_bytes
        if self._backlog_bytes > self._backlog_bytes_max:
            self.give_up()
