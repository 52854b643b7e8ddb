"""The fleet list: which columns a width has room for, and the row of one charge point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from tui.state.cells import Cell, Line, Tone, clip_middle, fit, left, right
from tui.state.columns import BY_NAME, COLUMNS, CONNECTOR_GLYPHS, CONNECTOR_WORDS, Column
from tui.state.deviations import DEVIATES
from tui.state.moment import Moment
from tui.state.ordering import BY_ID, Order
from tui.state.station import Station

ID_WIDTH: Final = 14
"""What is left to the id before a column of more is shown."""

_WIDEST_ID: Final = 48
_LEAST_ID: Final = 9
_SIGNS: Final = {False: "▲", True: "▼"}


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns for one width; the id takes what they leave. ``hidden``: chosen, but there is no room."""

    id_width: int
    columns: tuple[Column, ...]
    order: Order = BY_ID
    hidden: tuple[Column, ...] = ()

    @property
    def heading(self) -> str:
        """The line above the rows, the sorted column marked."""
        cells = [
            right(self._named(column.name, column.heading, column.width), column.width)
            if column.numeric
            else left(self._named(column.name, column.heading, column.width), column.width)
            for column in self.columns
        ]
        id_heading = " id" if self.order == BY_ID else f" {self._named('id', 'id', self.id_width)}"
        return " ".join([left(id_heading, self.id_width + 1), *cells])

    @property
    def costs(self) -> bool:
        """Whether a column is shown that needs a look at the processes."""
        return any(column.costs for column in self.columns)

    def row(self, station: Station, moment: Moment | None = None, *, indent: int = 0) -> Line:
        """The row of one charge point."""
        moment = moment or Moment()
        width = max(0, self.id_width - indent)
        name = " " * min(indent, self.id_width) + left(clip_middle(station.id, width), width)
        cells = [Cell(" " + name, Tone.PLAIN)]
        between = DEVIATES if station.deviates else Cell(" ")
        for column in self.columns:
            cells += [between, *fit(column.cells(station, moment, column.width), column.width)]
            between = Cell(" ")
        return tuple(cells)

    def column_at(self, x: int) -> str | None:
        """The name of the column at ``x``: "id", or that of another; None behind the last one."""
        end = self.id_width + 1
        if x <= end:
            return "id"
        for column in self.columns:
            end += column.width + 1
            if x <= end:
                return column.name
        return None

    def _named(self, name: str, heading: str, width: int) -> str:
        if self.order.column != name:
            return heading
        sign = _SIGNS[self.order.descending]
        return f"{heading[: max(0, width - 1)]}{sign}"


@dataclass(frozen=True, slots=True)
class Content:
    """What the rows are to show: the longest id, and how many connectors a charge point has at most."""

    longest_id: int = 0
    most_connectors: int = CONNECTOR_GLYPHS.width


def layout(width: int, chosen: tuple[str, ...] = (), order: Order = BY_ID, content: Content = Content()) -> Layout:
    """The columns that ``width`` has room for: the ``chosen`` ones in their order, else the more telling first.

    Where ids would be cut, glyphs of connectors take no more room than there are connectors.
    """
    if chosen:
        found = _of_chosen(width, [BY_NAME[name] for name in chosen if name in BY_NAME], order)
    else:
        found = _by_worth(width, order)
    spare = CONNECTOR_GLYPHS.width - max(1, content.most_connectors)
    if found.id_width >= content.longest_id or spare <= 0 or CONNECTOR_GLYPHS not in found.columns:
        return found
    glyphs = CONNECTOR_GLYPHS.width - min(spare, content.longest_id - found.id_width)
    narrow = replace(CONNECTOR_GLYPHS, width=glyphs, heading=CONNECTOR_GLYPHS.heading[:glyphs])
    columns = tuple(narrow if column is CONNECTOR_GLYPHS else column for column in found.columns)
    return replace(found, id_width=found.id_width + CONNECTOR_GLYPHS.width - glyphs, columns=columns)


def _by_worth(width: int, order: Order) -> Layout:
    room = width - 1
    fitting: list[Column] = []
    for name, keep_for_id in _BY_WORTH:
        column = BY_NAME[name]
        if room - (column.width + 1) < keep_for_id:
            continue
        if column is CONNECTOR_WORDS:
            fitting.remove(CONNECTOR_GLYPHS)
            room += CONNECTOR_GLYPHS.width + 1
        fitting.append(column)
        room -= column.width + 1
    return Layout(min(room, _WIDEST_ID), _in_order(fitting), order)


def _of_chosen(width: int, chosen: list[Column], order: Order) -> Layout:
    room = width - 1
    fitting: list[Column] = []
    hidden: list[Column] = []
    for column in chosen:
        if room - (column.width + 1) < _LEAST_ID:
            hidden.append(column)
            continue
        fitting.append(column)
        room -= column.width + 1
    return Layout(min(room, _WIDEST_ID), tuple(fitting), order, tuple(hidden))


def _in_order(columns: Iterable[Column]) -> tuple[Column, ...]:
    wanted = set(columns)
    return tuple(column for column in COLUMNS if column in wanted)


_BY_WORTH: Final = (
    ("status", 6),
    ("power", 8),
    ("con", 9),
    ("tx", ID_WIDTH),
    ("soc", ID_WIDTH),
    ("connectors", ID_WIDTH),
    ("energy", 18),
    ("uptime", 18),
    ("error", 18),
    ("age", 18),
    ("pid", 18),
    ("cpu", 18),
    ("memory", 18),
    ("version", 18),
    ("model", 24),
)
