"""A message on its way to a subscriber, and the subscription that it goes by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, inf

from launcher.broker.encoder import encode_publish
from launcher.broker.packets import Message, SubscriptionFlag
from launcher.broker.properties import NO_PROPERTIES, Properties, write_properties
from launcher.broker.swift import swift


@dataclass(frozen=True, slots=True)
class Subscription:
    """What was granted for one topic filter, or for all filters of a client that match a topic."""

    qos: int
    no_local: bool = False
    """Without the client's own messages."""
    retain_as_published: bool = False
    """RETAIN as it was published, not as the messages are sent."""
    identifiers: tuple[int, ...] = ()
    """What the client calls it, if anything."""

    @classmethod
    def granted(cls, options: int, qos_max: int, identifiers: tuple[int, ...]) -> Subscription:
        """What SUBSCRIBE asks for, with a QoS that is spoken here; plain ones are the same for all clients."""
        qos = min(options & 3, qos_max)
        no_local = bool(options & SubscriptionFlag.NO_LOCAL)
        retain_as_published = bool(options & SubscriptionFlag.RETAIN_AS_PUBLISHED)
        if no_local or retain_as_published or identifiers:
            return cls(qos, no_local, retain_as_published, identifiers)
        return _PLAIN[qos]

    def joined(self, other: Subscription) -> Subscription:
        """Both as one for a message they let through: the highest QoS [MQTT-3.3.5-1], all names [MQTT5-3.3.4-4]."""
        identifiers = self.identifiers + other.identifiers
        if not identifiers and self.retain_as_published == other.retain_as_published:
            return self if self.qos >= other.qos else other
        retain_as_published = self.retain_as_published or other.retain_as_published
        return Subscription(max(self.qos, other.qos), False, retain_as_published, identifiers)


_PLAIN = tuple(map(Subscription, range(3)))


@swift
class Delivery:
    """A message with what is said to its subscriber besides."""

    message: Message
    retain: bool = False
    identifiers: tuple[int, ...] = ()

    def frame(self, level: int, qos: int, now: float, *, dup: bool = False, packet_id: int = 0) -> bytes:
        """The PUBLISH for a client of a protocol level."""
        properties = b"" if level < 5 else self._properties(now)
        return encode_publish(self.message, qos, properties, retain=self.retain, dup=dup, packet_id=packet_id)

    def _properties(self, now: float) -> bytes:
        message = self.message
        kept = message.properties
        if message.expires_at != inf:
            # Less the time that it has waited here [MQTT5-3.3.2-6].
            kept = replace(kept, message_expiry_interval_s=max(0, ceil(message.expires_at - now)))
        passing = Properties(subscription_identifiers=self.identifiers) if self.identifiers else NO_PROPERTIES
        return write_properties(passing, kept)
