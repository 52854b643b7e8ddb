"""A pane that shows a sheet: only the lines in sight are made."""

from __future__ import annotations

from textual.events import Click, Resize
from textual.geometry import Size
from textual.strip import Strip

from tui.messages import RowChosen
from tui.state.cells import Cell, Tone
from tui.state.sheets import Sheet, sheet_of
from tui.widgets.line_scroll import LineScroll
from tui.widgets.painting import paint


class SheetPane(LineScroll):
    """Shows one sheet after another; a cursor is kept in sight, and the end of a sheet that has a tail."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._sheet = sheet_of(())
        self._at_end = True
        self.stale = False

    @property
    def page(self) -> int:
        """How many rows further a page is."""
        return max(1, self.size.height - 1)

    def show(self, sheet: Sheet, *, anew: bool = False) -> None:
        """Draw ``sheet``; ``anew``: it is another one, seen from its beginning (or its end)."""
        moved = sheet.cursor != self._sheet.cursor
        at_end = anew or self.scroll_offset.y >= self._sheet.count - self.size.height
        self._sheet = sheet
        self.virtual_size = Size(self.size.width, sheet.count)
        if moved or anew or (sheet.tail and at_end):
            # How far it can be scrolled is known when its new size was taken in.
            self.call_after_refresh(self._settle, at_end=at_end, anew=anew)
        self.refresh()

    def _settle(self, *, at_end: bool, anew: bool) -> None:
        sheet = self._sheet
        if sheet.cursor is not None:
            self.reveal(sheet.cursor, sheet.cursor + 1)
        elif sheet.tail and at_end:
            self.scroll_to(y=sheet.count, animate=False)
        elif anew:
            self.scroll_to(y=0, animate=False)

    def scroll_rows(self, rows: int) -> None:
        """Look so many rows further down."""
        self.scroll_to(y=self.scroll_offset.y + rows, animate=False)

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor, or the end, in sight."""
        self.show(self._sheet, anew=self._sheet.cursor is not None or self._sheet.tail)

    def on_click(self, event: Click) -> None:
        """Choose the row that was clicked."""
        row = event.y + self.scroll_offset.y
        if row < self._sheet.count:
            self.post_message(RowChosen(row))

    def render_line(self, y: int) -> Strip:
        """One line of the sheet."""
        width = self.scrollable_content_region.width
        row = y + self.scroll_offset.y
        if row >= self._sheet.count:
            return paint(self, (), width)
        line = self._sheet.line(row, width)
        if row != self._sheet.cursor:
            return paint(self, line, width, faded=self.stale)
        first, *rest = line
        marked = (Cell("▌", Tone.CHOSEN), Cell(first.text[1:], first.tone), *rest)
        return paint(self, marked, width, background="selection", faded=self.stale)
