"""Variables in the texts of scenario files."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from chargepoint.api.errors import InputError
from launcher.scenario.arithmetic import WANTED, NoArithmetic, NoResult, names, result
from launcher.scenario.source import Node, node_of

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
"""What a variable may be called."""

_VARIABLE = re.compile(r"(\$?)(\$\{([^{}]*)\})")
"""A name, arithmetic, or a moment so long after or before another: ``${now+30s}``. With one more ``$`` before it,
itself."""
_MOMENT = re.compile(rf"({NAME})\s*([+-])\s*(\d+(?:\.\d+)?)(s|m|h|d)")
_BEGINNING = re.compile(r"(?<!\$)\$\{")
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def names_in(text: str) -> list[str]:
    """The variables in ``text``. Raises NoArithmetic."""
    return [name for found in _VARIABLE.finditer(text) if not found[1] for name in names(_spelt_out(found[3]))]


def is_variable(text: str) -> bool:
    """Whether ``text`` is nothing but a variable, or arithmetic with some."""
    found = _VARIABLE.fullmatch(text)
    return found is not None and not found[1]


def filled(value: object, variables: Mapping[str, object], *, at_last: bool = False) -> object:
    """``value`` (as JSON has it) with variables in its texts, keys included. A text that is nothing but a variable
    becomes its value; a variable that is not known stays. ``at_last``: what is no variable loses its second ``$``.

    Raises InputError for arithmetic that has no result."""

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


def _spelt_out(text: str) -> str:
    """``now+2m`` as ``now+2*60``."""
    if found := _MOMENT.fullmatch(text.strip()):
        return f"{found[1]} {found[2]} {found[3]} * {_UNITS_S[found[4]]}"
    return text


def _value(found: re.Match[str], variables: Mapping[str, object]) -> object:
    """What stands for the variable; itself when it is not known."""
    text = _spelt_out(found[3])
    try:
        if not set(names(text)) <= variables.keys():
            return found[0]
        if (name := text.strip()) in variables:
            return variables[name]
        return result(text, variables)
    except NoArithmetic:
        return found[0]
    except NoResult as error:
        raise InputError("arithmetic", found[0], str(error)) from None


def filled_node(node: Node, variables: Mapping[str, object], later: Collection[str] = ()) -> Node:
    """``node`` with ``variables`` in all its texts; those of ``later`` get their value when the scenario runs.

    Raises InputError for others.
    """

    def check(text: str) -> None:
        try:
            found = names_in(text)
        except NoArithmetic as error:
            raise node.refused(str(error)) from None
        for name in found:
            if name not in variables and name not in later:
                known = ", ".join(sorted({*variables, *later})) or "none"
                raise InputError(
                    f"{node.place}: {node.key}", f"${{{name}}}", f"a variable of this scenario; there are: {known}"
                )
        if _BEGINNING.search(_VARIABLE.sub("", text)):
            raise node.refused(WANTED)
        try:
            filled(text, variables)
        except InputError as error:
            raise InputError(f"{node.place}: {node.key}", error.value, error.expected) from None

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
