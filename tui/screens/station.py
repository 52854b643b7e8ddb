"""The screen of one charge point: what it asks for, and what somebody does in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Final

from textual import on, work
from textual.binding import BindingType

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
from tui.screens.recording_actions import RecordingActions
from tui.screens.station_actions import StationActions
from tui.screens.station_panes import StationPanes
from tui.state.close_up import FILTERED, Tab
from tui.state.fleet import Change, Fleet, FrameSeen, StationDescribed, StationObeyed
from tui.state.situation import LinkStatus
from tui.state.traces import Traces
from tui.station_keys import TAB_KEYS, action_of, actions, bindings, groups

TICK_S: Final = 1.0
_LEAVING: Final = frozenset({"escape", "tab", "shift+tab"})


class StationScreen(StationPanes):
    """Shows one charge point; what it shows is handed to it, what it needs is asked for while it is in sight."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings())

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
        super().__init__(station_id, connector, fleet, traces, link, recorded, read_only=read_only)
        self._asking = Asking(self._close_up, logs, self._order)
        self._performers = {
            **ConnectorActions(self, memory).performers,
            **MischiefActions(self).performers,
            **RecordingActions(self).performers,
            **StationActions(self, self._close_up, self._verdicts).performers,
            **self._own_performers(),
            "theme": change_theme,
        }

    def on_mount(self) -> None:
        """Begin with the overview, or the tab of a key that was typed ahead."""
        self._show_tab()
        self.set_interval(TICK_S, self._tick)

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

    def looks_at(self, tab: Tab) -> None:
        """Ask for what it shows, at once."""
        self._asking.begin()
        self._ask()

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
                self.leave_filter(keep=False)
            return
        if action.name == "tab":
            self.choose_tab(list(Tab)[TAB_KEYS.index(key)])
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
        self.choose_tab(list(Tab)[message.place])

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

    def _move(self, rows: int) -> None:
        if self._tab is Tab.OVERVIEW:
            self.step_connector(1 if rows > 0 else -1)
        elif self._tab in FILTERED:
            self._close_up.move(self._tab, rows)
            self.refresh_all()
        else:
            self._sheet.scroll_rows(rows)

    def _back(self) -> None:
        if not self.drop_filter():
            self.dismiss()

    def _only(self) -> None:
        self._close_up.toggle_only()
        self.refresh_all()

    def _hold(self) -> None:
        self._close_up.traffic.hold(not self._close_up.traffic.held)
        self.refresh_all()

    def _own_performers(self) -> dict[str, Callable[[], object]]:
        return {
            "previous": lambda: self.step_connector(-1),
            "next": lambda: self.step_connector(1),
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "first": lambda: self._move(-1_000_000),
            "last": lambda: self._move(1_000_000),
            "page_up": lambda: self._move(-self._sheet.page),
            "page_down": lambda: self._move(self._sheet.page),
            "tab_next": lambda: self.step_tab(1),
            "tab_previous": lambda: self.step_tab(-1),
            "help": lambda: self.app.push_screen(Help(self.situation, groups(self._tab))),
            "back": self._back,
            "filter": self.open_filter,
            "only": self._only,
            "hold": self._hold,
            "inspect": self.toggle_inspector,
        }
