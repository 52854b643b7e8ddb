"""The panes of the screen of one charge point: tabs, overview, sheet, inspector, filter, keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from tui.screens.overlay import OnceLeft
from tui.state.cells import clean
from tui.state.close_up import FILTERED, CloseUp, Tab
from tui.state.fleet import Fleet
from tui.state.sheets import sheet_of
from tui.state.situation import LinkStatus, Situation
from tui.state.station import Connector, Station
from tui.state.traces import Traces
from tui.state.traffic_lines import inspector
from tui.station_keys import actions
from tui.verdicts import Verdicts
from tui.widgets.details_pane import DetailsPane
from tui.widgets.headline import Banner
from tui.widgets.key_bar import KeyBar
from tui.widgets.sheet_pane import SheetPane
from tui.widgets.tab_strip import TabStrip

_BRIEF_BELOW: Final = 16


class StationPanes(OnceLeft[None]):
    """Shows one charge point, tab by tab; what it shows is handed to it."""

    HORIZONTAL_BREAKPOINTS = [(0, "-below"), (110, "-beside")]  # noqa: RUF012 - annotated by Textual

    def __init__(
        self,
        station_id: str,
        connector: int,
        fleet: Fleet,
        traces: Traces,
        link: LinkStatus,
        recorded: Callable[[], frozenset[str]],
        *,
        read_only: bool = False,
    ) -> None:
        """``recorded`` tells which charge points are recorded as scenarios."""
        super().__init__()
        self._fleet = fleet
        self._link = link
        self._read_only = read_only
        self._recorded = recorded
        self._number = connector
        self._tab = Tab.OVERVIEW
        self._inspecting = True
        self._verdicts = Verdicts()
        self._close_up = CloseUp(station_id)
        self._strip = TabStrip()
        self._banner = Banner()
        self._overview = DetailsPane(traces, with_curve=True)
        self._sheet = SheetPane(id="sheet")
        self._inspector = SheetPane(id="inspector")
        self._filter = Input(id="filter", placeholder="words to look for", compact=True)
        self._filters = dict.fromkeys(FILTERED, "")
        self._key_bar = KeyBar()

    @property
    def station(self) -> Station:
        """The charge point as it is now; one that has told nothing when it is gone."""
        return self._fleet.get(self._close_up.station_id) or Station(self._close_up.station_id)

    @property
    def connector(self) -> Connector | None:
        """The chosen connector: the wanted number where there is one, else the first."""
        connectors = self.station.connectors
        return connectors.get(self._number) or next(iter(connectors.values()), None)

    @property
    def situation(self) -> Situation:
        """What actions depend on, now."""
        return Situation(
            link=self._link,
            launcher=self._fleet.launcher,
            settled=True,
            stations=len(self._fleet),
            living=self._fleet.totals.living,
            station=self.station,
            connector=self.connector,
            read_only=self._read_only,
            recorded=self._recorded(),
        )

    def compose(self) -> ComposeResult:
        """Two lines, the banner, what the tab shows, the keys."""
        yield self._strip
        yield self._banner
        with Horizontal(id="station"):
            yield self._overview
            yield self._sheet
            yield self._inspector
        yield self._filter
        yield self._key_bar

    def on_screen_resume(self) -> None:
        """Draw what has changed while a form lay above."""
        self.refresh_all()

    def on_resize(self) -> None:
        """Fit everything to the new size."""
        self.call_after_refresh(self.refresh_all)

    # ---- what is shown ----

    def refresh_all(self) -> None:
        """Draw everything anew, where it differs."""
        if not self.is_mounted:
            return
        station, connector = self.station, self.connector
        number = connector.number if connector else 0
        self._banner.show(self.situation)
        self._strip.show(station, number, self._tab, self._note())
        self._key_bar.show(self.situation, actions(self._tab, self._undone()))
        if self._tab is Tab.OVERVIEW:
            self._overview.show(station, connector.number if connector else None)
        else:
            self._show_sheet(anew=False)

    def _undone(self) -> frozenset[str]:
        traffic = self._close_up.traffic
        return frozenset(name for name, on in (("hold", traffic.held), ("only", traffic.action)) if on)

    def _note(self) -> str:
        words = "" if self._filter.display else self._filters.get(self._tab, "")
        notes = [f"/{clean(word)}" for word in words.split()]
        traffic = self._close_up.traffic
        if self._tab is Tab.TRAFFIC and traffic.action:
            notes.append(f"only {clean(traffic.action)}")
        if self._tab is Tab.TRAFFIC and traffic.held:
            notes.append(f"‖ {traffic.missed} more" if traffic.missed else "‖ held")
        return " ".join(notes)

    def _show_sheet(self, *, anew: bool) -> None:
        connector = self.connector
        number = connector.number if connector else 0
        self._sheet.show(
            self._close_up.sheet(self._tab, self.station, number, max(20, self._sheet.size.width - 1)), anew=anew
        )
        if self._inspector.display:
            exchange = self._close_up.exchange
            width = max(16, self._inspector.size.width - 1)
            brief = self._inspector.size.height < _BRIEF_BELOW
            lines = inspector(exchange, self._verdicts.of_frame, width, brief=brief) if exchange else []
            self._inspector.show(sheet_of(lines))

    # ---- where the eyes are ----

    def choose_tab(self, tab: Tab) -> None:
        """Look at that one."""
        self._tab = tab
        if self.is_mounted:
            self._show_tab()

    def _show_tab(self) -> None:
        tab = self._tab
        self._overview.display = tab is Tab.OVERVIEW
        self._sheet.display = tab is not Tab.OVERVIEW
        self._inspector.display = tab is Tab.TRAFFIC and self._inspecting
        self._filter.display = False
        self.set_focus(self._overview if tab is Tab.OVERVIEW else self._sheet)
        self.looks_at(tab)
        self.refresh_all()
        if tab is not Tab.OVERVIEW:
            # Its size is known after it was laid out.
            self.call_after_refresh(self._show_sheet, anew=True)

    def looks_at(self, tab: Tab) -> None:
        """Another tab came into sight; for those that ask for what it shows."""

    def step_tab(self, steps: int) -> None:
        """Look at the tab so many further on, round and round."""
        tabs = list(Tab)
        self.choose_tab(tabs[(tabs.index(self._tab) + steps) % len(tabs)])

    def step_connector(self, steps: int) -> None:
        """Choose the connector so many further on."""
        numbers = list(self.station.connectors)
        if numbers:
            place = numbers.index(self.connector.number) if self.connector else 0
            self._number = numbers[max(0, min(place + steps, len(numbers) - 1))]
            self.refresh_all()

    def toggle_inspector(self) -> None:
        """Show the frames of the chosen exchange, or hide them."""
        self._inspecting = not self._inspecting
        self._inspector.display = self._inspecting
        self.call_after_refresh(self._show_sheet, anew=True)

    # ---- the filter of a tab ----

    @on(Input.Changed, "#filter")
    def narrow(self, event: Input.Changed) -> None:
        """Show only what has the words typed so far."""
        if self._tab in FILTERED:
            self._filters[self._tab] = event.value
            self._close_up.filter(self._tab, event.value)
            self.refresh_all()

    @on(Input.Submitted, "#filter")
    def keep_filter(self) -> None:
        """Go back with the filter as it is."""
        self.leave_filter(keep=True)

    def open_filter(self) -> None:
        """Type words to look for."""
        self._filter.value = self._filters[self._tab]
        self._filter.display = True
        # At once: what is typed in the same breath is meant for it.
        self.set_focus(self._filter)

    def leave_filter(self, *, keep: bool) -> None:
        """Go back to what is narrowed, or to all of it."""
        if not keep:
            self._filter.value = ""
        self.set_focus(self._sheet)
        self._filter.display = False
        self.refresh_all()

    def drop_filter(self) -> bool:
        """Show all of the tab again; whether anything was left out."""
        traffic = self._close_up.traffic
        if not (self._filters.get(self._tab) or (self._tab is Tab.TRAFFIC and traffic.action)):
            return False
        self._filter.value = ""
        self._filters[self._tab] = ""
        self._close_up.filter(self._tab, "")
        traffic.action = ""
        self._filter.display = False
        self.refresh_all()
        return True
