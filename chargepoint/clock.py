"""The clock of a process: POSIX seconds that never run backwards."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Wall time taken once, moved on by the monotonic clock: a step of the system's clock moves no timer.

    ``speed``: how many of its seconds pass in one of ours.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._anchor = time.time() - time.monotonic() * speed

    def now(self) -> float:
        """POSIX seconds."""
        return self._anchor + time.monotonic() * self.speed


def iso(at: float) -> str:
    """``at`` (POSIX seconds) as RFC 3339 UTC with milliseconds and Z, as every timestamp of ours is written."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
