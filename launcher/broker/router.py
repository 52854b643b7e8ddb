"""Who gets which message: subscriptions, retained messages and the delivery to both (3.3, 3.8, 3.10)."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from launcher.broker.delivery import Delivery, Subscription
from launcher.broker.encoder import encode_publish
from launcher.broker.packets import Message, SubscriptionFlag
from launcher.broker.session import Session
from launcher.broker.shared import SharedSubscriptions
from launcher.broker.topics import TopicTree, is_shared, split_shared

QOS_MAX = 1
"""The highest QoS granted to a subscription; an application can be told less than it asked for [MQTT-3.8.4-6]."""


class Router:
    """The subscriptions of all sessions and the retained message of each topic."""

    __slots__ = ("_expiring", "_retained", "_shared", "_subscriptions")

    def __init__(self) -> None:
        self._subscriptions: TopicTree[dict[Session, Subscription]] = TopicTree()
        self._shared = SharedSubscriptions()
        self._retained: TopicTree[Message] = TopicTree()
        self._expiring: dict[str, float] = {}

    def subscribe(
        self, session: Session, topic_filter: str, options: int, identifiers: tuple[int, ...] = ()
    ) -> tuple[Subscription | None, bool]:
        """Add or replace a subscription; returns what was granted, if anything, and whether retained ones are due."""
        subscription = Subscription.granted(options, QOS_MAX, identifiers)
        is_new = topic_filter not in session.topic_filters
        if is_shared(topic_filter):
            if (parts := split_shared(topic_filter)) is None:
                return None, False
            self._shared.add(session, *parts, subscription)
            session.topic_filters.add(topic_filter)
            return subscription, False  # (4.8.2)
        subscribers = self._subscriptions.get(topic_filter)
        if subscribers is None:
            self._subscriptions.put(topic_filter, subscribers := {})
        subscribers[session] = subscription  # replaces an identical filter's [MQTT-3.8.4-3]
        session.topic_filters.add(topic_filter)
        if options & SubscriptionFlag.RETAINED_NEVER:
            return subscription, False
        return subscription, is_new or not options & SubscriptionFlag.RETAINED_IF_NEW

    def send_retained(self, session: Session, topic_filter: str, subscription: Subscription, now: float) -> None:
        """Send a new subscription what was retained before it, marked so [MQTT-3.3.1-6] [MQTT-3.3.1-8]."""
        for message in self._retained.names_matching(topic_filter):
            if message.expires_at <= now:
                continue
            delivery = Delivery(message, True, subscription.identifiers)
            if message.qos and subscription.qos:
                session.deliver(delivery, now)
            elif session.connection is not None:
                session.connection.publish(delivery, now)

    def unsubscribe(self, session: Session, topic_filter: str) -> bool:
        """End a subscription, if there is one; what is already waiting is still delivered [MQTT-3.10.4-3]."""
        if topic_filter not in session.topic_filters:
            return False
        session.topic_filters.remove(topic_filter)
        if is_shared(topic_filter):
            parts = split_shared(topic_filter)
            assert parts is not None
            self._shared.remove(session, *parts)
            return True
        subscribers = self._subscriptions.get(topic_filter)
        assert subscribers is not None
        del subscribers[session]
        if not subscribers:
            self._subscriptions.remove(topic_filter)
        return True

    def forget(self, session: Session) -> None:
        """End all subscriptions of a session."""
        for topic_filter in list(session.topic_filters):
            self.unsubscribe(session, topic_filter)

    def expire(self, now: float) -> None:
        """Forget the retained messages that nobody may get any more [MQTT5-3.3.2-5]."""
        for topic in [topic for topic, expires_at in self._expiring.items() if expires_at <= now]:
            del self._expiring[topic]
            self._retained.remove(topic)

    def publish(self, message: Message, *, retain: bool, now: float, publisher: Session | None = None) -> bool:
        """Deliver a message to whom it concerns now, and keep it for later subscribers if it is retained.

        Returns whether it concerned anybody.
        """
        if retain:
            self._retain(message)
        subscribers = self._subscribers(message.topic, publisher)
        if self._shared:
            subscribers = [*subscribers, *self._shared.chosen(message.topic, message.qos)]
        frame = frame_5 = b""
        latest: Subscription | None = None
        for session, subscription in subscribers:
            if session is publisher and subscription.no_local:
                continue
            connection = session.connection
            kept = message.qos and subscription.qos
            if not kept:
                if connection is None:
                    continue  # QoS 0 is not kept for a client that is away (4.1)
                if connection.writable:
                    if connection.level < 5:
                        # Whoever was subscribed before gets it without RETAIN [MQTT-3.3.1-9]: the same for all.
                        frame = frame or encode_publish(message, 0)
                        connection.write(frame)
                        continue
                elif not retain:
                    connection.dropped += 1
                    continue
            if subscription is not latest:  # most are the same plain one
                latest = subscription
                delivery = Delivery(message, retain and subscription.retain_as_published, subscription.identifiers)
                frame_5 = b""
            if connection is None or kept:
                session.deliver(delivery, now)
            elif not connection.writable:
                connection.owe(delivery)
            else:
                frame_5 = frame_5 or delivery.frame(5, 0, now)
                connection.write_if_taken(frame_5)
        return bool(subscribers)

    def _retain(self, message: Message) -> None:
        self._expiring.pop(message.topic, None)
        if not message.payload:
            self._retained.remove(message.topic)  # [MQTT-3.3.1-10] [MQTT-3.3.1-11]
            return
        self._retained.put(message.topic, message)  # [MQTT-3.3.1-5] [MQTT-3.3.1-7]
        if message.expires_at != inf:
            self._expiring[message.topic] = message.expires_at

    def _subscribers(self, topic: str, publisher: Session | None) -> Iterable[tuple[Session, Subscription]]:
        """Each session once, with all its filters that match as one [MQTT-3.3.5-1]."""
        matching = self._subscriptions.filters_matching(topic)
        if len(matching) == 1:
            return matching[0].items()
        joined: dict[Session, Subscription] = {}
        for subscribers in matching:
            for session, subscription in subscribers.items():
                if subscription.no_local and session is publisher:
                    continue  # [MQTT5-3.8.3-3] is about this subscription, not about the others
                before = joined.get(session)
                joined[session] = subscription if before is None else before.joined(subscription)
        return joined.items()
