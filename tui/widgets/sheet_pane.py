"""A pane that shows a sheet: only the lines in sight are made."""

from __future__ import annotations

from rich.segment import Segment
from textual.events import Click, Resize

from tui.messages import RowChosen
from tui.state.cells import Cell, Tone
from tui.state.sheets import Sheet, sheet_of
from tui.widgets.line_scroll import LineScroll
from tui.widgets.painting import Brush


class SheetPane(LineScroll):
    """Shows one sheet after another; a cursor is kept in sight, and the end of a sheet that has a tail."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._sheet = sheet_of(())
        self._at_end = True
        self.stale = False

    def show(self, sheet: Sheet, *, anew: bool = False) -> None:
        """Draw ``sheet``; ``anew``: it is another one, seen from its beginning (or its end)."""
        moved = sheet.cursor != self._sheet.cursor
        at_end = anew or self.at_end
        self._sheet = sheet
        self.count = sheet.count
        self.refresh()
        if sheet.cursor is not None:
            if moved or anew:
                self.reveal(sheet.cursor, sheet.cursor + 1)
        elif sheet.tail and at_end:
            self.show_from(sheet.count)
        elif anew:
            self.show_from(0)

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor, or the end, in sight."""
        self.show(self._sheet, anew=self._sheet.cursor is not None or self._sheet.tail)

    def clicked(self, row: int, x: int, event: Click) -> None:
        """Choose the row that was clicked."""
        if row < self._sheet.count:
            self.post_message(RowChosen(row))

    def line(self, row: int, width: int, brush: Brush) -> list[Segment]:
        """One line of the sheet."""
        if row >= self._sheet.count:
            return brush.segments((), width)
        line = self._sheet.line(row, width)
        if row != self._sheet.cursor:
            return brush.segments(line, width, faded=self.stale)
        first, *rest = line
        marked = (Cell("▌", Tone.CHOSEN), Cell(first.text[1:], first.tone), *rest)
        return brush.segments(marked, width, background="selection", faded=self.stale)
