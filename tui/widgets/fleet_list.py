"""The list of charge points: only the rows in sight are drawn, and only those that changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.segment import Segment
from textual.events import Click, Resize
from textual.strip import Strip
from textual.widget import Widget

from tui.messages import FoldWanted, SelectionMoved, SortWanted
from tui.state.arrangement import INDENT
from tui.state.cells import Cell, Line, Tone
from tui.state.groups import heading_line
from tui.state.rows import Layout, layout
from tui.state.view import View
from tui.widgets.line_scroll import LineScroll
from tui.widgets.painting import Brush, paint

_EMPTY: Final = (
    (),
    (Cell("  No charge points yet.", Tone.DIM),),
    (),
    (Cell("  a", Tone.KEY), Cell(" adds one or many", Tone.DIM)),
    (Cell("  o", Tone.KEY), Cell(" loads a setup", Tone.DIM)),
)
_NONE_MATCHES: Final = (
    (),
    (Cell("  Nothing is like that.", Tone.DIM),),
    (),
    (Cell("  esc", Tone.KEY), Cell(" shows all again", Tone.DIM)),
)


class FleetHeading(Widget):
    """The names of the columns; a click sorts by one."""

    def __init__(self) -> None:
        super().__init__(id="heading")
        self._layout: Layout = layout(0)

    def show(self, columns: Layout) -> None:
        """Name these columns."""
        if columns != self._layout:
            self._layout = columns
            self.refresh()

    def on_click(self, event: Click) -> None:
        """Sort by what was clicked."""
        if (column := self._layout.column_at(event.x)) is not None:
            self.post_message(SortWanted(column))

    def render_line(self, y: int) -> Strip:
        """The names."""
        line: Line = (Cell(self._layout.heading, Tone.DIM),) if y == 0 else ()
        return paint(self, line, self.size.width)


class FleetList(LineScroll):
    """Rows of a ``View``, drawn line by line."""

    def __init__(self, view: View, heading: FleetHeading) -> None:
        super().__init__()
        self._view = view
        self._heading = heading
        self._layout = layout(0)
        self._shown_position = 0
        self.chosen_columns: tuple[str, ...] = ()
        self.stale = False

    @property
    def columns(self) -> Layout:
        """The columns that are shown now."""
        return self._layout

    def on_resize(self, event: Resize) -> None:
        """Choose the columns for the new width."""
        self._fit()

    def reload(self, *, reveal: bool = True) -> None:
        """Rows came, went or moved: draw all that are in sight."""
        self._fit()
        self.refresh()
        if reveal:
            self._show_selection()

    def redraw(self, station_ids: Iterable[str]) -> None:
        """Draw the rows of these charge points, and of their groups, where they are in sight."""
        view = self._view
        for station_id in station_ids:
            for position in (view.position_of(station_id), view.heading_of(station_id)):
                if position is not None:
                    self.refresh_line(position)

    def ids_in_sight(self) -> list[str]:
        """The charge points whose rows can be seen."""
        top = self.top
        stations = (self._view.at(position) for position in range(top, top + self.size.height))
        return [station.id for station in stations if station]

    def move(self, rows: int) -> None:
        """Select the row so many further down; up when negative."""
        self.move_to(self._view.position + rows)

    def move_page(self, pages: int) -> None:
        """Select the row so many pages further down."""
        self.move(pages * self.page)

    def move_to(self, position: int) -> None:
        """Select the row at ``position``, or the nearest there is."""
        marked = len(self._view.marks)
        self._view.select_position(position)
        if self._view.marks.anchor or len(self._view.marks) != marked:
            self.refresh()
        self._show_selection()
        self.post_message(SelectionMoved())

    def clicked(self, row: int, x: int, event: Click) -> None:
        """Select the row that was clicked; with ctrl mark it, with shift all up to it; a group folds."""
        if row >= len(self._view):
            return
        if event.shift:
            self._view.begin_range(lasting=False)
        self.move_to(row)
        if event.ctrl:
            self._view.toggle_mark()
            self.refresh()
            self.post_message(SelectionMoved())
        elif (heading := self._view.heading_at(row)) and not event.shift:
            self.post_message(FoldWanted(heading.name))

    def line(self, row: int, width: int, brush: Brush) -> list[Segment]:
        """One line of the list."""
        view = self._view
        line, marked = self._cells(row, width)
        if row != view.position or not len(view):
            if marked:
                line = (Cell("✓", Tone.CHOSEN), Cell(line[0].text[1:], Tone.STRONG), *line[1:])
            return brush.segments(line, width, background="marked" if marked else "", faded=self.stale)
        sign = "✔" if marked else "▌"
        chosen = (Cell(sign, Tone.CHOSEN), Cell(line[0].text[1:], Tone.STRONG), *line[1:])
        background = "selection" if self.has_focus else "selection-blurred"
        return brush.segments(chosen, width, background=background, faded=self.stale)

    def _cells(self, position: int, width: int) -> tuple[Line, bool]:
        view = self._view
        if station := view.at(position):
            indent = INDENT if view.heading_of(station.id) is not None else 0
            return self._layout.row(station, view.moment, indent=indent), station.id in view.marks
        if heading := view.heading_at(position):
            marked = sum(station_id in view.marks for station_id in heading.ids) if view.marks else 0
            return heading_line(
                heading, view.members(heading), marked, width, view.process_of(heading)
            ), marked == len(heading.ids)
        words = _NONE_MATCHES if view.filter else _EMPTY
        return (words[position] if len(view) == 0 and position < len(words) else ()), False

    def _fit(self) -> None:
        self.count = len(self._view)
        columns = layout(self.line_width, self.chosen_columns, self._view.order, self._view.content)
        if columns != self._layout:
            self._layout = columns
            self._heading.show(columns)
            self.refresh()

    def _show_selection(self) -> None:
        position = self._view.position
        self.refresh_line(self._shown_position)
        self.refresh_line(position)
        self._shown_position = position
        self.reveal(position, position + 1)
