"""All behaviours there are, and which of them is played."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from csms.behaviours.behaviour import CONNECT, EVERY, Behaviour

Draw = Callable[[], float]
"""A number from 0 up to but not including 1."""
Chance = Callable[[int | None], Draw]
"""Draws that a seed makes repeatable; without one they are new each time."""


@dataclass(slots=True)
class Entry:
    """A behaviour in the table: its number, and how often it has been ``played``."""

    id: int
    behaviour: Behaviour
    draw: Draw
    played: int = 0

    @property
    def left(self) -> int | None:
        """How often it will still be played; None without end."""
        return None if self.behaviour.times is None else self.behaviour.times - self.played


class Table:
    """The behaviours in force.

    Of several that match, the one for the most exactly named charge point is played, then the one for the named
    action, then the oldest: what was told first is played first, and ``times`` makes a sequence of it.
    """

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._ids = itertools.count(1)
        self._entries: dict[int, Entry] = {}
        self._by_action: dict[str, list[Entry]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, behaviour: Behaviour) -> Entry:
        """``behaviour`` is in force from now on."""
        entry = Entry(next(self._ids), behaviour, self._chance(behaviour.seed))
        self._entries[entry.id] = entry
        self._index()
        return entry

    def entries(self) -> list[Entry]:
        """All in force, the oldest first."""
        return list(self._entries.values())

    def get(self, id: int) -> Entry | None:
        """One in force."""
        return self._entries.get(id)

    def remove(self, ids: Iterable[int]) -> None:
        """These end."""
        for id in list(ids):
            self._entries.pop(id, None)
        self._index()

    def decide(self, charge_point: str, action: str) -> Entry | None:
        """The behaviour to be played when ``charge_point`` sends ``action``; it counts as played."""
        if not self._entries:
            return None
        for entry in self._candidates(charge_point, action):
            probability = entry.behaviour.probability
            if probability < 1 and entry.draw() >= probability:
                continue
            entry.played += 1
            if entry.left == 0:
                self.remove([entry.id])
            return entry
        return None

    def _candidates(self, charge_point: str, action: str) -> list[Entry]:
        named = self._by_action.get(action, ())
        every = self._by_action.get(EVERY, ()) if action != CONNECT else ()
        matching = [each for each in (*named, *every) if _matches(each.behaviour.charge_point, charge_point)]
        return sorted(matching, key=lambda each: _exactness(each.behaviour.charge_point, charge_point))

    def _index(self) -> None:
        self._by_action = {}
        for entry in self._entries.values():
            self._by_action.setdefault(entry.behaviour.action, []).append(entry)


def _matches(pattern: str, charge_point: str) -> bool:
    return pattern in (EVERY, charge_point) or fnmatchcase(charge_point, pattern)


def _exactness(pattern: str, charge_point: str) -> int:
    """0 for the id itself, 1 for a pattern, 2 for everybody."""
    return 0 if pattern == charge_point else 2 if pattern == EVERY else 1
