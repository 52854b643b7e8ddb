"""The program: it owns the link, the fleet and the screen, and carries messages between them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual import on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.events import Event, Key
from textual.filter import LineFilter, Monochrome
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker

from chargepoint.api.topics import Topics
from chargepoint.bus import Broker
from tui import saving
from tui.colourless import Colourless
from tui.errands import Errands
from tui.keymap import Group, why_not
from tui.keys_in_order import KeysInOrder
from tui.link import Link
from tui.messages import (
    BatchesStopped,
    BatchWanted,
    CarChanged,
    ConnectionWanted,
    DeedsWanted,
    FaultSet,
    LauncherOrdered,
    LayoutChanged,
    LeaveWanted,
    LinkChanged,
    RecordWanted,
    SaveWanted,
    StationOrdered,
    StationsClosed,
    TokenPresented,
    TraceWanted,
    YardSettled,
    YardSpoke,
)
from tui.outbox import Outbox
from tui.preferences import Preferences
from tui.processes import Processes
from tui.recordings import Recordings
from tui.screens.overlay import Palette
from tui.screens.station import StationScreen
from tui.screens.yard import YardScreen
from tui.state.answers import Notice, Severity, few, notice_of
from tui.state.batches import Batch
from tui.state.fleet import (
    Change,
    Fleet,
    LauncherAnswered,
    LauncherChanged,
    PoolChanged,
    StationChanged,
    StationObeyed,
    StationRefused,
)
from tui.state.layouts import ScreenLayout
from tui.state.rounds import Rounds
from tui.state.situation import LinkState, LinkStatus
from tui.state.traces import Traces
from tui.state.view import View
from tui.terminal import hung_up
from tui.themes import DARK, PLAIN, THEMES
from tui.user_keys import Keys, groups_with

log = logging.getLogger(__name__)

SAMPLE_S: Final = 1.0
_COLOURLESS: Final = Colourless()
_NOTICE_S: Final = {Severity.INFORMATION: 3.0, Severity.WARNING: 6.0, Severity.ERROR: 10.0}


class YardApp(App[None]):
    """The terminal screen of the yard below ``topics`` on ``broker``; connects by itself.

    ``central_system`` is what the form of new charge points proposes; ``logs`` is the folder with the logs of a yard
    on this machine. ``keys`` are the user's own. A ``read_only`` screen only looks: it publishes nothing that changes
    anything.
    """

    TITLE = "cp-simu"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (72, "-wide")]  # noqa: RUF012 - annotated by Textual

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "quit", show=False, priority=True)]

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
        self._keys = KeysInOrder(self)
        super().__init__()
        self._logs = logs
        self._close: StationScreen | None = None
        for theme in THEMES:
            self.register_theme(theme)
        self._preferences = preferences or Preferences()
        self._key_groups = groups_with(keys or {})
        self._read_only = read_only
        self.set_keymap({name: ",".join(own) for name, own in (keys or {}).items()})
        self._kept_layout = self._preferences.read_layout()
        self.theme = self._first_theme(self._kept_layout)
        self._link = Link(broker, topics, self.post_message)
        self.fleet = Fleet(topics)
        self._view = View(self.fleet)
        self._traces = Traces()
        self._status = LinkStatus(LinkState.CONNECTING, self._link.address)
        self._settled = False
        self._worker: Worker[None] | None = None
        self._outbox = Outbox(self._link, read_only=read_only)
        self._rounds = Rounds()
        self._recordings = Recordings(broker, topics, self._notify)
        self._errands = Errands(self.fleet, self.post_message)
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

    async def on_event(self, event: Event) -> None:
        """Let a key be done before the next one is looked at."""
        if isinstance(event, Key):
            await self._keys.take(event, super().on_event, self._on_key)
        else:
            await super().on_event(event)

    def post_message(self, message: Message) -> bool:
        """Take a message; a key that comes back from a widget is not for the end of the queue."""
        if isinstance(message, Key) and message.is_forwarded:
            self._keys.came_back(message)
            return True
        return super().post_message(message)

    def get_default_screen(self) -> YardScreen:
        """The yard is the screen below all others."""
        return self._yard

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colours, for themes that do not have them."""
        return dict(DARK.variables)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Without colour nothing is coloured; Textual itself would turn colours into greys."""
        filters = [one for one in super().get_line_filters() if not isinstance(one, Monochrome)]
        return [*filters, _COLOURLESS] if self.theme == PLAIN.name else filters

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
            self._errands.abandon()
            self._rounds.abandon()
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
        now, own = self._view.moment.now, self._outbox.own_requests
        alone = [change for change in changes if not self._rounds.take(change, now)]
        self._tell([notice for change in alone if (notice := notice_of(change, own))] + self._rounds.ended(now))
        for change in changes:
            match change:
                case LauncherAnswered(result):
                    own.discard(result.request_id)
                    self._errands.answered(result.request_id)
                case StationObeyed(_, obeyed) | StationRefused(_, obeyed):
                    own.discard(obeyed.request_id)

    def _tell(self, notices: list[Notice]) -> None:
        for notice in notices:
            log.info("%s: %s", notice.title or "answer", notice.text)
        for notice in few(notices):
            self._notify(notice)

    def _sample(self) -> None:
        if hung_up():
            # Whoever has a controlling terminal is told by a signal; others would read its end for ever.
            self.leave()
            return
        heard, self._heard = self._heard, self._link.heard
        if self._status.up:
            self._traces.sample(self.fleet)
        self._tell(self._rounds.ended(self._now()))
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

    @on(CarChanged)
    def tell_car(self, message: CarChanged) -> None:
        """Publish what the car does."""
        self._outbox.car(message.station_id, message.connector, message.car)

    @on(TokenPresented)
    def tell_token(self, message: TokenPresented) -> None:
        """Publish the id tag."""
        self._outbox.token(message.station_id, message.connector, message.token)

    @on(FaultSet)
    def tell_fault(self, message: FaultSet) -> None:
        """Publish the fault."""
        self._outbox.fault(message.station_id, message.connector, message.fault)

    @on(LauncherOrdered)
    def tell_launcher(self, message: LauncherOrdered) -> None:
        """Publish the command; its answer is known by its request id."""
        self._errands.begin(self._outbox.command(message.command))

    @on(StationOrdered)
    def tell_station(self, message: StationOrdered) -> None:
        """Publish the order."""
        self._outbox.order(message.station_id, message.order)

    @on(DeedsWanted)
    def tell_stations(self, message: DeedsWanted) -> None:
        """Publish what several charge points are told, whose answers are told of together."""
        self._rounds.begin(message.title, self._outbox.deeds(message.deeds), self._view.moment.now)

    @on(StationsClosed)
    def close_stations(self, message: StationsClosed) -> None:
        """Publish the command that ends each in good order."""
        self._outbox.close(message.station_ids)

    @on(BatchWanted)
    def spread(self, message: BatchWanted) -> None:
        """Publish many inputs, each at its time."""
        self._spread(message.batch)

    @work(group="batches", description="inputs over a while")
    async def _spread(self, batch: Batch) -> None:
        await self._errands.spread(batch)

    @on(BatchesStopped)
    def stop(self) -> None:
        """What is being spread ends here."""
        self.workers.cancel_group(self, "batches")

    @on(LayoutChanged)
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

    @on(RecordWanted)
    def record(self, message: RecordWanted) -> None:
        """Begin a recording, or end and save it."""
        if message.path is None:
            self._recordings.end(message.station_id)
        else:
            self._record(message.station_id, message.path)

    @work(group="recordings", description="what happens, as a scenario")
    async def _record(self, station_id: str, path: Path) -> None:
        await self._recordings.record(station_id, path)

    @on(LeaveWanted)
    def leave(self) -> None:
        """Leave the screen, what is recorded saved before."""
        self._recordings.end()
        self._leave()

    @work(exclusive=True, group="leaving", description="the last recordings to their files")
    async def _leave(self) -> None:
        await self.workers.wait_for_complete([one for one in self.workers if one.group == "recordings"])
        self.exit()

    async def action_quit(self) -> None:
        """Ctrl+C."""
        self.leave()

    @on(TraceWanted)
    def save_trace(self, message: TraceWanted) -> None:
        """Write the traffic to a file."""
        self._save(saving.save_trace(message.path, message.text))

    @on(SaveWanted)
    def save(self, message: SaveWanted) -> None:
        """Write the setup to a file."""
        self._save(saving.save_setup(message.path, message.stations))
        self.keep_layout()

    @work(description="something to its file")
    async def _save(self, written: Coroutine[object, object, list[Notice]]) -> None:
        for notice in await written:
            self._notify(notice)

    def _first_theme(self, layout: ScreenLayout) -> str:
        if self.no_color:
            return PLAIN.name
        return layout.theme if layout.theme in self.available_themes else DARK.name

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

    def _notify(self, notice: Notice) -> None:
        self.notify(
            notice.text,
            title=notice.title,
            severity=notice.severity.value,
            timeout=_NOTICE_S[notice.severity],
            markup=False,
        )
