"""Lines in a frame: a title, a border, and what is said inside."""

from __future__ import annotations

from collections.abc import Sequence

from tui.state.cells import Cell, Line, Tone, fit, width_of

_ROUND = tuple("╭─╮│╰╯")
_HEAVY = tuple("┏━┓┃┗┛")


def box(
    title: Line, corner: Line, body: Sequence[Line], width: int, *, chosen: bool = False, lit: bool = False
) -> list[Line]:
    """``body`` framed, ``width`` columns wide, ``title`` in its upper left and ``corner`` in its upper right.

    A chosen one has heavy lines, so that it is told from others without colour too; a lit one has the keys.
    """
    top_left, flat, top_right, upright, low_left, low_right = _HEAVY if chosen else _ROUND
    tone = Tone.CHOSEN if chosen or lit else Tone.LINE
    room = width - 6
    if corner and width_of(title) + width_of(corner) + 3 > room:
        corner = ()
    if width_of(title) > room:
        title = fit(title, room)
    dashes = width - 2 - 3 - width_of(title) - (width_of(corner) + 3 if corner else 0)
    top: list[Cell] = [Cell(f"{top_left}{flat} ", tone), *title, Cell(" " + flat * dashes, tone)]
    if corner:
        top += [Cell(" "), *corner, Cell(f" {flat}", tone)]
    top.append(Cell(top_right, tone))
    lines: list[Line] = [tuple(top)]
    lines += [(Cell(upright + " ", tone), *fit(line, width - 4), Cell(" " + upright, tone)) for line in body]
    lines.append((Cell(low_left + flat * (width - 2) + low_right, tone),))
    return lines


def inner_width(width: int) -> int:
    """How many columns a line has in a box of ``width``."""
    return width - 4


def side_by_side(left: Sequence[Line], right: Sequence[Line], left_width: int, gap: int) -> list[Line]:
    """Two boxes beside each other; the shorter one is followed by blanks."""
    lines = []
    for row in range(max(len(left), len(right))):
        start = left[row] if row < len(left) else ()
        end = right[row] if row < len(right) else ()
        lines.append((*fit(start, left_width), Cell(" " * gap), *end))
    return lines
