"""The clock of a process: POSIX seconds that never run backwards."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Wall time taken once, moved on by the monotonic clock: a step of the system's clock moves no timer.

    ``speed``: how many of its seconds pass in one of ours; ``since``: when it told what the system's clock told, in
    POSIX seconds (default: when it is made). Clocks of several processes agree that have both in common.
    """

    def __init__(self, speed: float = 1.0, since: float | None = None) -> None:
        now = time.time()
        self.speed = speed
        self.since = now if since is None else since
        self._anchor = self.since + (now - self.since - time.monotonic()) * speed

    def now(self) -> float:
        """POSIX seconds."""
        return self._anchor + time.monotonic() * self.speed


FASTEST = 1_000.0


def speed(text: str) -> float:
    """The speed of a clock, of a command line; raises ValueError for what is none."""
    number = float(text)
    if not 1 <= number <= FASTEST:
        raise ValueError(text)
    return number


LONGEST_AGO_S = 86_400.0


def since(text: str) -> float:
    """When an accelerated clock told the time, of a command line, in POSIX seconds; raises ValueError for a moment
    that is not of the last day."""
    at = float(text)
    if not 0 <= time.time() - at <= LONGEST_AGO_S:
        raise ValueError(text)
    return at


def iso(at: float) -> str:
    """``at`` (POSIX seconds) as RFC 3339 UTC with milliseconds and Z, as every timestamp of ours is written."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
