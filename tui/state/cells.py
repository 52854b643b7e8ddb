"""The smallest thing shown: a text with a tone. What colour a tone has is the theme's affair."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rich.cells import cell_len, set_cell_size


class Tone(StrEnum):
    """What a text means, which decides its colour."""

    PLAIN = "plain"
    DIM = "dim"
    STRONG = "strong"
    GOOD = "good"
    BUSY = "busy"
    HOLD = "hold"
    WARN = "warn"
    BAD = "bad"
    KEY = "key"
    LINE = "line"
    CHOSEN = "chosen"
    TRACK = "track"


@dataclass(frozen=True, slots=True)
class Cell:
    """A run of text of one tone."""

    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Cell, ...]
"""One line of the screen."""


def clean(text: str) -> str:
    """``text`` from outside, fit to be drawn: one line, nothing that moves the cursor."""
    return "".join(character if character.isprintable() else "·" for character in text)


def width_of(line: Iterable[Cell]) -> int:
    """How many columns ``line`` takes."""
    return sum(cell_len(cell.text) for cell in line)


def clip(text: str, width: int) -> str:
    """``text`` in at most ``width`` columns, an ellipsis where it was cut."""
    if cell_len(text) <= width:
        return text
    return "" if width < 1 else set_cell_size(text, width - 1).rstrip() + "…"


def clip_middle(text: str, width: int) -> str:
    """``text`` in at most ``width`` columns, cut in the middle: the ids of a fleet differ at their ends."""
    if cell_len(text) <= width or width < 5:
        return clip(text, width)
    half = width // 2
    tail = text[-half:]
    while cell_len(tail) > half:
        tail = tail[1:]
    return set_cell_size(text, width - 1 - half) + "…" + tail


def left(text: str, width: int) -> str:
    """``text`` clipped and filled to ``width`` columns, at the left."""
    return set_cell_size(clip(text, width), width)


def right(text: str, width: int) -> str:
    """``text`` clipped and filled to ``width`` columns, at the right: for numbers."""
    clipped = clip(text, width)
    return " " * (width - cell_len(clipped)) + clipped


def fit(line: Line, width: int) -> Line:
    """``line`` cut or filled with blanks to exactly ``width`` columns."""
    fitted: list[Cell] = []
    room = width
    for cell in line:
        taken = cell_len(cell.text)
        if taken > room:
            fitted.append(Cell(clip(cell.text, room), cell.tone))
            room -= cell_len(fitted[-1].text)
            break
        fitted.append(cell)
        room -= taken
    return (*fitted, Cell(" " * room)) if room else tuple(fitted)


def spread(start: Line, end: Line, width: int) -> Line:
    """``start`` at the left and ``end`` at the right of ``width`` columns; without ``end`` where both do not fit."""
    gap = width - width_of(start) - width_of(end)
    if gap < 1:
        return fit(start, width)
    return (*start, Cell(" " * gap), *end)


def joined(parts: Iterable[Line], separator: str = "  ") -> Line:
    """The non-empty ``parts`` one behind the other."""
    line: list[Cell] = []
    for part in parts:
        if part:
            line += [Cell(separator), *part] if line else part
    return tuple(line)


def text_of(line: Iterable[Cell]) -> str:
    """The characters of ``line``, without tones."""
    return "".join(cell.text for cell in line)
