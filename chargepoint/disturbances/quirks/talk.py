"""What quirks are made of: a conversation that is remembered, and the forms in which a quirk says what it does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

CALL, CALLRESULT, CALLERROR = 2, 3, 4

Frame = list[Any]
Payload = dict[str, Any]

compact = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(slots=True)
class Talk:
    """What is remembered of the conversation on one connection.

    ``ids``: the station's message id by the one that was sent in its place. ``own``: ids of CALLs that a quirk made,
    and which. ``asked``: the central system's CALLs that are not answered yet. ``said``: the payload of the newest
    CALL of each action. ``memory``: whatever else a quirk has to know again.
    """

    said: dict[str, Payload] = field(default_factory=dict)
    numbers: count[int] = field(default_factory=lambda: count(1))
    ids: dict[object, str] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    asked: dict[object, Frame] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)

    def call(self, quirk: str, action: str, payload: Payload) -> Said:
        """A CALL that the station knows nothing of."""
        id = f"{quirk}-{next(self.numbers)}"
        self.own[id] = quirk
        return Said([CALL, id, action, payload])

    def first(self, quirk: str) -> bool:
        """Whether ``quirk`` asks this for the first time on this connection."""
        if quirk in self.memory:
            return False
        self.memory[quirk] = True
        return True


@dataclass(slots=True)
class Said:
    """A message: ``frame``, or ``text`` when no frame could be written so. ``delay_s``: so much later."""

    frame: Frame
    text: str = ""
    delay_s: float = 0.0
    quirks: tuple[str, ...] = ()


Change = Callable[[Frame], bool]
"""Changes a frame of the station in place; whether there was something to change."""

Answering = Callable[[Payload, Payload], bool]
"""Changes the answer to a CALL in place, of which it gets the payload; whether there was something to change."""

Saying = Callable[[Talk, Frame], list[Said] | None]
"""What is said in place of a frame of the station; None when it is nothing else."""

Hearing = Callable[[Frame], Payload | None]
"""The answer to a CALL that the station then never hears of; None when it hears it."""

Spelling = Callable[[str], str]
"""How a frame is written."""


def frame_in(text: str) -> Frame | None:
    """The frame in ``text``; None when it is none that quirks can be shown with."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return None
    known = isinstance(frame, list) and len(frame) >= 3 and frame[0] in (CALL, CALLRESULT, CALLERROR)
    return frame if known else None


def is_call(frame: Frame, *actions: str) -> bool:
    """Whether ``frame`` is a CALL of one of ``actions``; of any without them."""
    whole = frame[0] == CALL and len(frame) == 4 and isinstance(frame[2], str) and isinstance(frame[3], dict)
    return whole and (not actions or frame[2] in actions)


def replacing(action: str | tuple[str, ...], name: str, value: Any) -> Change:
    """Puts ``value`` in place of the field ``name`` of CALLs of ``action``, where it is; "" is any action."""
    actions = (action,) if isinstance(action, str) else action

    def change(frame: Frame) -> bool:
        if not is_call(frame, *filter(None, actions)) or name not in frame[3]:
            return False
        frame[3][name] = value
        return True

    return change
