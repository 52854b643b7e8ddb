"""What has gone over the wire: the last frames of every charge point in both directions, CALL and answer paired.

Frames are kept as they were, with a moment; they are read only when somebody asks. All charge points share one
budget, so that a busy fleet costs no more memory than a busy station.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

DEFAULT_BUDGET = 16 * 2**20
OVERHEAD = 200
"""Bytes that a kept frame takes besides its text."""
RECENT = 2_000
"""Frames of one charge point that are read at most when somebody asks, so that asking holds nobody up."""


class Direction(StrEnum):
    """As the central system sees it."""

    RECEIVED = "received"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Frame:
    """One text message. ``number`` grows over all charge points; ``behaviour`` is the one that made it deviate."""

    number: int
    at: float
    charge_point: str
    direction: Direction
    text: str
    behaviour: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A CALL with its answer, or a frame that is neither: ``action`` and ``answer`` are None then.

    ``payload`` is the CALL's; of what cannot be read it is the text. ``answer`` is None while there is none; its
    payload is that of a CALLRESULT, ``error`` the code, description and details of a CALLERROR.
    """

    frame: Frame
    id: str | None
    action: str | None
    payload: object
    answer: Frame | None = None
    answer_payload: object = None
    error: tuple[object, object, object] | None = None

    @property
    def latency_s(self) -> float | None:
        """From the CALL to its answer, as seen here."""
        return None if self.answer is None else self.answer.at - self.frame.at


class Messages:
    """The frames of all charge points; at most ``budget`` bytes, the oldest of all go first."""

    def __init__(self, budget: int = DEFAULT_BUDGET) -> None:
        self.newest = 0
        """The number of the last frame."""
        self.ended = False
        """Whether no more will come."""
        self._listeners: dict[str, list[Callable[[], None]]] = {}
        self._budget = budget
        self._size = 0
        self._all: deque[_Kept] = deque()
        self._of: dict[str, deque[_Kept]] = {}

    def keep(
        self, at: float, charge_point: str, direction: Direction, text: str, behaviour: int | None = None
    ) -> None:
        """A frame has come in, or goes out."""
        self.newest += 1
        kept = (self.newest, at, charge_point, direction is Direction.RECEIVED, text, behaviour)
        self._all.append(kept)
        frames = self._of.get(charge_point)
        if frames is None:
            frames = self._of[charge_point] = deque()
        frames.append(kept)
        self._size += len(text) + OVERHEAD
        while self._size > self._budget:
            self._forget_oldest()
        if self._listeners:
            self._tell(charge_point)

    def of(self, charge_point: str, after: int = 0) -> list[Message]:
        """What ``charge_point`` has sent and got in its last RECENT frames, the oldest first; only messages that
        began later than the frame with the number ``after``."""
        frames = self._of.get(charge_point, ())
        recent = map(_frame, islice(frames, max(0, len(frames) - RECENT), None))
        return [message for message in _paired(recent) if message.frame.number > after]

    @contextmanager
    def listening(self, charge_point: str, told: Callable[[], None]) -> Iterator[None]:
        """``told`` is called at every new frame of ``charge_point``, and at the end."""
        self._listeners.setdefault(charge_point, []).append(told)
        try:
            yield
        finally:
            self._listeners[charge_point].remove(told)
            if not self._listeners[charge_point]:
                del self._listeners[charge_point]

    def end(self) -> None:
        """No more will come: nobody needs to wait."""
        self.ended = True
        for charge_point in self._listeners:
            self._tell(charge_point)

    def _tell(self, charge_point: str) -> None:
        for told in self._listeners.get(charge_point, ()):
            told()

    def _forget_oldest(self) -> None:
        oldest = self._all.popleft()
        _, _, charge_point, _, text, _ = oldest
        self._size -= len(text) + OVERHEAD
        frames = self._of[charge_point]
        frames.popleft()
        if not frames:
            del self._of[charge_point]


_Kept = tuple[int, float, str, bool, str, int | None]
"""The members of a Frame, with whether it was received. The garbage collector passes over tuples of such members, and
there are many of them."""


def _frame(kept: _Kept) -> Frame:
    number, at, charge_point, received, text, behaviour = kept
    return Frame(number, at, charge_point, Direction.RECEIVED if received else Direction.SENT, text, behaviour)


def _paired(frames: Iterable[Frame]) -> list[Message]:
    """The messages that ``frames`` make up, in order of their CALLs."""
    messages: list[Message] = []
    open_calls: dict[tuple[Direction, str], int] = {}
    for frame in frames:
        match _read(frame.text):
            case [2, str(id), str(action), payload, *_]:
                open_calls[(frame.direction, id)] = len(messages)
                messages.append(Message(frame, id, action, payload))
            case [3 | 4 as kind, str(id), *rest]:
                asked = Direction.SENT if frame.direction is Direction.RECEIVED else Direction.RECEIVED
                place = open_calls.pop((asked, id), None)
                if place is None:
                    messages.append(Message(frame, id, None, frame.text))
                    continue
                call = messages[place]
                members = (*rest, None, None, None)
                answer = (members[0], None) if kind == 3 else (None, members[:3])
                messages[place] = Message(call.frame, id, call.action, call.payload, frame, *answer)
            case _:
                messages.append(Message(frame, None, None, frame.text))
    return messages


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
