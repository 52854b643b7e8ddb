"""The line above the keys while something takes longer than a moment."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip
from textual.widget import Widget

from tui.state.progress import Progress, progress_line
from tui.widgets.painting import paint


class ProgressLine(Widget):
    """A bar for the first of what runs; takes no room while nothing does."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Progress, ...] = ()
        self._stop_key = ""

    def show(self, running: Sequence[Progress], stop_key: str) -> None:
        """Draw how far it is."""
        shown = tuple(running)
        if (shown, stop_key) != (self._shown, self._stop_key):
            self._shown, self._stop_key = shown, stop_key
            self.display = bool(shown)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The bar."""
        width = self.size.width
        if not self._shown or y:
            return paint(self, (), width)
        return paint(self, progress_line(self._shown[0], len(self._shown) - 1, self._stop_key, width), width)
