"""The top of the screen: connection and totals, and the banner when something is lost."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from tui.state.alarms import alarm_count
from tui.state.banner import banner
from tui.state.cells import Line
from tui.state.headline import connection_line, counts_line
from tui.state.situation import Situation
from tui.state.station import Totals
from tui.widgets.painting import paint


class Headline(Widget):
    """Two lines: broker, launcher and messages a second; stations by state and the yard's power."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Line, Line] = ((), ())

    def show(self, situation: Situation, totals: Totals, yard_w: Sequence[float], rate: float) -> None:
        """Draw these; nothing is sent to the terminal when nothing differs."""
        width = self.size.width
        lines = (
            connection_line(situation, rate, width, alarm_count(totals)),
            counts_line(totals, situation.stations, yard_w, width),
        )
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One of the two lines."""
        line = self._lines[y] if y < len(self._lines) else ()
        return paint(self, line, self.size.width)


class Banner(Static):
    """Says large what is lost; takes no room while nothing is."""

    def __init__(self) -> None:
        super().__init__()
        self._said: tuple[str, str] | None = None

    def show(self, situation: Situation) -> None:
        """Appear, change or vanish."""
        said = banner(situation)
        if said == self._said:
            return
        self._said = said
        self.display = said is not None
        if said is not None:
            headline, meaning = said
            self.update(Content.assemble((f"✕ {headline}", "bold"), f"\n{meaning}"))
