"""What a trace tells of a charge point, told again: which CALLs to send, and how answers differ from those of then.
Pure."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json
from launcher.scenario.patterns import brief

FROM_STATION, TO_STATION = "cp-to-csms", "csms-to-cp"
OF_THE_MOMENT = frozenset({"currentTime", "transactionId", "expiryDate", "interval"})
"""Members of answers that are the central system's to choose anew."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A CALLRESULT, or a CALLERROR with its ``code``."""

    payload: object = None
    code: str = ""

    def __str__(self) -> str:
        return f"the error {self.code}" if self.code else brief(self.payload)


@dataclass(frozen=True, slots=True)
class Told:
    """One CALL of the trace with its answer; None when there was none. ``line`` is where it stands."""

    line: int
    from_station: bool
    action: str
    payload: object
    answer: Answer | None


def parse_trace(text: str, file: str) -> dict[str, list[Told]]:
    """The CALLs of each charge point in a trace (Open OCPP Trace Format 1, JSONL), in order. Raises InputError."""
    open_calls: dict[tuple[str, str, str], tuple[str, int]] = {}
    told: dict[str, list[Told]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            fields = Fields(parse_json(line, "record"), "record")
            station = fields.text("chargePointId", "charge_point", min_length=1)
            direction, kind, id = fields.text("direction"), fields.text("messageType"), fields.text("messageId", "")
            if direction not in (FROM_STATION, TO_STATION):
                raise InputError("direction", direction, f"{FROM_STATION} or {TO_STATION}")
            body = json.loads(line).get("payload", {})
            calls = told.setdefault(station, [])
            if kind == "CALL":
                open_calls[station, direction, id] = (station, len(calls))
                calls.append(Told(number, direction == FROM_STATION, fields.text("action"), body, None))
                continue
            if kind not in ("CALLRESULT", "CALLERROR"):
                raise InputError("messageType", kind, "CALL, CALLRESULT or CALLERROR")
            code = str(fields.object("error").get("code", "")) if kind == "CALLERROR" else ""
        except InputError as error:
            raise InputError(f"{file}:{number}: {error.field}", error.value, error.expected) from None
        asked = open_calls.pop((station, TO_STATION if direction == FROM_STATION else FROM_STATION, id), None)
        if asked is not None:
            call = calls[asked[1]]
            answer = Answer(body, code)
            calls[asked[1]] = Told(call.line, call.from_station, call.action, call.payload, answer)
    if not told:
        raise InputError(file, None, "a trace: a JSON object on each line, with direction and messageType")
    return told


class Retelling:
    """One charge point's part of a trace, as it is told again."""

    def __init__(self, calls: Iterable[Told]) -> None:
        calls = list(calls)
        self.to_send = [call for call in calls if call.from_station]
        self._to_come: dict[str, deque[Told]] = {}
        for call in calls:
            if not call.from_station:
                self._to_come.setdefault(call.action, deque()).append(call)
        self._transactions: dict[object, object] = {}
        self.differences: list[str] = []

    def payload(self, call: Told) -> object:
        """What is sent for ``call``: transactions have the ids that they were given this time."""
        return self._translated(call.payload)

    def answered(self, call: Told, answer: Answer | None) -> None:
        """This time ``call`` was answered so; None for not at all."""
        if call.answer is not None and answer is not None:
            self._learn(call.answer.payload, answer.payload)
        for difference in _differences(call.answer, answer):
            self.differences.append(f"line {call.line}: {call.action}: {difference}")

    def lost(self, call: Told, why: str) -> None:
        """The connection is gone at ``call``; what comes after it cannot be told."""
        self.differences.append(
            f"line {call.line}: {call.action}: the connection was lost, the rest was not sent: {why}"
        )

    def answer_to(self, action: str) -> Answer:
        """What the charge point answers when the central system sends ``action``: as it did the last time."""
        calls = self._to_come.get(action)
        if not calls:
            self.differences.append(f"{action} was sent by the central system, which it was not in the trace")
            return Answer(code="NotSupported")
        return calls.popleft().answer or Answer(code="GenericError")

    @property
    def all_came(self) -> bool:
        """Whether the central system has sent all it did the last time."""
        return not any(self._to_come.values())

    def end(self) -> list[str]:
        """All differences, when nothing more comes."""
        for calls in self._to_come.values():
            self.differences += [
                f"line {call.line}: {call.action} was not sent by the central system" for call in calls
            ]
        return self.differences

    def _learn(self, then: object, now: object) -> None:
        if (
            isinstance(then, Mapping)
            and isinstance(now, Mapping)
            and "transactionId" in then
            and "transactionId" in now
        ):
            self._transactions[then["transactionId"]] = now["transactionId"]

    def _translated(self, value: object) -> object:
        match value:
            case list(items):
                return [self._translated(item) for item in items]
            case dict(members):
                return {
                    name: self._transactions.get(each, each) if name == "transactionId" else self._translated(each)
                    for name, each in members.items()
                }
        return value


def _differences(then: Answer | None, now: Answer | None) -> Iterator[str]:
    if then is None or now is None:
        if (then is None) != (now is None):
            yield f"{now if now is not None else 'no answer'}, then {then if then is not None else 'no answer'}"
    elif then.code or now.code:
        if then.code != now.code:
            yield f"{now}, then {then}"
    else:
        yield from _compared(then.payload, now.payload, "the answer")


def _compared(then: object, now: object, place: str) -> Iterator[str]:
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for name in sorted(then.keys() | now.keys()):
            if name in OF_THE_MOMENT and type(then.get(name)) is type(now.get(name)):
                continue
            yield from _compared(then.get(name), now.get(name), f"{place}.{name}")
    elif then != now:
        shown = ["absent" if each is None else brief(each) for each in (now, then)]
        yield f"{place} is {shown[0]}, then {shown[1]}"
