"""The program: it owns the link, the fleet and the screen, and carries messages between them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from textual import on, work
from textual.app import SystemCommand
from textual.screen import Screen
from textual.worker import Worker

from chargepoint.api.topics import Topics
from chargepoint.bus import Broker
from tui.carrying_out import CarryingOut
from tui.keymap import Group, why_not
from tui.link import Link
from tui.messages import (
    ConnectionWanted,
    LayoutChanged,
    LinkChanged,
    SaveWanted,
    YardSettled,
    YardSpoke,
)
from tui.preferences import Preferences
from tui.processes import Processes
from tui.screens.overlay import Palette
from tui.screens.station import StationScreen
from tui.screens.yard import YardScreen
from tui.state.fleet import (
    Change,
    Fleet,
    LauncherChanged,
    PoolChanged,
    StationChanged,
)
from tui.state.situation import LinkState, LinkStatus
from tui.state.traces import Traces
from tui.state.view import View
from tui.terminal import hung_up
from tui.user_keys import Keys, groups_with

SAMPLE_S: Final = 1.0


class YardApp(CarryingOut):
    """The terminal screen of the yard below ``topics`` on ``broker``; connects by itself.

    ``central_system`` is what the form of new charge points proposes; ``logs`` is the folder with the logs of a yard
    on this machine. ``keys`` are the user's own. A ``read_only`` screen only looks: it publishes nothing that changes
    anything.
    """

    def __init__(
        self,
        broker: Broker,
        topics: Topics,
        central_system: str,
        logs: Path | None = None,
        *,
        keys: Keys | None = None,
        preferences: Preferences | None = None,
        read_only: bool = False,
    ) -> None:
        self._link = Link(broker, topics, self.post_message)
        self.fleet = Fleet(topics)
        self._view = View(self.fleet)
        super().__init__(self._link, self.fleet, self._view.moment, read_only=read_only)
        self._logs = logs
        self._close: StationScreen | None = None
        self._preferences = preferences or Preferences()
        self._key_groups = groups_with(keys or {})
        self._read_only = read_only
        self.set_keymap({name: ",".join(own) for name, own in (keys or {}).items()})
        self._kept_layout = self._preferences.read_layout()
        self.choose_theme(self._kept_layout.theme)
        self._traces = Traces()
        self._status = LinkStatus(LinkState.CONNECTING, self._link.address)
        self._settled = False
        self._worker: Worker[None] | None = None
        self._processes = Processes()
        self._heard = 0
        self._yard = YardScreen(
            self.fleet,
            self._view,
            self._traces,
            self._link.address,
            central_system,
            self._key_groups,
            self.open_station,
            lambda: self._recordings.ids,
            read_only=read_only,
        )
        self._yard.adopt(self._kept_layout)

    @property
    def link(self) -> LinkStatus:
        """How it stands between this screen and the broker."""
        return self._status

    @property
    def settled(self) -> bool:
        """Whether the retained state of the yard has been told in full."""
        return self._settled

    def select(self, station_id: str) -> None:
        """Select a charge point, as if somebody had moved there."""
        self._view.select(station_id)
        self._yard.show_selection()

    def get_default_screen(self) -> YardScreen:
        """The yard is the screen below all others."""
        return self._yard

    def on_mount(self) -> None:
        """Connect, and begin to sample."""
        self._connect()
        self.set_interval(SAMPLE_S, self._sample)

    def action_command_palette(self) -> None:
        """Every action by name."""
        if not any(isinstance(screen, Palette) for screen in self.screen_stack):
            self.push_screen(Palette(id="--command-palette"))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The command palette: every action of the registry, those that cannot be done with the reason."""
        if screen is not self._yard:
            return
        situation = self._yard.situation
        for group, actions in self._key_groups.items():
            for action in actions if group is not Group.MOVE else ():
                reason = why_not(action, situation)
                help_text = f"not now: {reason}" if reason else f"key {action.shown_keys}"
                yield SystemCommand(action.says, help_text, partial(self._yard.action_perform, action.name))

    # ---- what the yard says ----

    @on(LinkChanged)
    def follow_link(self, message: LinkChanged) -> None:
        """The connection came or went."""
        if message.state is LinkState.CONNECTED:
            self.fleet.begin()
        else:
            self.unanswered()
        self._settled = False
        self._set_status(message.state, message.reason)

    @on(YardSpoke)
    def take(self, message: YardSpoke) -> None:
        """Apply what was heard, and let the link send more."""
        now = self._now()
        changes = [
            self.fleet.apply(heard.topic, heard.payload, None if heard.retain else now) for heard in message.heard
        ]
        self._show([change for change in changes if change is not None])
        self._link.grant()

    @on(YardSettled)
    def settle(self) -> None:
        """What was not told again since the connection is gone."""
        self._settled = True
        self._show(self.fleet.settle())
        self._yard.show_link(self._status, settled=True)

    def _show(self, changes: list[Change]) -> None:
        stations = [change for change in changes if isinstance(change, StationChanged)]
        if stations:
            self._yard.show_changes({change.id for change in stations}, listed=any(c.listed for c in stations))
        elif any(isinstance(change, LauncherChanged | PoolChanged) for change in changes):
            self._yard.refresh_situation()
        if any(isinstance(change, PoolChanged) for change in changes):
            self._yard.show_pools()
        if self._close is not None:
            self._close.take(changes)
        self.answered(changes)

    def _sample(self) -> None:
        if hung_up():
            # Whoever has a controlling terminal is told by a signal; others would read its end for ever.
            self.leave()
            return
        heard, self._heard = self._heard, self._link.heard
        if self._status.up:
            self._traces.sample(self.fleet)
        self._now()
        self.waited()
        running = (*self._errands.progress, *self._rounds.progress)
        self._yard.show_second((self._heard - heard) / SAMPLE_S, running, self._errands.stoppable)
        if pids := self._yard.pids_in_sight:
            self._look_at_processes(pids)

    @work(exclusive=True, group="processes", description="what processes cost")
    async def _look_at_processes(self, pids: tuple[tuple[str, int], ...]) -> None:
        self._view.moment.processes = await asyncio.to_thread(self._processes.look, pids)

    def _now(self) -> float:
        self._view.moment.now = time.time()
        return self._view.moment.now

    # ---- what somebody wants ----

    @on(ConnectionWanted)
    def change_connection(self, message: ConnectionWanted) -> None:
        """Connect, or leave the broker until told otherwise."""
        if message.wanted:
            self._connect()
        elif self._worker:
            self._worker.cancel()
            self._worker = None
            self._settled = False
            self._set_status(LinkState.DISCONNECTED, "")

    @on(LayoutChanged)
    @on(SaveWanted)
    def keep_layout(self) -> None:
        """Remember how the screen is arranged."""
        layout, self._kept_layout = self._yard.layout_now, self._yard.layout_now
        self.run_worker(partial(self._preferences.write_layout, layout), thread=True, exclusive=True, group="layout")

    def open_station(self, station_id: str) -> None:
        """Lay the screen of one charge point over the yard."""
        if self._close is not None:
            return
        connector = self._view.wanted_connector
        self._close = StationScreen(
            station_id,
            connector,
            self.fleet,
            self._traces,
            self._status,
            self._logs,
            self._yard.memory,
            self._yard.change_theme,
            lambda: self._recordings.ids,
            read_only=self._read_only,
        )
        self.push_screen(self._close, self._station_left)

    def _station_left(self, _: None) -> None:
        self._close = None

    def _connect(self) -> None:
        if self._worker is None:
            self._worker = self.run_worker(self._link.run, exit_on_error=True)

    def _set_status(self, state: LinkState, reason: str) -> None:
        since = self._status.since
        if self._status.up:
            since = datetime.now().astimezone().strftime("%H:%M:%S")
        self._status = LinkStatus(state, self._link.address, reason, "" if state is LinkState.CONNECTED else since)
        self._yard.show_link(self._status, settled=self._settled)
        if self._close is not None:
            self._close.show_link(self._status)
