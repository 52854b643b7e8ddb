"""A message on its way through what disturbs it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from zlib import crc32

from chargepoint.api.disturbances import Frames

LONGEST_SHOWN = 100_000

_MASK = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Parcel:
    """One text message, due ``at``; ``problems`` are the names of what was done to it.

    ``lost``: it does not arrive. ``quiet``: what was done is no news for the log, but for whoever watches frames.
    ``ready_at``: when it would arrive if nothing held it back.
    """

    text: str
    at: float
    problems: tuple[str, ...] = ()
    lost: bool = False
    quiet: bool = True
    ready_at: float = 0.0

    def with_problem(
        self,
        problem: str,
        *,
        text: str | None = None,
        at: float | None = None,
        lost: bool = False,
        quiet: bool = False,
    ) -> Parcel:
        """What has become of it by ``problem``."""
        return replace(
            self,
            text=self.text if text is None else text,
            at=self.at if at is None else at,
            problems=(*self.problems, problem),
            lost=lost,
            quiet=self.quiet and quiet,
        )

    def with_text(self, text: str) -> Parcel:
        """The same message in other words."""
        return replace(self, text=text)

    def is_one_of(self, frames: Frames) -> bool:
        """Whether it is of that sort, by its first characters: what it is told by may be wrong itself."""
        return frames is Frames.ALL or (frames is Frames.CALLS) is self.text.lstrip("\ufeff [").startswith("2")

    def later(self, delay_s: float) -> Parcel:
        """The same message, so much later."""
        return replace(self, at=self.at + delay_s) if delay_s else self

    def ready(self) -> Parcel:
        """The same message, about to meet what may hold it back."""
        return replace(self, ready_at=self.at)

    @property
    def shown(self) -> str:
        """Its text for people, who need not see all of what is huge."""
        if len(self.text) <= LONGEST_SHOWN:
            return self.text
        return f"{self.text[:LONGEST_SHOWN]}... ({len(self.text)} characters)"

    @property
    def problem(self) -> str | None:
        """All its problems in one line; None for a message to which nothing was done."""
        return "; ".join(self.problems) or None


class Chance:
    """Draws that are the same with each run of the same ``seed`` (SplitMix64), and others for each ``purpose``: two
    disturbances of one seed would otherwise hit the same."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._state = (seed ^ crc32(purpose.encode()) << 32) & _MASK

    def draw(self) -> float:
        """0 or more, and less than 1."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = (self._state ^ self._state >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
        return ((mixed ^ mixed >> 31) >> 11) / 2**53

    def normal(self) -> float:
        """Normally distributed around 0 with a deviation of 1 (Box and Muller)."""
        return math.sqrt(-2.0 * math.log(1.0 - self.draw())) * math.cos(2.0 * math.pi * self.draw())

    def pareto(self) -> float:
        """0 or more with a mean of 1: mostly little, at times a hundred (Lomax with a shape of 2)."""
        return 1.0 / math.sqrt(1.0 - self.draw()) - 1.0

    def happens(self, probability: float) -> bool:
        """Whether something of this probability does."""
        return self.draw() < probability

    def below(self, number: int) -> int:
        """A whole number from 0 to ``number`` - 1."""
        return int(self.draw() * number)
