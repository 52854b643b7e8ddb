"""Curves of little dots: two samples in each column, four levels in each line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

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
    spans: list[tuple[int, int] | None] = [None] * (2 * width - len(levels))
    previous = levels[0] if levels else 0
    for level in levels:
        # A step is drawn upright, from where the last sample was to where this one is.
        spans.append((min(level, previous + (level > previous)), max(level, previous - (level < previous))))
        previous = level
    lines = []
    for row in range(height):
        base = (height - 1 - row) * LEVELS
        columns = zip(spans[::2], spans[1::2], strict=True)
        dots = [_dots(left, _LEFT, base) | _dots(right, _RIGHT, base) for left, right in columns]
        lines.append("".join(chr(_BRAILLE | cell) if cell else " " for cell in dots))
    return lines


def _dots(span: tuple[int, int] | None, dots: Sequence[int], base: int) -> int:
    if span is None:
        return 0
    low, high = span
    return sum(dots[level] for level in range(LEVELS) if low <= base + level <= high)
