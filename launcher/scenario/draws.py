"""What chance decides in a scenario: the same each time for the same seed, whatever else is played."""

from __future__ import annotations

import random
from collections import Counter

LARGEST = 2**31


class Draws:
    """The draws of one scenario in a run with this ``seed``."""

    def __init__(self, seed: int, scenario: str) -> None:
        self._name = f"{seed} {scenario}"
        self._random = random.Random(self._name)
        self._seeds: Counter[str] = Counter()

    def between(self, lowest: float, highest: float) -> float:
        """A number between two bounds, another one each time."""
        return self._random.uniform(lowest, highest)

    def seed_of(self, *what: object) -> int:
        """A seed for others: another one each time for the same ``what``, and in each run the same ones."""
        name = " ".join([self._name, *map(str, what)])
        self._seeds[name] += 1
        return random.Random(f"{name} {self._seeds[name]}").randrange(LARGEST)
