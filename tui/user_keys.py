"""Keys of one's own: a file that gives actions of the registry other keys.

::

    # ~/.config/cp-simu/keys.toml
    plug = "f5"
    remove = ["delete", "ctrl+d"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches

from chargepoint.api.errors import InputError
from tui.keymap import BY_NAME, GROUPS, Action, Group

Keys = Mapping[str, tuple[str, ...]]
"""By the name of an action, the keys that do it."""

_FIXED = frozenset({"choose"})


def parse_keys(text: str, where: str) -> Keys:
    """The keys that ``text`` (TOML) gives; raises InputError for unknown actions, and for keys of two actions."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(where, None, f'a file of lines like plug = "f5" ({error})') from None
    keys: dict[str, tuple[str, ...]] = {}
    for name, value in given.items():
        if name not in BY_NAME or name in _FIXED:
            close = get_close_matches(name, BY_NAME, 1)
            meant = f"did you mean {close[0]}?" if close else f"they are {', '.join(BY_NAME)}"
            raise InputError(where, name, f"an action with keys of its own: {meant}")
        words = [value] if isinstance(value, str) else value
        if not isinstance(words, list) or not words or not all(_is_key(word) for word in words):
            raise InputError(f"{where}: {name}", value, 'a key like "f5" or "ctrl+d", or a list of keys')
        keys[name] = tuple(words)
    _check_single(keys, where)
    return keys


def groups_with(keys: Keys) -> dict[Group, tuple[Action, ...]]:
    """The registry with these keys."""
    return {
        group: tuple(replace(action, keys=keys.get(action.name, action.keys)) for action in actions)
        for group, actions in GROUPS.items()
    }


def _is_key(word: object) -> bool:
    return isinstance(word, str) and word.strip() == word and word != ""


def _check_single(keys: Keys, where: str) -> None:
    taken: dict[str, str] = {}
    for actions in groups_with(keys).values():
        for action in actions:
            for key in action.keys:
                if key in taken:
                    both = f"{taken[key]} and {action.name}"
                    raise InputError(where, key, f"a key of one action: {both} have it; give one of them another")
                taken[key] = action.name
