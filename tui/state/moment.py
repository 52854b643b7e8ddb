"""What a charge point's own messages do not tell: what time it is, when it last spoke, what its process costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from tui.state.station import Station


@dataclass(frozen=True, slots=True)
class Process:
    """What a charge point's process on this machine uses: percent of a core, and resident bytes."""

    cpu_pct: float
    memory_bytes: int


@dataclass(slots=True)
class Moment:
    """One moment of a yard: POSIX seconds, and by id when each charge point last spoke and what it costs.

    A retained status was told before anybody looked, so ``heard_at`` knows nothing of it.
    """

    now: float = 0.0
    heard_at: Mapping[str, float] = field(default_factory=dict)
    processes: Mapping[str, Process] = field(default_factory=dict)

    def age_s(self, station: Station) -> float | None:
        """How long ago it last spoke, None when it has not since this screen looks."""
        heard_at = self.heard_at.get(station.id)
        return None if heard_at is None else max(0.0, self.now - heard_at)

    def uptime_s(self, station: Station) -> float | None:
        """How long its process runs, None when it does not, or has not told."""
        if station.status is None or not station.alive:
            return None
        started_at = _posix(station.status.started_at)
        return None if started_at is None else max(0.0, self.now - started_at)

    def process(self, station: Station) -> Process | None:
        """What its process costs, None when it does not run on this machine."""
        return self.processes.get(station.id)


@lru_cache(maxsize=20_000)
def _posix(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
