"""Ids for many charge points at once, from a pattern or by counting on."""

from __future__ import annotations

import itertools
import math
import re
from typing import Final

from chargepoint.api.errors import InputError
from chargepoint.api.topics import check_id

MOST_AT_ONCE: Final = 5000

_RANGE = re.compile(r"\{(\d{1,6})\.\.(\d{1,6})\}")
_TAIL = re.compile(r"(.*?)(\d*)")


def expand_ids(pattern: str, count: int = 1) -> tuple[str, ...]:
    """The ids that ``pattern`` stands for, each checked; raises InputError.

    ``CP_{1..50}`` counts from 1 to 50, ``CP_{001..050}`` with zeros before. Without braces there are ``count``
    ids from ``pattern`` on: ``CP_007`` and 3 make CP_007, CP_008, CP_009; ``CP`` and 2 make CP_1 and CP_2.
    """
    ranges = [_numbers(match) for match in _RANGE.finditer(pattern)]
    if not ranges:
        return tuple(check_id(name) for name in _counted(pattern, count))
    if count != 1:
        raise InputError("count", count, "1 where the id has a range in braces")
    total = math.prod(len(numbers) for numbers in ranges)
    _check_total("id", pattern, total)
    texts = _RANGE.sub("\0", pattern).split("\0")
    names = []
    for numbers in itertools.product(*ranges):
        names.append("".join(itertools.chain(*itertools.zip_longest(texts, numbers, fillvalue=""))))
    return tuple(check_id(name) for name in names)


def _numbers(match: re.Match[str]) -> list[str]:
    first, last = match.groups()
    if int(last) < int(first):
        raise InputError("id", match.group(), f"a range that counts up, like '{{{last}..{first}}}'")
    _check_total("id", match.group(), int(last) - int(first) + 1)
    width = len(first) if first.startswith("0") else 0
    return [str(number).zfill(width) for number in range(int(first), int(last) + 1)]


def following(name: str) -> str:
    """The id after ``name``: its last number counted on, or ``_1`` where there is none."""
    match = _TAIL.fullmatch(name)
    stem, digits = match.groups() if match else (name, "")
    return stem + str(int(digits) + 1).zfill(len(digits)) if digits else f"{name}_1"


def _counted(name: str, count: int) -> list[str]:
    _check_total("count", count, count)
    if count == 1:
        return [name]
    names = [name if name[-1:].isdigit() else following(name)]
    while len(names) < count:
        names.append(following(names[-1]))
    return names


def _check_total(field: str, value: object, total: int) -> None:
    if not 1 <= total <= MOST_AT_ONCE:
        raise InputError(field, value, f"1 to {MOST_AT_ONCE} charge points at once")
