"""Curves of little dots: two samples in each column, four levels in each line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tui.state.cells import Cell, Line, Tone

_LEFT: Final = (0x40, 0x04, 0x02, 0x01)
_RIGHT: Final = (0x80, 0x20, 0x10, 0x08)
_BRAILLE: Final = 0x2800
LEVELS: Final = 4


def graph(samples: Sequence[float], width: int, height: int, full: float) -> list[str]:
    """The last samples as a line over ``height`` lines of ``width`` columns, the newest at the right.

    ``full`` is what reaches the top; a greater sample raises it.
    """
    recent = list(samples[-2 * width :]) if width > 0 else []
    full = max([full, *recent]) or 1.0
    top = height * LEVELS - 1
    levels = [round(top * max(0.0, sample) / full) for sample in recent]
    spans = _filled_up(_line(levels), 2 * width)
    lines = []
    for row in range(height):
        base = (height - 1 - row) * LEVELS
        columns = zip(spans[::2], spans[1::2], strict=True)
        dots = [_dots(left, _LEFT, base) | _dots(right, _RIGHT, base) for left, right in columns]
        lines.append("".join(chr(_BRAILLE | cell) if cell else " " for cell in dots))
    return lines


def area(samples: Sequence[float], limits: Sequence[float], width: int, height: int, full: float) -> list[Line]:
    """The last samples as a filled area with the line of their limits in it, the newest at the right.

    ``full`` is what reaches the top; a greater sample or limit raises it.
    """
    recent, above = list(samples[-2 * width :]), list(limits[-2 * width :])
    full = max([full, *recent, *above]) or 1.0
    top = height * LEVELS - 1
    powers: list[_Span] = [(0, round(top * sample / full)) if sample > 0 else None for sample in recent]
    filled = _filled_up(powers, 2 * width)
    lined = _filled_up(_line([round(top * limit / full) for limit in above]), 2 * width)
    lines: list[Line] = []
    for row in range(height):
        base = (height - 1 - row) * LEVELS
        cells: list[Cell] = []
        for column in range(0, 2 * width, 2):
            power = _dots(filled[column], _LEFT, base) | _dots(filled[column + 1], _RIGHT, base)
            limit = _dots(lined[column], _LEFT, base) | _dots(lined[column + 1], _RIGHT, base)
            tone = Tone.WARN if limit else Tone.BUSY
            sign = chr(_BRAILLE | power | limit) if power | limit else " "
            if cells and cells[-1].tone is tone:
                cells[-1] = Cell(cells[-1].text + sign, tone)
            else:
                cells.append(Cell(sign, tone))
        lines.append(tuple(cells))
    return lines


def stretched(samples: Sequence[float], length: int, width: int) -> list[float]:
    """The last ``length`` samples over ``width`` columns, where those have room for more."""
    recent = list(samples[-length:])
    if 2 * width <= length:
        return recent
    wanted = round(len(recent) * 2 * width / length)
    return [recent[place * len(recent) // wanted] for place in range(wanted)]


_Span = tuple[int, int] | None


def _filled_up(spans: list[_Span], columns: int) -> list[_Span]:
    missing: list[_Span] = [None] * (columns - len(spans))
    return missing + spans


def _line(levels: Sequence[int]) -> list[_Span]:
    """A step is drawn upright, from where the last sample was to where this one is."""
    spans: list[_Span] = []
    previous = levels[0] if levels else 0
    for level in levels:
        spans.append((min(level, previous + (level > previous)), max(level, previous - (level < previous))))
        previous = level
    return spans


def _dots(span: _Span, dots: Sequence[int], base: int) -> int:
    if span is None:
        return 0
    low, high = span
    return sum(dots[level] for level in range(LEVELS) if low <= base + level <= high)
