"""Which actions the footer names, and where each of them stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from tui.keymap import ACTIONS, Action, title_now, why_not
from tui.state.situation import Situation

_BLANKS: Final = 2
"""One before the key, one before the title."""

_GAP: Final = 1

_AT_THE_RIGHT: Final = frozenset({"help", "quit"})


@dataclass(frozen=True, slots=True)
class FooterItem:
    """One key in the footer: ``width`` columns from ``start`` on."""

    name: str
    key: str
    title: str
    enabled: bool
    start: int
    width: int


def footer(situation: Situation, width: int, actions: Sequence[Action] = ACTIONS) -> tuple[FooterItem, ...]:
    """The actions that ``width`` columns have room for, in their order; help and quit stand at the right.

    Which ones does not depend on the situation, only what they are called and whether they can be done.
    """
    weighed = sorted((action for action in actions if action.weight), key=lambda action: action.weight)
    chosen: set[str] = set()
    room = width + _GAP
    for action in weighed:
        room -= len(action.first_key) + max(len(action.title), len(action.undo)) + _BLANKS + _GAP
        if room < 0:
            break
        chosen.add(action.name)
    items = [_item(action, situation) for action in actions if action.name in chosen]
    at_the_right = sum(item.width + _GAP for item in items if item.name in _AT_THE_RIGHT)
    margin = 1 if sum(item.width + _GAP for item in items) < width else 0
    placed: list[FooterItem] = []
    start = 0
    for item in items:
        if item.name in _AT_THE_RIGHT:
            start = max(start, width + _GAP - margin - at_the_right)
            at_the_right -= item.width + _GAP
        placed.append(replace(item, start=start))
        start += item.width + _GAP
    return tuple(placed)


def _item(action: Action, situation: Situation) -> FooterItem:
    title = title_now(action, situation)
    taken = len(action.first_key) + len(title) + _BLANKS
    return FooterItem(action.name, action.first_key, title, not why_not(action, situation), 0, taken)
