"""What the broker remembers of a client from one connection to the next (sections 3.1.2.4 and 4.1)."""

from __future__ import annotations

from collections import deque

from launcher.broker.connection import Connection
from launcher.broker.encoder import encode_publish
from launcher.broker.packets import Message

_PACKET_ID_MAX = 0xFFFF


class Session:
    """One client's subscriptions, and its QoS 1 messages until they are acknowledged.

    At most ``in_flight_max`` messages are under way; the others wait in their order, up to ``backlog_bytes_max``.
    """

    __slots__ = (
        "_backlog_bytes",
        "_backlog_bytes_max",
        "_in_flight",
        "_in_flight_max",
        "_last_packet_id",
        "_waiting",
        "clean",
        "client_id",
        "connection",
        "received",
        "topic_filters",
    )

    def __init__(self, client_id: str, *, clean: bool, in_flight_max: int, backlog_bytes_max: int) -> None:
        self.client_id = client_id
        self.clean = clean
        self.connection: Connection | None = None
        """None while the client is away."""
        self.topic_filters: set[str] = set()
        self.received: set[int] = set()
        """Identifiers of QoS 2 messages taken over whose PUBREL is still to come (4.3.3)."""
        self._waiting: deque[tuple[Message, bool]] = deque()
        self._in_flight: dict[int, tuple[Message, bool]] = {}
        self._in_flight_max = in_flight_max
        self._backlog_bytes = 0
        self._backlog_bytes_max = backlog_bytes_max
        self._last_packet_id = 0

    def deliver(self, message: Message, *, retain: bool = False) -> None:
        """Send a message with QoS 1 when its turn comes.

        Without room for it a client that is away misses it. One that is there is disconnected: to lose the
        connection is better than to lose a message without a word.
        """
        if self._backlog_bytes + message.size_bytes > self._backlog_bytes_max:
            if self.connection is not None:
                self.connection.give_up()
            return
        self._backlog_bytes += message.size_bytes
        self._waiting.append((message, retain))
        self.send_due()

    def send_due(self) -> None:
        """Send what may be under way now."""
        connection = self.connection
        if connection is None or not connection.writable:
            return
        while self._waiting and len(self._in_flight) < self._in_flight_max:
            message, retain = self._waiting.popleft()
            packet_id = self._unused_packet_id()
            self._in_flight[packet_id] = message, retain
            connection.write(encode_publish(message, 1, retain=retain, packet_id=packet_id))

    def resume(self, connection: Connection) -> None:
        """Go on over a new connection; what was under way is sent once more, as it was, with DUP."""
        self.connection = connection
        for packet_id, (message, retain) in self._in_flight.items():  # [MQTT-4.4.0-1] [MQTT-3.3.1-1]
            connection.write(encode_publish(message, 1, retain=retain, dup=True, packet_id=packet_id))
        self.send_due()

    def acknowledge(self, packet_id: int) -> None:
        """A message has arrived; an unknown identifier is a repeated PUBACK and means nothing."""
        if (entry := self._in_flight.pop(packet_id, None)) is not None:
            self._backlog_bytes -= entry[0].size_bytes
            self.send_due()

    def _unused_packet_id(self) -> int:
        packet_id = self._last_packet_id % _PACKET_ID_MAX + 1
        while packet_id in self._in_flight:  # [MQTT-2.3.1-4]
            packet_id = packet_id % _PACKET_ID_MAX + 1
        self._last_packet_id = packet_id
        return packet_id
