"""The OCPP traffic of the charge point that is looked at: frames as exchanges, filtered, held, saved."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from chargepoint.api.dialogue import Dialogue, Kind, Spoken
from chargepoint.api.traffic import Direction, TracedFrame

MOST_EXCHANGES: Final = 2000
_REMEMBERED: Final = 200
"""Frames that are recognized when a new watch tells the last ones again."""


class Outcome(StrEnum):
    """How an exchange stands."""

    WAITING = "waiting"
    ANSWERED = "answered"
    REFUSED = "refused"
    STRAY = "stray"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A CALL and its answer, or a frame that is neither; ``number`` counts from 0 and never changes."""

    number: int
    call: Spoken | None
    answer: Spoken | None = None

    @property
    def first(self) -> Spoken:
        """What it began with."""
        spoken = self.call or self.answer
        assert spoken is not None
        return spoken

    @property
    def spoken(self) -> tuple[Spoken, ...]:
        """Its frames, in their order."""
        return tuple(one for one in (self.call, self.answer) if one is not None)

    @property
    def action(self) -> str:
        """The action of the CALL; "" for a stray frame."""
        return self.first.action

    @property
    def direction(self) -> Direction:
        """Who began."""
        return self.first.frame.direction

    @property
    def outcome(self) -> Outcome:
        """How it stands."""
        if self.call is None:
            return Outcome.STRAY
        if self.answer is None:
            return Outcome.WAITING
        return Outcome.REFUSED if self.answer.kind is Kind.ERROR else Outcome.ANSWERED

    @property
    def problem(self) -> str:
        """What is wrong with its frames, as the charge point sees it."""
        return "; ".join(one.frame.remarks for one in self.spoken if one.frame.remarks)

    def has(self, words: Iterable[str]) -> bool:
        """Whether each of ``words`` (in small letters) stands in its action, its frames or its problem."""
        text = " ".join([self.action, self.problem, *(one.frame.text for one in self.spoken)]).casefold()
        return all(word in text for word in words)


class Traffic:
    """The exchanges of one charge point, the latest ``MOST_EXCHANGES`` of them."""

    def __init__(self) -> None:
        self._dialogue = Dialogue()
        self._exchanges: deque[Exchange] = deque(maxlen=MOST_EXCHANGES)
        self._by_call: dict[int, int] = {}
        self._known: deque[tuple[str, Direction, str]] = deque(maxlen=_REMEMBERED)
        self._count = 0
        self._held: list[Exchange] | None = None
        self.words: tuple[str, ...] = ()
        self.action = ""

    def __len__(self) -> int:
        return len(self._exchanges)

    @property
    def held(self) -> bool:
        """Whether what is shown stands still."""
        return self._held is not None

    @property
    def missed(self) -> int:
        """How many exchanges have begun since it stands still."""
        return 0 if self._held is None else self._count - (self._held[-1].number + 1 if self._held else 0)

    def take(self, frame: TracedFrame) -> bool:
        """Note ``frame``; False when it was noted before."""
        key = (frame.at, frame.direction, frame.text)
        if key in self._known:
            return False
        self._known.append(key)
        spoken = self._dialogue.take(frame)
        asked = self._by_call.pop(spoken.answers, None) if spoken.answers is not None else None
        oldest = self._exchanges[0].number if self._exchanges else 0
        if asked is not None and asked >= oldest:
            place = asked - oldest
            self._exchanges[place] = replace(self._exchanges[place], answer=spoken)
            return True
        if spoken.kind is Kind.CALL:
            self._by_call[spoken.number] = self._count
            self._exchanges.append(Exchange(self._count, spoken))
        else:
            self._exchanges.append(Exchange(self._count, None, spoken))
        self._count += 1
        return True

    def hold(self, wanted: bool) -> None:
        """Let what is shown stand still, or move again; frames are noted all the same."""
        self._held = list(self._exchanges) if wanted else None

    def shown(self) -> list[Exchange]:
        """What the filters leave, the oldest first."""
        exchanges = self._exchanges if self._held is None else self._held
        return [
            one
            for one in exchanges
            if (not self.action or one.action == self.action) and (not self.words or one.has(self.words))
        ]

    def trace(self) -> str:
        """The shown frames as JSON lines, each as it was watched, in the order of the wire."""
        spoken = sorted((one for exchange in self.shown() for one in exchange.spoken), key=lambda one: one.number)
        return "".join(one.frame.to_json().decode() + "\n" for one in spoken)
