"""What a trace tells of a charge point, told again: which CALLs to send, and how answers differ from those of then.
Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby

from chargepoint.clock import iso
from launcher.scenario.patterns import brief
from launcher.scenario.traced import UNTOLD, Answer, Told

OF_THE_MOMENT = frozenset({"currentTime", "transactionId", "expiryDate", "interval"})
"""Members of answers that are the central system's to choose anew."""


class Retelling:
    """One charge point's part of a trace, as it is told again. ``later_s``: by how much the moments in what is sent
    are later than those of then."""

    def __init__(self, calls: Iterable[Told], later_s: float = 0.0) -> None:
        self.calls = tuple(calls)
        self._later_s = later_s
        self._to_come: dict[str, deque[Told]] = {}
        for call in self.calls:
            if not call.from_station:
                self._to_come.setdefault(call.action, deque()).append(call)
        self._transactions: dict[object, object] = {}
        self.differences: list[str] = []

    @property
    def connections(self) -> list[list[Told]]:
        """The CALLs of each connection."""
        return [list(calls) for _, calls in groupby(self.calls, key=lambda call: call.connection)]

    def payload(self, call: Told) -> object:
        """What is sent for ``call``: transactions have the ids that they were given this time."""
        return self._translated(call.payload)

    def answered(self, call: Told, answer: Answer | None) -> None:
        """This time ``call`` was answered so; None for not at all."""
        if call.answer is not None and answer is not None:
            self._learn(call.answer.payload, answer.payload)
        for difference in _differences(call.answer, answer):
            self.differ(call, difference)

    def differ(self, call: Told, difference: str) -> None:
        """Something about ``call`` is not as it was."""
        self.differences.append(f"line {call.line}: {call.action}: {difference}")

    def heard_nonsense(self, text: str) -> None:
        """The central system has sent what is no frame."""
        self.differences.append(f"the central system sent no frame: {text[:200]!r}")

    def answer_to(self, action: str) -> Answer:
        """What the charge point answers when the central system sends ``action``: as it did the last time."""
        calls = self._to_come.get(action)
        if not calls:
            self.differences.append(f"{action} was sent by the central system, which it was not in the trace")
            return Answer(code="NotSupported")
        answer = calls.popleft().answer or Answer(code="GenericError")
        return Answer({}, answer.code) if answer.payload is UNTOLD else answer

    def has_come(self, call: Told) -> bool:
        """Whether the central system has sent ``call`` this time too."""
        return call not in self._to_come.get(call.action, ())

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
            case str(text) if self._later_s:
                return _moved(text, self._later_s)
            case list(items):
                return [self._translated(item) for item in items]
            case dict(members):
                return {
                    name: self._transactions.get(each, each) if name == "transactionId" else self._translated(each)
                    for name, each in members.items()
                }
        return value


def _moved(text: str, later_s: float) -> str:
    """A moment so much later; any other text is what it is."""
    try:
        at = datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        at = None
    return text if at is None or at.tzinfo is None else iso(at.timestamp() + later_s)


def _differences(then: Answer | None, now: Answer | None) -> Iterator[str]:
    if then is None or now is None:
        if (then is None) != (now is None):
            yield f"{now or 'no answer'}, in the trace {then or 'no answer'}"
    elif then.code or now.code:
        if then.code != now.code:
            yield f"{now}, in the trace {then if then.code or then.payload is not UNTOLD else 'another answer'}"
    elif then.payload is not UNTOLD:
        yield from _compared(then.payload, now.payload, "the answer")


def _compared(then: object, now: object, place: str) -> Iterator[str]:
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for name in sorted(then.keys() | now.keys()):
            if name in OF_THE_MOMENT and type(then.get(name)) is type(now.get(name)):
                continue
            yield from _compared(then.get(name), now.get(name), f"{place}.{name}")
    elif then != now:
        shown = ["absent" if each is None else brief(each) for each in (now, then)]
        yield f"{place} is {shown[0]}, in the trace {shown[1]}"
