"""JSON as people read it: indented, its parts told apart by tone."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tui.state.cells import Cell, Line, Tone, clean

_DEEPEST = 30


def json_lines(value: object, width: int) -> list[Line]:
    """``value`` over as many lines as it needs; what fits in a line of ``width`` columns stands in one."""
    return list(_lines(value, "", "", width, 0))


def compact(value: object) -> Line:
    """``value`` in one line; what it says before what it calls it."""
    return tuple(Cell(cell.text, Tone.DIM) if cell.tone is Tone.CHOSEN else cell for cell in _inline(value, 0))


def _lines(value: object, indent: str, name: str, width: int, depth: int) -> list[Line]:
    label: Line = (Cell(indent), *((Cell(name, Tone.CHOSEN), Cell(": ", Tone.DIM)) if name else ()))
    whole = (*label, *_inline(value, depth))
    room = width - sum(len(cell.text) for cell in whole)
    if room >= 0 or not isinstance(value, Mapping | list) or not value or depth > _DEEPEST:
        return _wrapped(whole, indent, width)
    opening, closing = ("{", "}") if isinstance(value, Mapping) else ("[", "]")
    lines: list[Line] = [(*label, Cell(opening, Tone.DIM))]
    parts = value.items() if isinstance(value, Mapping) else (("", item) for item in value)
    for key, item in parts:
        lines += _lines(item, indent + "  ", clean(str(key)), width, depth + 1)
    lines.append((Cell(indent + closing, Tone.DIM),))
    return lines


def _inline(value: object, depth: int) -> list[Cell]:
    if depth > _DEEPEST:
        return [Cell("…", Tone.DIM)]
    match value:
        case Mapping():
            cells = [Cell("{", Tone.DIM)]
            for place, (key, item) in enumerate(value.items()):
                cells += [Cell(", ", Tone.DIM)] if place else []
                cells += [Cell(clean(str(key)), Tone.CHOSEN), Cell(": ", Tone.DIM), *_inline(item, depth + 1)]
            return [*cells, Cell("}", Tone.DIM)]
        case list():
            cells = [Cell("[", Tone.DIM)]
            for place, item in enumerate(value):
                cells += [*([Cell(", ", Tone.DIM)] if place else []), *_inline(item, depth + 1)]
            return [*cells, Cell("]", Tone.DIM)]
        case str():
            return [Cell(clean(json.dumps(value, ensure_ascii=False)), Tone.GOOD)]
        case bool() | None:
            return [Cell(json.dumps(value), Tone.HOLD)]
        case int() | float():
            return [Cell(json.dumps(value), Tone.BUSY)]
        case _:
            return [Cell(clean(str(value)), Tone.PLAIN)]


def _wrapped(line: Line, indent: str, width: int) -> list[Line]:
    """A long text goes on in the next line, so that nothing of it is hidden."""
    lines: list[Line] = []
    current: list[Cell] = []
    room = width
    for cell in line:
        text = cell.text
        while len(text) > room:
            current.append(Cell(text[:room], cell.tone))
            lines.append(tuple(current))
            text = text[room:]
            current = [Cell(indent + "  ")]
            room = max(8, width - len(indent) - 2)
        current.append(Cell(text, cell.tone))
        room -= len(text)
    return [*lines, tuple(current)]
