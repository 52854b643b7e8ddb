"""Who gets which message: subscriptions, retained messages and the delivery to both (3.3, 3.8, 3.10)."""

from __future__ import annotations

from collections.abc import Iterable

from launcher.broker.encoder import encode_publish
from launcher.broker.packets import FAILURE, Message
from launcher.broker.session import Session
from launcher.broker.topics import TopicTree

QOS_MAX = 1
"""The highest QoS granted to a subscription; an application can be told less than it asked for [MQTT-3.8.4-6]."""


class Router:
    """The subscriptions of all sessions and the retained message of each topic."""

    __slots__ = ("_retained", "_subscriptions")

    def __init__(self) -> None:
        self._subscriptions: TopicTree[dict[Session, int]] = TopicTree()
        self._retained: TopicTree[Message] = TopicTree()

    def subscribe(self, session: Session, topic_filter: str, qos: int) -> int:
        """Add or replace a subscription; returns the granted QoS or FAILURE."""
        if topic_filter.startswith("$share/"):
            # Later standards share such a subscription among clients; who counts on it must not wait in vain.
            return FAILURE
        subscribers = self._subscriptions.get(topic_filter)
        if subscribers is None:
            self._subscriptions.put(topic_filter, subscribers := {})
        subscribers[session] = granted = min(qos, QOS_MAX)  # replaces an identical filter's [MQTT-3.8.4-3]
        session.topic_filters.add(topic_filter)
        return granted

    def unsubscribe(self, session: Session, topic_filter: str) -> None:
        """End a subscription, if there is one; what is already waiting is still delivered [MQTT-3.10.4-3]."""
        subscribers = self._subscriptions.get(topic_filter)
        if subscribers is None or subscribers.pop(session, None) is None:
            return
        session.topic_filters.remove(topic_filter)
        if not subscribers:
            self._subscriptions.remove(topic_filter)

    def forget(self, session: Session) -> None:
        """End all subscriptions of a session."""
        for topic_filter in list(session.topic_filters):
            self.unsubscribe(session, topic_filter)

    def send_retained(self, session: Session, topic_filter: str, granted: int) -> None:
        """Send a new subscription what was retained before it, marked so [MQTT-3.3.1-6] [MQTT-3.3.1-8]."""
        for message in self._retained.names_matching(topic_filter):
            if message.qos and granted:
                session.deliver(message, retain=True)
            elif session.connection is not None:
                session.connection.write(encode_publish(message, 0, retain=True))

    def publish(self, message: Message, *, retain: bool) -> None:
        """Deliver a message to whom it concerns now, and keep it for later subscribers if it is retained."""
        if retain:
            if message.payload:
                self._retained.put(message.topic, message)  # [MQTT-3.3.1-5] [MQTT-3.3.1-7]
            else:
                self._retained.remove(message.topic)  # [MQTT-3.3.1-10] [MQTT-3.3.1-11]
        frame = b""
        for session, granted in self._subscribers(message.topic):
            if message.qos and granted:
                session.deliver(message)
                continue
            if (connection := session.connection) is None:
                continue  # QoS 0 is not kept for a client that is away (4.1)
            if connection.writable:
                # Whoever was subscribed before gets it without RETAIN [MQTT-3.3.1-9], so all get the same bytes.
                frame = frame or encode_publish(message, 0)
                connection.write(frame)
            elif retain:
                connection.owe(message)
            else:
                connection.dropped += 1

    def _subscribers(self, topic: str) -> Iterable[tuple[Session, int]]:
        """Each session once, with the highest QoS of its filters that match [MQTT-3.3.5-1]."""
        matching = self._subscriptions.filters_matching(topic)
        if len(matching) == 1:
            return matching[0].items()
        highest: dict[Session, int] = {}
        for subscribers in matching:
            for session, granted in subscribers.items():
                if granted > highest.get(session, -1):
                    highest[session] = granted
        return highest.items()
