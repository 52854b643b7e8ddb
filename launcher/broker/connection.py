"""One network connection as the broker sees it: what it still has to be sent, and why it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launcher.broker.aliases import TopicAliases
from launcher.broker.decoder import PACKET_BYTES_MAX, Decoder
from launcher.broker.delivery import Delivery
from launcher.broker.encoder import encode
from launcher.broker.packets import Disconnect, Packet, Will
from launcher.broker.properties import Properties
from launcher.broker.reason_codes import ProtocolError, ReasonCode

if TYPE_CHECKING:
    from launcher.broker.session import Session

_NO_RECEIVE_MAXIMUM = 0xFFFF

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
        "accepts_bytes",
        "aliases",
        "decoder",
        "dropped",
        "ended",
        "heard_at",
        "level",
        "overrun",
        "patience_s",
        "receive_maximum",
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
        self.level = 4
        """The protocol level that is spoken."""
        self.session: Session | None = None
        """None until CONNECT is accepted."""
        self.receive_maximum = _NO_RECEIVE_MAXIMUM
        """So many messages with QoS 1 the client takes before it acknowledges one."""
        self.accepts_bytes = PACKET_BYTES_MAX
        """The largest packet that the client takes."""
        self.aliases: TopicAliases | None = None
        """Once the client uses some."""
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
        self._owed: dict[str, Delivery] = {}
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
        outbox, size_bytes = self._outbox, len(frame)
        outbox.connections[self] = None
        outbox.bytes += size_bytes
        self._backlog_bytes += size_bytes
        if self._backlog_bytes > self._backlog_bytes_max:
            self.give_up()

    def send(self, packet: Packet) -> None:
        """Add one packet to what is sent next; ProtocolError if the client does not take one so large."""
        frame = encode(packet, self.level)
        if len(frame) > self.accepts_bytes:
            why = f"an answer of {len(frame)} bytes, and the client takes {self.accepts_bytes} [MQTT5-3.1.2-24]"
            raise ProtocolError(why, ReasonCode.PACKET_TOO_LARGE)
        self.write(frame)

    def publish(self, delivery: Delivery, now: float, qos: int = 0, *, dup: bool = False, packet_id: int = 0) -> bool:
        """Send a message, or keep it in mind while the client is too slow; False if it is too large for it."""
        if not self.writable:
            self.owe(delivery)
            return True
        return self.write_if_taken(delivery.frame(self.level, qos, now, dup=dup, packet_id=packet_id))

    def write_if_taken(self, frame: bytes) -> bool:
        """Add a PUBLISH to what is sent next; without a word and False if it is too large [MQTT5-3.1.2-25]."""
        if len(frame) > self.accepts_bytes:
            return False
        self.write(frame)
        return True

    def say_goodbye(self, reason_code: ReasonCode, why: str) -> None:
        """Tell a client of MQTT 5 why its connection ends; the others are not told."""
        if self.level < 5 or self.session is None:
            return
        in_words = encode(Disconnect(reason_code, Properties(reason_string=why)), self.level)
        without = encode(Disconnect(reason_code), self.level)
        if frame := next((frame for frame in (in_words, without) if len(frame) <= self.accepts_bytes), None):
            self.write(frame)

    def end(self, why: str) -> None:
        """Have the connection closed once what was written is sent."""
        self.ended = why
        self._outbox.connections[self] = None

    def owe(self, delivery: Delivery) -> None:
        """Keep the state that is published for when the client reads again, instead of the one before."""
        if self.overrun:
            return
        message = delivery.message
        if (outdated := self._owed.get(message.topic)) is not None:
            self._backlog_bytes -= outdated.message.size_bytes
        self._owed[message.topic] = delivery
        self._backlog_bytes += message.size_bytes
        if self._backlog_bytes > self._backlog_bytes_max:
            self.give_up()

    def settle(self, now: float) -> None:
        """Write what is owed: the client reads again."""
        self.dropped = 0
        owed, self._owed = self._owed, {}
        for delivery in owed.values():
            self._backlog_bytes -= delivery.message.size_bytes
            if delivery.message.expires_at > now:
                self.publish(delivery, now)

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
