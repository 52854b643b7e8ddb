"""A central system that takes everything, forgets nothing, and judges a station by what it was told."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Any

from chargepoint.api.payloads import ConnectorState
from chargepoint.model.statuses import TRANSITIONS
from tests.support.bench import CallError, Payload

Start = tuple[int, str, str, int]
"""What makes one start: connector, id tag, timestamp, meterStart. Sent again, it is still the same one."""

BLOCKED = "BLOCKED"


@dataclass
class Judge:
    """What the central system was told, message by message; ``mood`` is how it answers transaction messages.

    "absurd": it answers, but nothing that can be used. That is an answer to a stop, and none to a start.
    """

    mood: str = "good"
    ids_of: dict[Start, list[int]] = field(default_factory=lambda: defaultdict(list))
    connector_of: dict[int, int] = field(default_factory=dict)
    stops: dict[int, list[Payload]] = field(default_factory=lambda: defaultdict(list))
    told: dict[int, list[tuple[str, str, int]]] = field(default_factory=lambda: defaultdict(list))
    """By connector, in order of arrival: action, timestamp and register of every transaction message."""
    states: dict[int, ConnectorState] = field(default_factory=dict)
    _ids: count[int] = field(default_factory=lambda: count(1))

    def script(self) -> dict[str, Any]:
        """How it answers, for a bench."""
        return {
            "Authorize": lambda call: {"idTagInfo": self._info(call["idTag"])},
            "StartTransaction": self._started,
            "MeterValues": self._metered,
            "StopTransaction": self._stopped,
            "StatusNotification": self._state_told,
        }

    def connected(self) -> None:
        """A new connection: the states in between were not told."""
        self.states.clear()

    def newest(self) -> int:
        """The id it gave last, or one it never gave."""
        return max(self.connector_of, default=99)

    def verdict(self) -> None:
        """Raise AssertionError unless every start it took was stopped exactly once, in order, with sense."""
        for start, ids in self.ids_of.items():
            stops = [stop for transaction_id in ids for stop in self.stops[transaction_id]]
            different = {str(stop) for stop in stops}
            assert len(different) == 1, f"{start}, known as {ids}, was stopped by {different or 'nothing'}"
            assert stops[0]["meterStop"] >= start[3]
        for connector, messages in self.told.items():
            for earlier, later in pairwise(messages):
                assert earlier[1] <= later[1], f"connector {connector}: {later} after {earlier}"
                assert earlier[2] <= later[2], f"connector {connector}: the register ran back at {later}"

    def _started(self, call: Payload) -> Payload | CallError | None:
        start = (call["connectorId"], call["idTag"], call["timestamp"], call["meterStart"])
        if self.mood != "good":
            return self._bad_mood()
        first = start not in self.ids_of
        transaction_id = next(self._ids)
        self.ids_of[start].append(transaction_id)
        self.connector_of[transaction_id] = call["connectorId"]
        if first:
            self.told[call["connectorId"]].append(("StartTransaction", call["timestamp"], call["meterStart"]))
        return {"transactionId": transaction_id, "idTagInfo": self._info(call["idTag"])}

    def _metered(self, call: Payload) -> Payload | CallError | None:
        if "transactionId" not in call:
            return {}
        if self.mood in ("silent", "failing"):
            return self._bad_mood()
        assert self.connector_of[call["transactionId"]] == call["connectorId"]
        (value,) = call["meterValue"]
        sample = value["sampledValue"][0]
        message = ("MeterValues", value["timestamp"], int(sample["value"]))
        triggered = sample["context"] == "Trigger"
        if not triggered and message not in self.told[call["connectorId"]]:
            assert not self.stops[call["transactionId"]], f"{message} came after its stop"
            self.told[call["connectorId"]].append(message)
        return {} if self.mood == "good" else self._bad_mood()

    def _stopped(self, call: Payload) -> Payload | CallError | None:
        if self.mood in ("silent", "failing"):
            return self._bad_mood()
        transaction_id = call["transactionId"]
        connector = self.connector_of[transaction_id]
        if call not in self.stops[transaction_id]:
            self.stops[transaction_id].append(call)
            self.told[connector].append(("StopTransaction", call["timestamp"], call["meterStop"]))
        return {} if self.mood == "good" else self._bad_mood()

    def _state_told(self, call: Payload) -> Payload:
        connector, state = call["connectorId"], ConnectorState(call["status"])
        before = self.states.get(connector, state)
        assert state is before or state in TRANSITIONS[before], f"connector {connector}: {before} to {state}"
        assert (state is ConnectorState.FAULTED) == (call["errorCode"] != "NoError")
        self.states[connector] = state
        return {}

    def _bad_mood(self) -> Payload | CallError | None:
        return {"silent": None, "failing": CallError("InternalError"), "absurd": {"idTagInfo": "?"}}[self.mood]

    @staticmethod
    def _info(id_tag: str) -> Payload:
        return {"status": "Blocked"} if id_tag == BLOCKED else {"status": "Accepted", "parentIdTag": id_tag[0]}
