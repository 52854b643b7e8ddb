"""The names that a charge point uses, laid side by side in memory.

Python keeps each name once, where the first code that has it was loaded, and counts the references to it: in a child
the pages of the names that it uses, each among many that it does not, become its own. Names that are there before any
of that code is loaded stay where they were put. Which ones they are is found out in a child that lives once and ends.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

SEPARATOR = "\n"

_laid: list[str] = []
"""Else they would be gone before anybody uses them."""


def lay_names() -> int:
    """Lay them, before anything that has them is imported; returns how many there are, 0 when nobody could live."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.close(reader)
        with suppress(Exception):
            _tell_names(writer)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as told:
        _laid.extend(map(sys.intern, told.read().split()))
    os.waitpid(child, 0)
    return len(_laid)


def _tell_names(writer: int) -> None:
    # Loaded in the child alone.
    from chargepoint.zygote.warm_up import names_of_a_life

    with os.fdopen(writer, "w", encoding="utf-8") as told:
        told.write(SEPARATOR.join(names_of_a_life()))
