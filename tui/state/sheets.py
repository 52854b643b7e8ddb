"""A sheet: lines to look at, drawn when they come into sight, with a cursor where there is something to choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.state.cells import Cell, Line, Tone, fit


@dataclass(frozen=True, slots=True)
class Sheet:
    """``count`` lines; ``line`` makes one of a width. ``tail``: the end is what matters."""

    count: int
    line: Callable[[int, int], Line]
    cursor: int | None = None
    heading: Line = ()
    tail: bool = False


def sheet_of(lines: Sequence[Line], *, heading: Line = (), tail: bool = False, cursor: int | None = None) -> Sheet:
    """A sheet of lines that are there already."""
    return Sheet(len(lines), lambda row, width: fit(lines[row], width), cursor, heading, tail)


def saying(*words: str) -> Sheet:
    """A sheet that says why there is nothing to see."""
    return sheet_of([(), *((Cell(f"  {line}", Tone.DIM),) for line in words)])
