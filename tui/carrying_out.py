"""What somebody wants, carried out: inputs and orders are published, files are written."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from pathlib import Path

from textual import on, work

from tui import saving
from tui.errands import Errands
from tui.link import Link
from tui.messages import (
    BatchesStopped,
    BatchWanted,
    CarChanged,
    DeedsWanted,
    FaultSet,
    LauncherOrdered,
    LeaveWanted,
    RecordWanted,
    SaveWanted,
    StationOrdered,
    StationsClosed,
    TokenPresented,
    TraceWanted,
)
from tui.outbox import Outbox
from tui.recordings import Recordings
from tui.state.answers import Notice, few, notice_of
from tui.state.batches import Batch
from tui.state.fleet import Change, Fleet, LauncherAnswered, StationObeyed, StationRefused
from tui.state.moment import Moment
from tui.state.rounds import Rounds
from tui.terminal_app import TerminalApp

log = logging.getLogger(__name__)


class CarryingOut(TerminalApp):
    """Hears the messages of screens, and tells what came of them."""

    def __init__(self, link: Link, fleet: Fleet, moment: Moment, *, read_only: bool) -> None:
        super().__init__()
        self._moment = moment
        self._outbox = Outbox(link, read_only=read_only)
        self._rounds = Rounds()
        self._recordings = Recordings(link.broker, link.topics, self.say)
        self._errands = Errands(fleet, self.post_message)

    # ---- the yard ----

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
        self._rounds.begin(message.title, self._outbox.deeds(message.deeds), self._moment.now)

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

    # ---- files ----

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

    @on(TraceWanted)
    def save_trace(self, message: TraceWanted) -> None:
        """Write the traffic to a file."""
        self._save(saving.save_trace(message.path, message.text))

    @on(SaveWanted)
    def save(self, message: SaveWanted) -> None:
        """Write the setup to a file."""
        self._save(saving.save_setup(message.path, message.stations))

    @work(description="something to its file")
    async def _save(self, written: Coroutine[object, object, list[Notice]]) -> None:
        for notice in await written:
            self.say(notice)

    @on(LeaveWanted)
    def leave(self) -> None:
        """Leave the screen, what is recorded saved before."""
        if self._recordings.ids:
            self._recordings.end()
            self._leave()
        else:
            self.exit()

    @work(exclusive=True, group="leaving", description="the last recordings to their files")
    async def _leave(self) -> None:
        await self._recordings.all_saved()
        self.exit()

    async def action_quit(self) -> None:
        """Ctrl+C."""
        self.leave()

    # ---- what came of it ----

    def answered(self, changes: list[Change]) -> None:
        """Tell what launcher and charge points have answered; those of several charge points together."""
        now, own = self._moment.now, self._outbox.own_requests
        alone = [change for change in changes if not self._rounds.take(change, now)]
        self._tell([notice for change in alone if (notice := notice_of(change, own))] + self._rounds.ended(now))
        for change in changes:
            match change:
                case LauncherAnswered(result):
                    own.discard(result.request_id)
                    self._errands.answered(result.request_id)
                case StationObeyed(_, obeyed) | StationRefused(_, obeyed):
                    own.discard(obeyed.request_id)

    def waited(self) -> None:
        """A second has gone by: some answers are waited for no longer."""
        self._tell(self._rounds.ended(self._moment.now))

    def unanswered(self) -> None:
        """The broker is lost: answers will not come."""
        self._errands.abandon()
        self._rounds.abandon()

    def _tell(self, notices: list[Notice]) -> None:
        for notice in notices:
            log.info("%s: %s", notice.title or "answer", notice.text)
        for notice in few(notices):
            self.say(notice)
