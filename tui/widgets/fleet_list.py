"""The list of charge points: only the rows in sight are drawn, and only those that changed."""

from __future__ import annotations

from collections.abc import Iterable

from textual.events import Click, Resize
from textual.geometry import Size
from textual.strip import Strip
from textual.widgets import Static

from tui.messages import SelectionMoved
from tui.state.cells import Cell, Tone
from tui.state.rows import layout
from tui.state.view import View
from tui.widgets.line_scroll import LineScroll
from tui.widgets.painting import paint

_EMPTY = (
    (),
    (Cell("  No charge points yet.", Tone.DIM),),
    (),
    (Cell("  a", Tone.KEY), Cell(" adds one or many", Tone.DIM)),
    (Cell("  o", Tone.KEY), Cell(" loads a setup", Tone.DIM)),
)
_NONE_MATCHES = (
    (),
    (Cell("  Nothing has all of these words.", Tone.DIM),),
    (),
    (Cell("  esc", Tone.KEY), Cell(" shows all again", Tone.DIM)),
)


class FleetList(LineScroll):
    """Rows of a ``View``, drawn line by line."""

    def __init__(self, view: View, heading: Static) -> None:
        super().__init__()
        self._view = view
        self._heading = heading
        self._layout = layout(0)
        self._shown_position = 0
        self.stale = False

    def on_resize(self, event: Resize) -> None:
        """Choose the columns for the new width."""
        self._fit()

    def reload(self) -> None:
        """Rows came, went or moved: draw all that are in sight."""
        self._fit()
        self.refresh()
        self._show_selection()

    def redraw(self, station_ids: Iterable[str]) -> None:
        """Draw the rows of these charge points where they are in sight."""
        top = self.scroll_offset.y
        bottom = top + self.size.height
        for station_id in station_ids:
            position = self._view.position_of(station_id)
            if position is not None and top <= position < bottom:
                self.refresh_line(position)

    def move(self, rows: int) -> None:
        """Select the row so many further down; up when negative."""
        self.move_to(self._view.position + rows)

    def move_page(self, pages: int) -> None:
        """Select the row so many pages further down."""
        self.move(pages * max(1, self.size.height - 1))

    def move_to(self, position: int) -> None:
        """Select the row at ``position``, or the nearest there is."""
        self._view.select_position(position)
        self._show_selection()
        self.post_message(SelectionMoved())

    def on_click(self, event: Click) -> None:
        """Select the row that was clicked."""
        position = event.y + self.scroll_offset.y
        if position < len(self._view):
            self.move_to(position)

    def render_line(self, y: int) -> Strip:
        """One line of the list."""
        width = self.scrollable_content_region.width
        position = y + self.scroll_offset.y
        station = self._view.at(position)
        if station is None:
            words = _NONE_MATCHES if self._view.filter else _EMPTY
            empty = len(self._view) == 0 and position < len(words)
            return paint(self, words[position] if empty else (), width)
        line = self._layout.row(station)
        if position != self._view.position:
            return paint(self, line, width, faded=self.stale)
        marked = (Cell("▌", Tone.CHOSEN), Cell(line[0].text[1:], Tone.STRONG), *line[1:])
        background = "selection" if self.has_focus else "selection-blurred"
        return paint(self, marked, width, background=background, faded=self.stale)

    def _fit(self) -> None:
        width = self.scrollable_content_region.width
        self.virtual_size = Size(width, len(self._view))
        columns = layout(width)
        if columns != self._layout:
            self._layout = columns
            self._heading.update(columns.heading)

    def _show_selection(self) -> None:
        position = self._view.position
        self.refresh_line(self._shown_position)
        self.refresh_line(position)
        self._shown_position = position
        self.reveal(position, position + 1)
