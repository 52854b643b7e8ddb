"""The peer's CALLs on one connection: which of them wait for an answer, and what the last ones were answered."""

from __future__ import annotations

from collections import OrderedDict

from chargepoint.ocpp.frames import Call

ANSWERS_KEPT = 32


class Owed:
    """The answers that one end of a session owes."""

    __slots__ = ("_answers", "_calls")

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}
        self._answers: OrderedDict[str, tuple[Call, str]] = OrderedDict()

    def opened(self) -> None:
        """There is a new connection; what was answered on an older one was another's."""
        self._answers.clear()

    def closed(self) -> None:
        """The connection is gone: nothing is owed any more."""
        self._calls.clear()

    def __contains__(self, call_id: str) -> bool:
        return call_id in self._calls

    def find(self, call_id: str) -> Call | None:
        """The CALL that waits for an answer with this id."""
        return self._calls.get(call_id)

    def said_before(self, call: Call) -> str | None:
        """The answer that the very same CALL had: its sender missed it, and asks again."""
        before, answer = self._answers.get(call.id, (None, ""))
        return answer if before == call else None

    def add(self, call: Call) -> None:
        """``call`` is to be answered."""
        self._calls[call.id] = call

    def answered(self, call_id: str, text: str) -> bool:
        """Its answer is ``text``; whether one was owed."""
        call = self._calls.pop(call_id, None)
        if call is None:
            return False
        self._answers[call_id] = call, text
        if len(self._answers) > ANSWERS_KEPT:
            self._answers.popitem(last=False)
        return True

    def release(self, call_id: str) -> bool:
        """It gets no answer; whether one was owed."""
        return self._calls.pop(call_id, None) is not None
