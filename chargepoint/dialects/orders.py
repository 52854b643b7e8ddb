"""What people order of a station besides plugging and tapping: look at it, configure it, speak for it."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import assert_never

from chargepoint.api.errors import InputError
from chargepoint.api.orders import Configure, Describe, Send, SendText, StationResult, Watch
from chargepoint.api.topics import Topics
from chargepoint.bus import Message
from chargepoint.dialects.traffic import Traffic
from chargepoint.dialects.v16.by_hand import send, text_of
from chargepoint.dialects.v16.dialect import V16
from chargepoint.ocpp.schema import Schemas


class Orders:
    """Follows the orders of people to one station in one of its lives."""

    def __init__(
        self,
        station_id: str,
        topics: Topics,
        dialect: V16,
        schemas: Schemas,
        traffic: Traffic,
        publish: Callable[[Message], None],
        say: Callable[[str], None],
    ) -> None:
        """``say`` puts any text on the wire."""
        self._id = station_id
        self._topics = topics
        self._dialect = dialect
        self._schemas = schemas
        self._traffic = traffic
        self._publish = publish
        self._say = say

    def take(self, order: Watch | Describe | Configure | Send | SendText, now: float) -> bool:
        """Follow ``order``; whether it is done with that, and not only when somebody answers.

        Raises InputError and OrderRefusedError.
        """
        match order:
            case Watch(for_s):
                self._traffic.watch(for_s, now)
            case Describe(what, request_id):
                # Few stations are ever looked into: the others need not know how.
                from chargepoint.dialects.v16.description import describe

                payload = describe(self._dialect, what, now, request_id).to_json()
                self._publish(Message(self._topics.station(self._id, "description"), payload))
            case Configure(key, value):
                self._configure(key, value, now)
            case Send():
                topic = self._topics.station(self._id, "cmd")
                send(self._dialect.session, self._schemas, order, topic, self.tell, now)
                return False
            case SendText():
                self._say(text_of(self._dialect.session, order))
            case _:
                assert_never(order)
        return True

    def tell(self, result: StationResult) -> None:
        """Say what became of an order or an input."""
        self._publish(Message(self._topics.station(self._id, "result"), result.to_json()))

    def _configure(self, name: str, value: str, now: float) -> None:
        configuration = self._dialect.session.configuration
        entry = configuration.find(name)
        if entry is None:
            known = {one.key.name.casefold(): one.key.name for one in configuration.entries()}
            near = difflib.get_close_matches(name.casefold(), known, n=1)
            raise InputError(
                "key", name, f"a key of {self._id}" + (f": did you mean {known[near[0]]}?" if near else "")
            )
        if entry.key.readonly:
            raise InputError("key", name, "a key that can be written: it is read-only")
        if entry.key.check(value) is None:
            raise InputError(entry.key.name, value, entry.key.wanted)
        self._dialect.configure(name, value, now)
