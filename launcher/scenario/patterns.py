"""Whether a value is as it is expected: JSON against a pattern of JSON.

A mapping fits when all its members do; others may be there. A list fits when each of its items fits another item; of
a list, ``length`` is a member.
Texts say more than equality: ``> 5`` (``>=``, ``<``, ``<=``, ``!=``) with numbers, texts that are numbers, and
moments; ``10 +- 0.5``, ``10 +- 5%`` and ``moment +- 2s`` for what is near; ``~ regular expression``; ``A | B`` for
one of several, ``A | null`` for that or nothing; ``*`` for anything that is there; ``= text`` for that very text.
``null`` fits what is absent.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping
from datetime import datetime

_RELATION = re.compile(r"(>=|<=|!=|>|<|~|=)\s+(.*)", re.DOTALL)
_UNSPACED = re.compile(r"(>=|<=|!=|[<>](?!=)|~|=)(\S.*)", re.DOTALL)
_NEAR = re.compile(r"(\S+|\$\{.*\}) (?:\+-|\u00b1) (\d+(?:\.\d+)?)(%|s|m|h)?")
_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
_ORDERINGS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
ROUNDING = 1e-9
"""10.5 is within 0.5 of 10, whatever floating point makes of it."""


def mismatch(pattern: object, value: object, place: str = "") -> str | None:
    """Why ``value`` does not fit ``pattern``; None when it does. ``place`` is the value's name."""
    match pattern:
        case dict(members):
            return _mapping(members, value, place)
        case list(items):
            return _list(items, value, place)
        case str(text):
            return None if _text_fits(text, value) else _differs(place, value, text)
        case None:
            return None if value is None else f"{place or 'it'} is {brief(value)}, expected to be absent"
    return None if _equal(pattern, value) else _differs(place, value, brief(pattern))


def wrong_pattern(pattern: object) -> str | None:
    """Why ``pattern`` can fit nothing; None when it can."""
    match pattern:
        case dict(members):
            return next((why for each in members.values() if (why := wrong_pattern(each))), None)
        case list(items):
            return next((why for each in items if (why := wrong_pattern(each))), None)
        case str(text) if found := _UNSPACED.fullmatch(text):
            return (
                f"a space after {found[1]}: '{found[1]} {brief(found[2], 40)[1:-1]}' (or '= {brief(text, 40)[1:-1]}')"
            )
        case str(text) if (found := _RELATION.fullmatch(text)) and found[1] == "~":
            try:
                re.compile(found[2])
            except re.error as error:
                return f"a regular expression after ~ ({error})"
        case str(text) if (found := _RELATION.fullmatch(text)) and found[1] in _ORDERINGS:
            if "${" not in text and _comparable(found[2]) is None:
                return f"a number or a moment after {found[1]}"
    return None


def exactly(text: str) -> str:
    """The pattern of that very text: itself, unless it would mean something else."""
    forms = (_RELATION, _UNSPACED, _NEAR)
    special = text == "*" or " | " in text or any(form.fullmatch(text) for form in forms)
    return f"= {text}" if special else text


def brief(value: object, length: int = 160) -> str:
    """``value`` as JSON, cut."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= length else text[: length - 1] + "…"


def _mapping(members: Mapping[str, object], value: object, place: str) -> str | None:
    if isinstance(value, list) and "length" in members:
        value = {"length": len(value)}
    if not isinstance(value, Mapping):
        return _differs(place, value, "an object")
    for key, pattern in members.items():
        if why := mismatch(pattern, value.get(key), f"{place}.{key}" if place else str(key)):
            return why
    return None


def _list(items: list[object], value: object, place: str) -> str | None:
    if not isinstance(value, list):
        return _differs(place, value, "a list")
    left = list(value)
    for number, pattern in enumerate(items):
        fitting = next((each for each in left if mismatch(pattern, each) is None), _NOTHING)
        if fitting is _NOTHING:
            return f"nothing in {place or 'it'} fits {brief(pattern)} (item {number + 1}): {brief(value)}"
        left.remove(fitting)
    return None


def _text_fits(pattern: str, value: object) -> bool:
    if pattern == "*":
        return value is not None
    if found := _RELATION.fullmatch(pattern):
        if found[1] == "=":
            # Blanks that the text begins with are part of it.
            return value == pattern[2:]
        return _relation_fits(found[1], found[2], value)
    if (near := _NEAR.fullmatch(pattern)) and (middle := _comparable(near[1])) is not None:
        share = abs(middle) / 100 if near[3] == "%" else _UNITS[near[3] or ""]
        told = _comparable(value)
        return told is not None and abs(told - middle) <= float(near[2]) * share + ROUNDING
    if " | " in pattern:
        return any(
            value is None if each == "null" else _text_fits(each, value)
            for each in map(str.strip, pattern.split(" | "))
        )
    return _equal(pattern, value)


def _relation_fits(sign: str, right: str, value: object) -> bool:
    match sign:
        case "!=":
            return not _equal(right, value)
        case "~":
            return isinstance(value, str) and re.search(right, value) is not None
    left, bound = _comparable(value), _comparable(right)
    return left is not None and bound is not None and _ORDERINGS[sign](left, bound)


def _equal(pattern: object, value: object) -> bool:
    if isinstance(pattern, bool) or isinstance(value, bool):
        return pattern is value or (isinstance(pattern, str) and pattern == str(value).lower())
    if isinstance(pattern, int | float) or isinstance(value, int | float):
        # Meter values are texts on the wire: 16 and "16.00" are the same amount.
        return _comparable(pattern) is not None and _comparable(pattern) == _comparable(value)
    return pattern == value


def _comparable(value: object) -> float | None:
    """A number, a text that is one, or a moment in POSIX seconds."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    text = str(value).strip()
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None


def _differs(place: str, value: object, wanted: str) -> str:
    return f"{place or 'it'} is {'absent' if value is None else brief(value)}, expected {wanted}"


_NOTHING = object()
