"""The top of the screen of one charge point: who it is, and the tabs."""

from __future__ import annotations

from typing import Final

from textual.events import Click
from textual.strip import Strip
from textual.widget import Widget

from tui.messages import TabChosen
from tui.state import units
from tui.state.cells import Cell, Line, Tone, clean, clip, clip_middle, joined, spread
from tui.state.close_up import Tab
from tui.state.deviations import DEVIATES, deviations_of
from tui.state.looks import STANDINGS, look_of
from tui.state.station import Station
from tui.widgets.painting import paint

_SHORT: Final = {Tab.OVERVIEW: "View", Tab.CONFIGURATION: "Keys", Tab.SCHEDULE: "Plan"}
"""For a terminal that has no room for the whole words."""


def station_line(station: Station, connector: int, width: int) -> Line:
    """Id and standing at the left, its connectors and its power at the right."""
    start: Line = (Cell(f" {clip_middle(clean(station.id), 48)}  ", Tone.STRONG), *STANDINGS[station.standing].line)
    if station.status is not None and width >= 72:
        start = (*start, Cell(f"  {clean(station.status.vendor)} · {clean(station.status.model)}", Tone.DIM))
    glyphs: list[Cell] = []
    for number, one in list(station.connectors.items())[:12]:
        look = look_of(one)
        sign = f"{number}{look.glyph}"
        glyphs.append(Cell(f"[{sign}]" if number == connector else f" {sign} ", look.tone))
    wrong: Line = (Cell(f"{DEVIATES.text}{len(deviations_of(station))}", DEVIATES.tone),) if station.deviates else ()
    end = joined((wrong, tuple(glyphs), (Cell(units.power(station.power_w) + " ", Tone.STRONG),)))
    return spread(start, end, width)


def tabs_line(chosen: Tab, width: int, note: str = "") -> tuple[Line, tuple[int, ...]]:
    """The tabs, and the column each begins in (and the one after the last)."""
    narrow = width < 72
    cells: list[Cell] = []
    starts = []
    at = 0
    for place, tab in enumerate(Tab, 1):
        starts.append(at)
        word = _SHORT.get(tab, str(tab)) if narrow else str(tab)
        text = f" {place} {word} "
        if tab is chosen:
            cells.append(Cell(f"▐{text[1:-1]}▌", Tone.KEY))
        else:
            cells += [Cell(f" {place} ", Tone.DIM), Cell(f"{word} ", Tone.PLAIN)]
        at += len(text)
    said: Line = (Cell(f"{clip(note, width - at - 2)} ", Tone.WARN),) if note else ()
    return spread(tuple(cells), said, width), (*starts, at)


class TabStrip(Widget):
    """Two lines; a click chooses a tab."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Line, Line] = ((), ())
        self._starts: tuple[int, ...] = ()

    def show(self, station: Station, connector: int, tab: Tab, note: str) -> None:
        """Draw these; nothing is sent to the terminal when nothing differs."""
        width = self.size.width
        tabs, self._starts = tabs_line(tab, width, note)
        lines = (station_line(station, connector, width), tabs)
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def on_click(self, event: Click) -> None:
        """Choose the tab that was clicked."""
        if event.y == 1:
            place = sum(start <= event.x for start in self._starts) - 1
            if 0 <= place < len(Tab):
                self.post_message(TabChosen(place))

    def render_line(self, y: int) -> Strip:
        """One of the two lines."""
        return paint(self, self._lines[y] if y < 2 else (), self.size.width)
