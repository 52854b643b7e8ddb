"""Topic aliases: numbers that a client gives to topics, for as long as it is connected (3.3.2.3.4 of MQTT 5)."""

from __future__ import annotations

from launcher.broker.reason_codes import ProtocolError, ReasonCode


class TopicAliases:
    """The aliases of one connection, from 1 to ``maximum``."""

    __slots__ = ("_maximum", "_topics")

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._topics: dict[int, str] = {}

    def topic(self, alias: int, topic: str) -> str:
        """The topic of a PUBLISH with an alias: its own, which gives the alias a meaning, or the one meant before."""
        if not 0 < alias <= self._maximum:
            why = f"topic alias {alias}, not 1 to {self._maximum} [MQTT5-3.3.2-9]"
            raise ProtocolError(why, ReasonCode.TOPIC_ALIAS_INVALID)
        if topic:
            self._topics[alias] = topic
            return topic
        if alias not in self._topics:
            raise ProtocolError(f"topic alias {alias} of no topic (3.3.2.3.4)", ReasonCode.PROTOCOL_ERROR)
        return self._topics[alias]
