"""Shared subscriptions: each message goes to one client of a group (4.8.2 of MQTT 5)."""

from __future__ import annotations

from collections.abc import Iterator

from launcher.broker.delivery import Subscription
from launcher.broker.session import Session
from launcher.broker.topics import TopicTree

_Group = dict[Session, Subscription]


class SharedSubscriptions:
    """The groups of each topic filter by their names, with the clients of each in the order of their turns."""

    __slots__ = ("_count", "_groups")

    def __init__(self) -> None:
        self._groups: TopicTree[dict[str, _Group]] = TopicTree()
        self._count = 0

    def __bool__(self) -> bool:
        return self._count > 0

    def add(self, session: Session, share_name: str, topic_filter: str, subscription: Subscription) -> None:
        """Add a client to a group, or replace its subscription there."""
        groups = self._groups.get(topic_filter)
        if groups is None:
            self._groups.put(topic_filter, groups := {})
        group = groups.setdefault(share_name, {})
        self._count += session not in group
        group[session] = subscription

    def remove(self, session: Session, share_name: str, topic_filter: str) -> None:
        """Take a client that is there out of a group."""
        groups = self._groups.get(topic_filter)
        assert groups is not None
        del groups[share_name][session]
        self._count -= 1
        if not groups[share_name]:
            del groups[share_name]
        if not groups:
            self._groups.remove(topic_filter)

    def chosen(self, topic: str, qos: int) -> Iterator[tuple[Session, Subscription]]:
        """Of each group that a message concerns the client whose turn it is."""
        for groups in self._groups.filters_matching(topic):
            for group in groups.values():
                session = _next(group, qos)
                subscription = group[session] = group.pop(session)  # to the end of the queue
                yield session, subscription


def _next(group: _Group, qos: int) -> Session:
    """Who reads now; else who is kept until it comes back, if the message is; else the first."""
    for session in group:
        if session.connection is not None and session.connection.writable:
            return session
    return next((session for session, subscription in group.items() if qos and subscription.qos), next(iter(group)))
