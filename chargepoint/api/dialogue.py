"""Watched frames as a dialogue: which answer belongs to which CALL, and how long it took."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chargepoint.api.traffic import Direction, TracedFrame

ASKED_KEPT = 500
"""CALLs without an answer that are remembered; of more, the oldest will find none."""


_CALL_WITH_ID = re.compile(r'\s*\[\s*2\s*,\s*"([^"\\]{1,255})"')
"""The beginning of a CALL, of which the rest may be no JSON."""


class Kind(StrEnum):
    """What a text on the wire is (OCPP-J 1.6 section 4.2)."""

    CALL = "CALL"
    RESULT = "CALLRESULT"
    ERROR = "CALLERROR"
    NONE = "no frame"


@dataclass(frozen=True, slots=True)
class Spoken:
    """One frame of a dialogue, the ``number``-th of it.

    ``action`` is that of the CALL, for its answer too ("" when the CALL was not seen); ``answers`` is the CALL's
    number, ``latency_s`` how long it took. ``body`` is the payload, the whole text for what is no frame; that has the
    ``id`` that it begins with, if any. ``code`` and ``description`` are those of a CALLERROR.
    """

    number: int
    frame: TracedFrame
    kind: Kind
    id: str = ""
    action: str = ""
    body: object = None
    code: str = ""
    description: str = ""
    answers: int | None = None
    latency_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    number: int
    action: str
    at: float
    text: str


class Dialogue:
    """Follows the frames of one charge point in their order."""

    def __init__(self) -> None:
        self._count = 0
        self._asked: OrderedDict[tuple[Direction, str], _Asked] = OrderedDict()

    def take(self, frame: TracedFrame) -> Spoken:
        """What ``frame`` is, and what it answers."""
        number = self._count
        self._count += 1
        match _parsed(frame.text):
            case [2, str(id), str(action), body]:
                self._ask(frame, number, id, action)
                return Spoken(number, frame, Kind.CALL, id, action, body)
            case [3, str(id), body]:
                return self._answer(Spoken(number, frame, Kind.RESULT, id, body=body))
            case [4, str(id), str(code), *rest]:
                description = rest[0] if rest and isinstance(rest[0], str) else ""
                details = rest[1] if len(rest) > 1 else {}
                error = Spoken(number, frame, Kind.ERROR, id, body=details, code=code, description=description)
                return self._answer(error)
        id = found[1] if (found := _CALL_WITH_ID.match(frame.text)) else ""
        if id:
            self._ask(frame, number, id, "")
        return Spoken(number, frame, Kind.NONE, id, body=frame.text)

    def _ask(self, frame: TracedFrame, number: int, id: str, action: str) -> None:
        before = self._asked.get((frame.direction, id))
        if before is not None and before.text == frame.text:
            return  # the same CALL once more: the answer is to the first one
        self._asked[frame.direction, id] = _Asked(number, action, posix(frame.at), frame.text)
        if len(self._asked) > ASKED_KEPT:
            self._asked.popitem(last=False)

    def _answer(self, spoken: Spoken) -> Spoken:
        other = Direction.OUT if spoken.frame.direction is Direction.IN else Direction.IN
        asked = self._asked.pop((other, spoken.id), None)
        if asked is None:
            return spoken
        latency_s = max(0.0, posix(spoken.frame.at) - asked.at)
        return replace(spoken, action=asked.action, answers=asked.number, latency_s=latency_s)


def posix(at: str) -> float:
    """POSIX seconds of a traced frame's moment; 0 for one that cannot be read."""
    try:
        return datetime.fromisoformat(at).timestamp()
    except ValueError:
        return 0.0


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
