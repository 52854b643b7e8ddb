"""The memory of processes over time: what they take, whether it goes on growing, and how fast."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import psutil

EVERY_S = 10.0
LONG_ENOUGH_S = 900.0
"""The collector passes every few minutes: a half that is shorter says more about its last pass."""

LEVEL = 0.1
"""Who takes less than a tenth more in an hour levels off."""


def unique_mb(pids: Iterable[int]) -> float | None:
    """What processes have to themselves (USS), MB; None when one has ended."""
    try:
        return float(sum(psutil.Process(pid).memory_full_info().uss for pid in pids) / 2**20)
    except psutil.NoSuchProcess:
        return None


@dataclass(slots=True)
class Course:
    """How the memory of some processes went. ``moments`` in s, ``mb`` in MB."""

    name: str
    moments: list[float] = field(default_factory=list)
    mb: list[float] = field(default_factory=list)

    def note(self, at: float, pids: Sequence[int]) -> None:
        """Look, if the last look is long enough ago."""
        due = pids and (not self.moments or at >= self.moments[-1] + EVERY_S)
        if due and (mb := unique_mb(pids)) is not None:
            self.moments.append(at)
            self.mb.append(mb)

    @property
    def growth_mb_per_h(self) -> float:
        """By the straight line through the second half."""
        half = len(self.moments) // 2
        moments, mb = self.moments[half:], self.mb[half:]
        count = len(moments)
        mean_at, mean_mb = sum(moments) / max(1, count), sum(mb) / max(1, count)
        spread = sum((at - mean_at) ** 2 for at in moments)
        steep = sum((at - mean_at) * (one - mean_mb) for at, one in zip(moments, mb, strict=True))
        return 3600 * steep / spread if spread else 0.0

    def __str__(self) -> str:
        if not self.mb:
            return f"memory of {self.name}: unknown"
        half = self.mb[len(self.mb) // 2 :]
        told = f"memory of {self.name}: {half[0]:.1f} MB at half-time, {half[-1]:.1f} MB at the end"
        told += f", {self.growth_mb_per_h:+.1f} MB/h in the second half: "
        if self.moments[-1] - self.moments[len(self.moments) // 2] < LONG_ENOUGH_S:
            return told + "too short to say whether it levels off"
        levels_off = self.growth_mb_per_h < LEVEL * sum(half) / len(half)
        return told + ("levels off" if levels_off else "does NOT level off")
