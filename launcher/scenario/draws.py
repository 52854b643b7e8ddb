"""What chance decides in a scenario: the same each time for the same seed, whatever else is played."""

from __future__ import annotations

import random

LARGEST = 2**31


class Draws:
    """The draws of one scenario in a run with this ``seed``."""

    def __init__(self, seed: int, scenario: str) -> None:
        self._name = f"{seed} {scenario}"
        self._random = random.Random(self._name)

    def between(self, lowest: float, highest: float) -> float:
        """A number between two bounds, another one each time."""
        return self._random.uniform(lowest, highest)

    def seed_of(self, *what: object) -> int:
        """A seed for others, which is always the same for the same ``what``."""
        return random.Random(" ".join([self._name, *map(str, what)])).randrange(LARGEST)
