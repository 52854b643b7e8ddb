"""Variables in the texts of scenario files."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime

from chargepoint.api.errors import InputError
from chargepoint.clock import iso
from launcher.scenario.source import Node, node_of

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
"""What a variable may be called."""

_VARIABLE = re.compile(rf"(\$?)(\$\{{({NAME})(?:([+-]\d+(?:\.\d+)?)(s|m|h|d))?\}})")
"""A name, or a moment so long after or before another: ``${now+30s}``. With one more ``$`` before it, itself."""
_BEGINNING = re.compile(r"(?<!\$)\$\{")
_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def names_in(text: str) -> list[str]:
    """The variables in ``text``."""
    return [found[3] for found in _VARIABLE.finditer(text) if not found[1]]


def filled(value: object, variables: Mapping[str, object], *, at_last: bool = False) -> object:
    """``value`` (as JSON has it) with variables in its texts, keys included. A text that is nothing but a variable
    becomes its value; a variable that is not known stays. ``at_last``: what is no variable loses its second ``$``."""

    def one(found: re.Match[str]) -> object:
        if found[1]:
            return found[2] if at_last else found[0]
        return _value(found, variables)

    match value:
        case str(text):
            whole = _VARIABLE.fullmatch(text)
            return one(whole) if whole else _VARIABLE.sub(lambda found: as_text(one(found)), text)
        case list(items):
            return [filled(item, variables, at_last=at_last) for item in items]
        case dict(members):
            return {
                str(filled(key, variables, at_last=at_last)): filled(each, variables, at_last=at_last)
                for key, each in members.items()
            }
    return value


def _value(found: re.Match[str], variables: Mapping[str, object]) -> object:
    """What stands for the variable; itself when it is not known, or no moment that could be moved."""
    value = variables.get(found[3], found[0])
    if found[4] is None or found[3] not in variables:
        return value
    try:
        at = datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        return found[0]
    return iso(at + float(found[4]) * _UNITS_S[found[5]])


def filled_node(node: Node, variables: Mapping[str, object], later: Collection[str] = ()) -> Node:
    """``node`` with ``variables`` in all its texts; those of ``later`` get their value when the scenario runs.

    Raises InputError for others.
    """

    def check(text: str) -> None:
        for name in names_in(text):
            if name not in variables and name not in later:
                known = ", ".join(sorted({*variables, *later})) or "none"
                raise InputError(
                    f"{node.place}: {node.key}", f"${{{name}}}", f"a variable of this scenario; there are: {known}"
                )
        if _BEGINNING.search(_VARIABLE.sub("", text)):
            raise node.refused("a text with variables like ${TAG} and ${now+2s}; $${ stands for ${ itself")

    match node.value:
        case list(items):
            return Node([filled_node(item, variables, later) for item in items], node.key, node.place)
        case dict(members):
            for key in members:
                check(key)
            return Node(
                {str(filled(key, variables)): filled_node(each, variables, later) for key, each in members.items()},
                node.key,
                node.place,
            )
        case str(text):
            check(text)
            return node_of(filled(text, variables), node.key, node.place)
    return node


def as_text(value: object) -> str:
    """``value`` inside of a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)
