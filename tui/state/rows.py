"""The fleet list: which columns a width has room for, and the row of one charge point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tui.state import units
from tui.state.cells import Cell, Line, Tone, clean, clip_middle, fit, joined, left, right, width_of
from tui.state.looks import STANDINGS, look_of
from tui.state.station import Station

ID_WIDTH: Final = 14
"""What is left to the id before a column of more is shown."""

_WIDEST_ID: Final = 48


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, how wide it is, and the cells of a charge point in it."""

    heading: str
    width: int
    cells: Callable[[Station, int], Line]
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns for one width; the id takes what they leave."""

    id_width: int
    columns: tuple[Column, ...]

    @property
    def heading(self) -> str:
        """The line above the rows."""
        cells = [
            right(column.heading, column.width) if column.numeric else left(column.heading, column.width)
            for column in self.columns
        ]
        return " ".join([left(" id", self.id_width + 1), *cells])

    def row(self, station: Station) -> Line:
        """The row of one charge point."""
        cells = [Cell(" " + left(clip_middle(station.id, self.id_width), self.id_width), Tone.PLAIN)]
        for column in self.columns:
            cells += [Cell(" "), *fit(column.cells(station, column.width), column.width)]
        return tuple(cells)


def layout(width: int) -> Layout:
    """The columns that ``width`` has room for, the more telling first."""
    room = width - 1
    chosen: list[Column] = []
    for column, keep_for_id in _BY_WORTH:
        if room - (column.width + 1) < keep_for_id:
            continue
        if column is _CONNECTOR_WORDS:
            chosen.remove(_CONNECTOR_GLYPHS)
            room += _CONNECTOR_GLYPHS.width + 1
        chosen.append(column)
        room -= column.width + 1
    chosen.sort(key=_ORDER.index)
    return Layout(min(room, _WIDEST_ID), tuple(chosen))


def _standing(station: Station, width: int) -> Line:
    return STANDINGS[station.standing].line


def _power(station: Station, width: int) -> Line:
    power_w = station.power_w
    if round(power_w) == 0:
        return (Cell(right(units.NONE, width), Tone.DIM),)
    return (Cell(right(units.power_kw(power_w), width), Tone.STRONG),)


def _soc(station: Station, width: int) -> Line:
    soc_pct = station.soc_pct
    if soc_pct is None:
        return (Cell(right(units.NONE, width), Tone.DIM),)
    return (Cell(right(f"{soc_pct:.0f}", width)),)


def _transaction(station: Station, width: int) -> Line:
    transactions = station.transactions
    if not transactions:
        return (Cell(right(units.NONE, width), Tone.DIM),)
    shown = transaction_text(transactions[0])
    if len(transactions) > 1:
        shown += f"+{len(transactions) - 1}"
    return (Cell(right(shown, width)),)


def transaction_text(transaction_id: int) -> str:
    """A transaction's id; one that the central system has not numbered yet reads "new"."""
    return "new" if transaction_id == -1 else str(transaction_id)


def _connector_glyphs(station: Station, width: int) -> Line:
    looks = [look_of(connector) for connector in station.connectors.values()]
    if len(looks) > width:
        return (*(Cell(look.glyph, look.tone) for look in looks[: width - 1]), Cell("…", Tone.DIM))
    return tuple(Cell(look.glyph, look.tone) for look in looks)


def _connector_words(station: Station, width: int) -> Line:
    counts = Counter(look_of(connector) for connector in station.connectors.values())
    line: Line = ()
    for look, count in counts.items():
        number = f"{count} " if count > 1 else ""
        worded = joined((line, (Cell(f"{look.glyph} {number}{look.word}", look.tone),)))
        brief = joined((line, (Cell(f"{look.glyph} {number}".rstrip(), look.tone),)))
        line = worded if width_of(worded) <= width else brief
    return line


def _model(station: Station, width: int) -> Line:
    return (Cell(clean(station.status.model) if station.status else "", Tone.DIM),)


_STANDING = Column("status", 14, _standing)
_CONNECTOR_GLYPHS = Column("con", 3, _connector_glyphs)
_CONNECTOR_WORDS = Column("connectors", 24, _connector_words)
_POWER = Column("kW", 5, _power, numeric=True)
_SOC = Column("SoC%", 4, _soc, numeric=True)
_TRANSACTION = Column("tx", 7, _transaction, numeric=True)
_MODEL = Column("model", 20, _model)

_ORDER: Final = [
    _STANDING, _CONNECTOR_GLYPHS, _CONNECTOR_WORDS, _POWER, _SOC, _TRANSACTION, _MODEL,
]  # fmt: skip
_BY_WORTH: Final = [
    (_STANDING, 6),
    (_POWER, 8),
    (_CONNECTOR_GLYPHS, 9),
    (_TRANSACTION, ID_WIDTH),
    (_SOC, ID_WIDTH),
    (_CONNECTOR_WORDS, ID_WIDTH),
    (_MODEL, 24),
]
