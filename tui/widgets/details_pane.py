"""The right side, drawn line by line."""

from __future__ import annotations

from typing import Final

from rich.segment import Segment
from textual.events import Click, Resize

from tui.messages import ConnectorChosen
from tui.state.details import Details, details
from tui.state.overview import overview
from tui.state.station import Station
from tui.state.traces import Traces
from tui.widgets.line_scroll import LineScroll
from tui.widgets.painting import Brush

_NARROWEST: Final = 24


class DetailsPane(LineScroll):
    """One charge point and the cards of its connectors."""

    def __init__(self, traces: Traces, *, with_curve: bool = False) -> None:
        """``with_curve``: the chosen connector's curve is drawn large."""
        super().__init__()
        self._with_curve = with_curve
        self._traces = traces
        self._details = Details(())
        self._station: Station | None = None
        self._connector: int | None = None
        self.stale = False

    def on_resize(self, event: Resize) -> None:
        """Lay the cards out anew."""
        self._lay_out()
        self.refresh()

    def show(self, station: Station | None, connector: int | None) -> None:
        """Draw this charge point with this connector chosen: only the lines that differ."""
        before = self._details.lines
        moved = (station.id if station else "", connector) != (
            self._station.id if self._station else "",
            self._connector,
        )
        self._station, self._connector = station, connector
        self._lay_out()
        lines = self._details.lines
        if len(lines) != len(before):
            self.refresh()
        else:
            for row, (old, new) in enumerate(zip(before, lines, strict=True)):
                if old != new:
                    self.refresh_line(row)
        if moved:
            self._reveal_connector()

    def light_up(self) -> None:
        """The keys came here, or went elsewhere."""
        self.show(self._station, self._connector)

    def clicked(self, row: int, x: int, event: Click) -> None:
        """Choose the connector whose card was clicked."""
        connector = self._details.connector_at(x, row)
        if connector is not None:
            self.post_message(ConnectorChosen(connector))

    def line(self, row: int, width: int, brush: Brush) -> list[Segment]:
        """One line of the right side."""
        line = self._details.lines[row] if row < len(self._details.lines) else ()
        return brush.segments(line, width, faded=self.stale)

    def _lay_out(self) -> None:
        width, height = self.size.width, self.size.height
        if width < _NARROWEST:
            return
        laid_out = self._laid_out
        self._details = laid_out(width, height)
        if len(self._details.lines) > height:
            # The scrollbar takes a column.
            self._details = laid_out(width - 1, height)
        self.count = len(self._details.lines)

    def _laid_out(self, width: int, height: int) -> Details:
        if self._with_curve and self._station is not None:
            chosen = self._station.connectors.get(self._connector) if self._connector is not None else None
            return overview(self._station, chosen, self._traces, width, height)
        return details(self._station, self._connector, self._traces, width, height, lit=self.has_focus)

    def _reveal_connector(self) -> None:
        area = self._details.area_of(self._connector) if self._connector is not None else None
        if area is None or area.top == min(a.top for a in self._details.areas):
            self.show_from(0)
        else:
            self.reveal(area.top, area.bottom)
