"""The screen of one charge point: everything about it, tab by tab."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from chargepoint.api.orders import Describe, Watch
from tui.keymap import why_not
from tui.messages import (
    ActionWanted,
    ConnectorChosen,
    RowChosen,
    StationOrdered,
    TabChosen,
)
from tui.screens.asking import Asking
from tui.screens.connector_actions import ConnectorActions, Memory
from tui.screens.help import Help
from tui.screens.mischief_actions import MischiefActions
from tui.screens.overlay import OnceLeft
from tui.screens.recording_actions import RecordingActions
from tui.screens.station_actions import StationActions
from tui.state.cells import clean
from tui.state.close_up import FILTERED, CloseUp, Tab
from tui.state.fleet import Change, Fleet, FrameSeen, StationDescribed, StationObeyed
from tui.state.sheets import sheet_of
from tui.state.situation import LinkStatus, Situation
from tui.state.station import Connector, Station
from tui.state.traces import Traces
from tui.state.traffic_lines import inspector
from tui.station_keys import TAB_KEYS, action_of, actions, bindings, groups
from tui.verdicts import Verdicts
from tui.widgets.details_pane import DetailsPane
from tui.widgets.headline import Banner
from tui.widgets.key_bar import KeyBar
from tui.widgets.sheet_pane import SheetPane
from tui.widgets.tab_strip import TabStrip

TICK_S: Final = 1.0
_BRIEF_BELOW: Final = 16
_LEAVING: Final = frozenset({"escape", "tab", "shift+tab"})


class StationScreen(OnceLeft[None]):
    """Shows one charge point; what it shows is handed to it, what it needs is asked for while it is in sight."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings())
    HORIZONTAL_BREAKPOINTS = [(0, "-below"), (110, "-beside")]  # noqa: RUF012 - annotated by Textual

    def __init__(
        self,
        station_id: str,
        connector: int,
        fleet: Fleet,
        traces: Traces,
        link: LinkStatus,
        logs: Path | None,
        memory: Memory,
        change_theme: Callable[[], object],
        recorded: Callable[[], frozenset[str]],
        *,
        read_only: bool = False,
    ) -> None:
        """``logs`` is the folder with the logs of a yard on this machine; ``memory`` is shared with the yard."""
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
        self._asking = Asking(self._close_up, logs, self._order)
        self._strip = TabStrip()
        self._banner = Banner()
        self._overview = DetailsPane(traces, with_curve=True)
        self._sheet = SheetPane(id="sheet")
        self._inspector = SheetPane(id="inspector")
        self._filter = Input(id="filter", placeholder="words to look for", compact=True)
        self._filters = dict.fromkeys(FILTERED, "")
        self._key_bar = KeyBar()
        self._performers = self._make_performers(memory, change_theme)

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

    def on_mount(self) -> None:
        """Begin with the overview, or the tab of a key that was typed ahead."""
        self._show_tab()
        self.set_interval(TICK_S, self._tick)

    def on_screen_resume(self) -> None:
        """Draw what has changed while a form lay above."""
        self.refresh_all()

    def on_resize(self) -> None:
        """Fit everything to the new size."""
        self.call_after_refresh(self.refresh_all)

    # ---- what is handed to the screen ----

    def take(self, changes: list[Change]) -> None:
        """Something was heard of the yard; what is about this charge point is shown."""
        news = False
        for change in changes:
            match change:
                case FrameSeen(self._close_up.station_id, frame):
                    news |= self._close_up.traffic.take(frame)
                case StationDescribed(self._close_up.station_id, description):
                    self._close_up.described(description)
                    news = True
                case StationObeyed(self._close_up.station_id, result) if result.type == "configure":
                    self._ask()
                case _:
                    news = True
        if news:
            self.refresh_all()

    def show_link(self, link: LinkStatus) -> None:
        """The connection has changed."""
        self._link = link
        for pane in (self._overview, self._sheet, self._inspector):
            pane.stale = not link.up
            pane.refresh()
        self.refresh_all()
        if link.up:
            self._ask()

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

    # ---- what it asks for while it is in sight ----

    def _tick(self) -> None:
        if self._asking.due(self._tab):
            self._ask()
        if self._tab is Tab.OVERVIEW:
            self.refresh_all()

    def _ask(self) -> None:
        if not self.is_current or not self._link.up:
            return
        if self._tab is Tab.LOG:
            self._read_log()
        elif self.station.alive:
            self._asking.ask(self._tab)

    @work(exclusive=True, description="the end of the log")
    async def _read_log(self) -> None:
        await self._asking.read_log()
        self.refresh_all()

    def _order(self, order: Watch | Describe) -> None:
        self.post_message(StationOrdered(self._close_up.station_id, order))

    # ---- what somebody does ----

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """While the filter is typed all keys are the filter's, but for those that leave it or would."""
        return action != "press" or self.focused is not self._filter or parameters[0] in _LEAVING

    def action_press(self, key: str) -> None:
        """Do what ``key`` does in this tab, or say why it cannot be done."""
        action = action_of(self._tab, key)
        if action is None:
            return
        if self.focused is self._filter:
            if key == "escape":
                self._leave_filter(keep=False)
            return
        if action.name == "tab":
            self._choose_tab(list(Tab)[TAB_KEYS.index(key)])
        else:
            self._perform(action.name)

    def _perform(self, name: str) -> None:
        action = next(one for one in actions(self._tab) if one.name == name)
        if reason := why_not(action, self.situation):
            self.notify(f"{reason}.", title=f"{action.title}: not now", severity="warning", markup=False)
        else:
            self._performers[name]()

    @on(ActionWanted)
    def perform_clicked(self, message: ActionWanted) -> None:
        """A key of the footer was clicked."""
        self._perform(message.name)

    @on(TabChosen)
    def choose_clicked(self, message: TabChosen) -> None:
        """A tab was clicked."""
        self._choose_tab(list(Tab)[message.place])

    @on(ConnectorChosen)
    def follow_connector(self, message: ConnectorChosen) -> None:
        """A card was clicked."""
        self._number = message.connector
        self.refresh_all()

    @on(RowChosen)
    def follow_row(self, message: RowChosen) -> None:
        """A row was clicked."""
        self._close_up.move_to(self._tab, message.row)
        self.refresh_all()

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
        self._leave_filter(keep=True)

    def _choose_tab(self, tab: Tab) -> None:
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
        self._asking.begin()
        self._ask()
        self.refresh_all()
        if tab is not Tab.OVERVIEW:
            # Its size is known after it was laid out.
            self.call_after_refresh(self._show_sheet, anew=True)

    def _step_tab(self, steps: int) -> None:
        tabs = list(Tab)
        self._choose_tab(tabs[(tabs.index(self._tab) + steps) % len(tabs)])

    def _step_connector(self, steps: int) -> None:
        numbers = list(self.station.connectors)
        if numbers:
            place = numbers.index(self.connector.number) if self.connector else 0
            self._number = numbers[max(0, min(place + steps, len(numbers) - 1))]
            self.refresh_all()

    def _move(self, rows: int) -> None:
        if self._tab is Tab.OVERVIEW:
            self._step_connector(1 if rows > 0 else -1)
        elif self._tab in FILTERED:
            self._close_up.move(self._tab, rows)
            self.refresh_all()
        else:
            self._sheet.scroll_rows(rows)

    def _open_filter(self) -> None:
        self._filter.value = self._filters[self._tab]
        self._filter.display = True
        # At once: what is typed in the same breath is meant for it.
        self.set_focus(self._filter)

    def _leave_filter(self, *, keep: bool) -> None:
        if not keep:
            self._filter.value = ""
        self.set_focus(self._sheet)
        self._filter.display = False
        self.refresh_all()

    def _back(self) -> None:
        traffic = self._close_up.traffic
        if self._filters.get(self._tab) or (self._tab is Tab.TRAFFIC and traffic.action):
            self._filter.value = ""
            self._filters[self._tab] = ""
            self._close_up.filter(self._tab, "")
            traffic.action = ""
            self._filter.display = False
            self.refresh_all()
        else:
            self.dismiss()

    def _only(self) -> None:
        self._close_up.toggle_only()
        self.refresh_all()

    def _hold(self) -> None:
        self._close_up.traffic.hold(not self._close_up.traffic.held)
        self.refresh_all()

    def _inspect(self) -> None:
        self._inspecting = not self._inspecting
        self._inspector.display = self._inspecting
        self.call_after_refresh(self._show_sheet, anew=True)

    def _make_performers(self, memory: Memory, change_theme: Callable[[], object]) -> dict[str, Callable[[], object]]:
        return {
            **ConnectorActions(self, memory).performers,
            **MischiefActions(self).performers,
            **RecordingActions(self).performers,
            **StationActions(self, self._close_up, self._verdicts).performers,
            "previous": lambda: self._step_connector(-1),
            "next": lambda: self._step_connector(1),
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "first": lambda: self._move(-1_000_000),
            "last": lambda: self._move(1_000_000),
            "page_up": lambda: self._move(-self._sheet.page),
            "page_down": lambda: self._move(self._sheet.page),
            "tab_next": lambda: self._step_tab(1),
            "tab_previous": lambda: self._step_tab(-1),
            "theme": change_theme,
            "help": lambda: self.app.push_screen(Help(self.situation, groups(self._tab))),
            "back": self._back,
            "filter": self._open_filter,
            "only": self._only,
            "hold": self._hold,
            "inspect": self._inspect,
        }
