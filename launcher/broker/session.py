"""What the broker remembers of a client from one connection to the next (sections 3.1.2.4 and 4.1)."""

from __future__ import annotations

from collections import deque
from math import inf

from launcher.broker.connection import Connection
from launcher.broker.delivery import Delivery
from launcher.broker.packets import Will

_PACKET_ID_MAX = 0xFFFF


class Session:
    """One client's subscriptions, and its QoS 1 messages until they are acknowledged.

    At most ``in_flight_max`` messages are under way, or fewer if the client says so; the others wait in their
    order, up to ``backlog_bytes_max``.
    """

    __slots__ = (
        "_backlog_bytes",
        "_backlog_bytes_max",
        "_expiry_at",
        "_in_flight",
        "_in_flight_max",
        "_interrupted",
        "_last_packet_id",
        "_waiting",
        "_window",
        "client_id",
        "connection",
        "expires_at",
        "expiry_s",
        "received",
        "topic_filters",
        "will",
        "will_at",
    )

    def __init__(self, client_id: str, *, in_flight_max: int, backlog_bytes_max: int) -> None:
        self.client_id = client_id
        self.expiry_s = 0.0
        """For how long it is kept without a connection."""
        self.expires_at = 0.0
        """When it ends, while the client is away."""
        self.connection: Connection | None = None
        """None while the client is away."""
        self.will: Will | None = None
        """The will of the last connection, if it waits for its delay or the session's end."""
        self.will_at = 0.0
        self.topic_filters: set[str] = set()
        self.received: set[int] = set()
        """Identifiers of QoS 2 messages taken over whose PUBREL is still to come (4.3.3)."""
        self._waiting: deque[Delivery] | None = None
        """None while nothing waits: an empty deque costs as much as all the rest."""
        self._in_flight: dict[int, Delivery] = {}
        """Sent over this connection."""
        self._interrupted: dict[int, Delivery] = {}
        """Sent over an earlier one, to be repeated when its turn comes; all older than what was never sent."""
        self._in_flight_max = self._window = in_flight_max
        self._backlog_bytes = 0
        self._backlog_bytes_max = backlog_bytes_max
        self._expiry_at = inf
        """No waiting message expires before."""
        self._last_packet_id = 0

    def deliver(self, delivery: Delivery, now: float) -> None:
        """Send a message with QoS 1 when its turn comes.

        Without room for it a client that is away misses it. One that is there is disconnected: to lose the
        connection is better than to lose a message without a word.
        """
        size_bytes = delivery.message.size_bytes
        if self._backlog_bytes + size_bytes > self._backlog_bytes_max and self._expiry_at <= now:
            self._forget_expired(now)
        if self._backlog_bytes + size_bytes > self._backlog_bytes_max:
            if self.connection is not None:
                self.connection.give_up()
            return
        self._backlog_bytes += size_bytes
        if self._waiting is None and not self._interrupted and self._may_send:
            self._send(delivery, self._unused_packet_id(), now)
            return
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(delivery)
        if delivery.message.expires_at < self._expiry_at:
            self._expiry_at = delivery.message.expires_at

    def send_due(self, now: float) -> None:
        """Send what may be under way now."""
        while self._interrupted and self._may_send:
            packet_id = next(iter(self._interrupted))
            self._send(self._interrupted.pop(packet_id), packet_id, now, dup=True)  # [MQTT-4.4.0-1] [MQTT-3.3.1-1]
        while self._waiting and self._may_send:
            delivery = self._waiting.popleft()
            if delivery.message.expires_at <= now:
                self._done(delivery)
            else:
                self._send(delivery, self._unused_packet_id(), now)
        if not self._waiting:
            self._waiting = None

    @property
    def _may_send(self) -> bool:
        connection = self.connection
        return connection is not None and connection.writable and len(self._in_flight) < self._window

    def _send(self, delivery: Delivery, packet_id: int, now: float, *, dup: bool = False) -> None:
        assert self.connection is not None
        if self.connection.publish(delivery, now, 1, dup=dup, packet_id=packet_id):
            self._in_flight[packet_id] = delivery
        else:
            # Too large for this client: as good as sent [MQTT5-3.1.2-25].
            self._done(delivery)

    def resume(self, connection: Connection, now: float) -> None:
        """Go on over a new connection; what was under way is sent once more, as it was, with DUP."""
        self.connection = connection
        self._window = min(self._in_flight_max, connection.receive_maximum)
        self._interrupted = self._in_flight | self._interrupted
        self._in_flight = {}
        self.send_due(now)

    def acknowledge(self, packet_id: int, now: float) -> None:
        """A message has arrived, or was refused; an unknown identifier is a repeated PUBACK and means nothing."""
        delivery = self._in_flight.pop(packet_id, None) or self._interrupted.pop(packet_id, None)
        if delivery is not None:
            self._done(delivery)
            self.send_due(now)

    def _done(self, delivery: Delivery) -> None:
        self._backlog_bytes -= delivery.message.size_bytes

    def _forget_expired(self, now: float) -> None:
        """Make room; otherwise what comes too late is found when its turn comes [MQTT5-3.3.2-5]."""
        left: deque[Delivery] = deque()
        self._expiry_at = inf
        for delivery in self._waiting or ():
            expires_at = delivery.message.expires_at
            if expires_at <= now:
                self._done(delivery)
            else:
                left.append(delivery)
                self._expiry_at = min(self._expiry_at, expires_at)
        self._waiting = left or None

    def _unused_packet_id(self) -> int:
        packet_id = self._last_packet_id % _PACKET_ID_MAX + 1
        while packet_id in self._in_flight or packet_id in self._interrupted:  # [MQTT-2.3.1-4]
            packet_id = packet_id % _PACKET_ID_MAX + 1
        self._last_packet_id = packet_id
        return packet_id
