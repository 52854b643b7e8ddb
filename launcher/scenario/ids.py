"""Ids of stations, written in short: ranges ``CP_{1..50}`` and globs ``CP_*``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from chargepoint.api.errors import InputError

_RANGE = re.compile(r"\{(\d{1,6})\.\.(\d{1,6})\}")
MOST = 10_000


def expanded(text: str) -> list[str]:
    """The texts that ``text`` stands for; numbers are as wide as the first one of their range. Raises InputError."""
    found = _RANGE.search(text)
    if found is None:
        return [text]
    sizes = [int(last) - int(first) + 1 for first, last in _RANGE.findall(text)]
    if min(sizes) < 1 or math.prod(sizes) > MOST:
        raise InputError("range", text, f"a range upwards like {{1..50}}, or several, of at most {MOST} ids")
    first, last = int(found[1]), int(found[2])
    before, after = text[: found.start()], text[found.end() :]
    width = len(found[1])
    numbers = [f"{number:0{width}}" for number in range(first, last + 1)]
    return [each for number in numbers for each in expanded(f"{before}{number}{after}")]


def selected(wanted: Iterable[str], known: Iterable[str]) -> list[str]:
    """Those of ``known`` that are ``wanted``, in the order of ``known``; all when nothing is. Raises InputError for a
    wanted one that there is not."""
    ids = list(known)
    patterns = [each for text in wanted for each in expanded(text)]
    if not patterns:
        return ids
    chosen = set()
    for pattern in patterns:
        fitting = [each for each in ids if each == pattern or fnmatchcase(each, pattern)]
        if not fitting:
            shown = ", ".join(ids[:8]) + (" ..." if len(ids) > 8 else "")
            raise InputError("station", pattern, f"a station of this scenario; there are: {shown or 'none'}")
        chosen.update(fitting)
    return [each for each in ids if each in chosen]
