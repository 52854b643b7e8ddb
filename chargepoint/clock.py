"""The clock of a process: POSIX seconds that never run backwards."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Wall time taken once, moved on by the monotonic clock: a step of the system's clock moves no timer."""

    def __init__(self) -> None:
        self._anchor = time.time() - time.monotonic()

    def now(self) -> float:
        """POSIX seconds."""
        return self._anchor + time.monotonic()


def iso(at: float) -> str:
    """``at`` (POSIX seconds) as RFC 3339 UTC with milliseconds and Z, as every timestamp of ours is written."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
