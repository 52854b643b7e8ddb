"""Frames for tests: a conversation as it is watched."""

from __future__ import annotations

import json

from chargepoint.api.traffic import Direction, TracedFrame
from tui.state.traffic import Traffic

IN, OUT = Direction.IN, Direction.OUT


def frame(direction: Direction, body: object, second: float = 0.0, problem: str | None = None) -> TracedFrame:
    """A frame at a second of some minute."""
    text = body if isinstance(body, str) else json.dumps(body)
    return TracedFrame(f"2026-06-15T12:00:{second:06.3f}Z", direction, text, problem)


def heartbeat(id: str, second: float) -> list[TracedFrame]:
    """A Heartbeat and its answer 12 ms later."""
    return [
        frame(OUT, [2, id, "Heartbeat", {}], second),
        frame(IN, [3, id, {"currentTime": "2026-06-15T12:00:00Z"}], second + 0.012),
    ]


CONVERSATION = [
    *heartbeat("1", 1),
    frame(IN, [2, "9", "Reset", {"type": "Warm"}], 2, "type must be one of ['Hard', 'Soft']"),
    frame(OUT, [4, "9", "PropertyConstraintViolation", "type must be one of", {}], 2.001),
    frame(OUT, [2, "2", "Authorize", {"idTag": "ALICE"}], 3),
    frame(IN, [3, "77", {}], 4, "an answer to no request of ours, or too late"),
    frame(IN, "rubbish", 5, "not JSON"),
]


def traffic(*frames: TracedFrame) -> Traffic:
    """What was noted of ``frames``."""
    noted = Traffic()
    for one in frames:
        noted.take(one)
    return noted
