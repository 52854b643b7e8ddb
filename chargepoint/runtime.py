"""One station alive: inputs are taken one by one, and what each changes is saved, then said.

Inputs are the websocket's events, MQTT messages, the passing of time and the wish to end. Nothing else touches the
station, so nothing needs a lock. One that comes while nothing else is done is taken at once; the others wait in an
inbox: those that come in the middle of another, and all while the station comes up or goes down.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, assert_never

from chargepoint.adapters.link_settings import BackOff, LinkSettings
from chargepoint.adapters.store import Record, StoreError
from chargepoint.adapters.websocket import Closed, Opened, Received, Websocket
from chargepoint.api.errors import InputError
from chargepoint.api.payloads import Registration
from chargepoint.api.spec import ChargePointSpec
from chargepoint.api.topics import Topics
from chargepoint.bus import Message
from chargepoint.clock import Clock
from chargepoint.dialects.mqtt import MEASUREMENTS_EVERY_S, MqttDialect
from chargepoint.dialects.v16.link_keys import (
    CLOSE_ON_INVALID_UTF8,
    CONNECTION_OPEN_TIMEOUT,
    SUBPROTOCOL_REQUIRED,
    WEB_SOCKET_COMPRESSION,
    WEB_SOCKET_PONG_TIMEOUT,
    WEB_SOCKET_PROXY,
)
from chargepoint.life import NO_CREDENTIALS, Life
from chargepoint.model.connector import Connector
from chargepoint.model.facts import Fact
from chargepoint.model.vehicle import GENERIC, Vehicle
from chargepoint.ocpp.endpoint import Event
from chargepoint.ocpp.secrets import without_secrets
from chargepoint.security.store import Credentials
from chargepoint.waiting import Queue

if TYPE_CHECKING:
    from chargepoint.disturbances.line import Line
    from chargepoint.model.errands import Download, Errand, Result, Upload

log = logging.getLogger(__name__)

SUBPROTOCOL = "ocpp1.6"

LAST_WORDS_S = 5.0
"""How long a station that goes down waits for answers to what it still has to say."""

BOOT_S = 1.0
"""How long a station is away when it boots again."""


@dataclass(frozen=True, slots=True)
class Woken:
    """Time has passed."""


@dataclass(frozen=True, slots=True)
class ErrandDone:
    """Errand ``id`` has come to its end."""

    id: int
    result: Result


@dataclass(frozen=True, slots=True)
class EndWanted:
    """The process is asked to end."""


class StationStore(Protocol):
    """Where a station keeps what it needs after a power cut. Every method raises StoreError."""

    @property
    def file(self) -> Path:
        """Its name, for messages."""

    def records(self) -> dict[str, Record]:
        """All records by key."""

    def queue(self) -> list[Record]:
        """The queued messages in order."""

    def save(self, records: Mapping[str, Record], queue: Mapping[int, Record | None]) -> None:
        """Write all of it or nothing; None deletes."""

    def close(self) -> None:
        """Let go of it."""


Observed = Event | Fact | Opened | Closed
"""What happens in a station, and between it and its central system."""

Input = Opened | Received | Closed | Message | Woken | ErrandDone | EndWanted


class Runtime:
    """A station with everything it touches. ``publish`` takes its MQTT messages; None: it has none to tell."""

    def __init__(
        self,
        spec: ChargePointSpec,
        store: StationStore,
        clock: Clock,
        topics: Topics,
        publish: Callable[[Message], None] | None,
        vehicle: Vehicle = GENERIC,
        observe: Callable[[Observed], None] = lambda event: None,
        credentials: Credentials = NO_CREDENTIALS,
        status_every_s: float = MEASUREMENTS_EVERY_S,
        pool: str = "",
    ) -> None:
        """``observe`` is told what happens in the station, and between it and its central system; ``credentials``
        are for its first life; ``status_every_s``: how often what it measures is told over MQTT; ``pool`` is the
        process that it shares with others, "" for one of its own.

        Raises StoreError when the station's stored state cannot be read."""
        self._spec = spec
        self._observe = observe
        self._store = store
        self._clock = clock
        self._topics = topics
        self._publish = publish
        self._vehicle = vehicle
        self._credentials = credentials
        self._inbox: Queue[Input] = Queue()
        self._attentive: Websocket | None = None
        """The websocket of a station that lives and does nothing at this moment."""
        self._broken: Exception | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._errands: dict[int, asyncio.Task[None]] = {}
        self._alarm: asyncio.TimerHandle | None = None
        self._due: float | None = None
        self._websocket: Websocket | None = None
        self._cut = False
        self.mqtt = MqttDialect(spec, topics, os.getpid(), clock.now(), pool=pool, every_s=status_every_s)
        self.mqtt.traffic.kept = publish is not None
        self._life = self._boot()

    def hear(self, item: Input) -> None:
        """Take an input, in its turn; callable from callbacks of the same event loop."""
        websocket, self._attentive = self._attentive, None
        if websocket is None or self._inbox:
            self._inbox.put(item)
            self._attentive = websocket
            return
        try:
            self._take_and_say(item, websocket)
        except Exception as error:
            self._broken = error
        if self._attentive is None:
            # It is broken, or goes down: its task has to see to that.
            self._inbox.put(Woken())

    def end(self) -> None:
        """Ask the station to end in good order; ``run`` then returns."""
        self.hear(EndWanted())

    @property
    def registration(self) -> Registration:
        """What its MQTT status says."""
        return self._life.dialect.registration

    @property
    def queued(self) -> int:
        """How many transaction messages wait to be delivered."""
        return len(self._life.dialect.transactions.queue)

    def undelivered(self) -> set[tuple[str, int]]:
        """The action and the transaction's handle of everything that waits to be delivered."""
        return {(entry.action, entry.handle) for entry in self._life.dialect.transactions.queue}

    def connectors(self) -> Iterable[Connector]:
        """Its connectors as they are now."""
        return self._life.station.state.connectors.values()

    def cut_power(self) -> None:
        """Stop in the middle of whatever goes on: nothing more is saved or said, the connection breaks off.
        ``run`` is to be cancelled then; what was stored is there for the next life."""
        self._cut = True
        self._attentive = None
        if self._websocket is not None:
            self._websocket.abort()
        self._wake_at(None)

    def greeting(self) -> list[Message]:
        """All retained statuses."""
        return self._life.greeting(self._clock.now())

    def farewell(self, reason: str = "") -> list[Message]:
        """The retained statuses of a station that has ended."""
        return self._life.farewell(reason)

    async def run(self) -> None:
        """Live, through every reboot, until the end is wanted. Raises what broke the station, if anything does."""
        while True:
            await self._live()
            if not self._life.boots_again:
                return
            await asyncio.sleep(BOOT_S)
            self._forget_the_old_link()
            self._life = self._boot(self._life.line)

    def _forget_the_old_link(self) -> None:
        """What the websocket of the life before still said means nothing to the next one."""
        for item in self._inbox.drain():
            if isinstance(item, Message | EndWanted):
                self.hear(item)

    def _boot(self, line: Line | None = None) -> Life:
        try:
            return Life(
                self._spec,
                self._topics,
                self.mqtt,
                self._vehicle,
                self._store.records(),
                self._store.queue(),
                lambda: str(uuid.uuid4()),
                self._clock.now(),
                self._observe,
                self._credentials,
                speed=self._clock.speed,
                line=line,
            )
        except InputError as error:
            raise StoreError(f"{self._store.file}: damaged: {error}") from None

    async def _live(self) -> None:
        target = self._life.link_target
        websocket = self._websocket = Websocket(
            target, SUBPROTOCOL, self.hear, self._back_off, self._link_settings, self._refused
        )
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            link = tasks.create_task(websocket.run())
            try:
                self._save_and_say(websocket)
                self._attentive = websocket if self._life.going_down is None else None
                while self._life.going_down is None:
                    await self._step(websocket)
                if self._life.power_cut:
                    websocket.abort()
                    return
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LAST_WORDS_S):
                        while not self._life.silent:
                            await self._step(websocket)
                        await websocket.flushed()
            finally:
                self._attentive = None
                link.cancel()
                await asyncio.wait([link])
                if not self._cut:
                    self._life.closed("going down", self._clock.now())
                    self._save_and_say(websocket)
                    self._wake_at(None)
                for errand in self._errands.values():
                    errand.cancel()
                self._errands.clear()

    async def _step(self, websocket: Websocket) -> None:
        item = await self._inbox.get()
        if self._broken is not None:
            raise self._broken
        self._attentive = None
        self._take_and_say(item, websocket)

    def _take_and_say(self, item: Input, websocket: Websocket) -> None:
        now = self._clock.now()
        if (line := self._life.line) is not None:
            line.active(now - websocket.idle_s * self._clock.speed)
        self._take(item, now)
        self._save_and_say(websocket)
        self._attentive = websocket if self._life.going_down is None else None

    def _take(self, item: Input, now: float) -> None:
        if isinstance(item, Opened | Closed):
            self._observe(item)
        match item:
            case Opened():
                self._life.opened(now)
            case Received(text):
                if log.isEnabledFor(logging.DEBUG):
                    log.debug("receive %s", without_secrets(text))
                self._life.received(text, now)
            case Closed(reason, why):
                self._life.closed(reason, now, why)
            case Message():
                self._life.heard(item, now)
            case ErrandDone(id, result):
                self._errands.pop(id, None)
                self._life.errand_ended(id, result, now)
            case EndWanted():
                self._life.end(now)
            case Woken():
                self._life.advance(now)
            case _:
                assert_never(item)

    def _save_and_say(self, websocket: Websocket) -> None:
        self._save()
        for text in self._life.frames():
            log.debug("send %s", text)
            websocket.send(text)
        if self._life.line is not None:
            _disturb(websocket, self._life.line)
        websocket.ping_every(self._life.dialect.ping_interval_s)
        if reason := self._life.link_is_dead:
            websocket.give_up(reason)
        if self._life.reconnect():
            websocket.renew()
        if self._publish is None:
            self._life.untold()
        else:
            for message in self._life.messages(self._clock.now()):
                self._publish(message)
        for note in self._life.notes():
            log.info("%s", note)
        for errand in self._life.errands():
            self._run(errand)
        self._wake_at(self._life.next_deadline())

    def _run(self, errand: Errand) -> None:
        from chargepoint.model.errands import Abandon

        if isinstance(errand, Abandon):
            if (task := self._errands.pop(errand.id, None)) is not None:
                task.cancel()
        else:
            assert self._tasks is not None, "a station that wants something is alive"
            self._errands[errand.id] = self._tasks.create_task(self._carry_out(errand, self._life.trusted_roots()))

    async def _carry_out(self, errand: Download | Upload, trusted_roots: str) -> None:
        # Loaded here: most stations never transfer a file.
        from chargepoint.adapters.transfer import carry_out

        self.hear(ErrandDone(errand.id, await carry_out(errand, trusted_roots)))

    def _save(self) -> None:
        if self._life.storage_full:
            # What changed stays where it is, until the storage is cleared.
            self._life.store_failed("the storage is full, by order", self._clock.now())
            return
        try:
            self._store.save(*self._life.changes())
            self._life.store_failed("", self._clock.now())
        except StoreError as error:
            # The station goes on from memory, says what is wrong, and stores it all as soon as it can again.
            if str(error) != self._life.store_error:
                log.error("nothing can be stored: %s", error)
            self._life.store_failed(str(error), self._clock.now())

    def _wake_at(self, due: float | None) -> None:
        if self._alarm is not None:
            if due == self._due:
                return
            self._alarm.cancel()
            self._alarm = None
        self._due = due
        if due is not None:
            delay_s = max(0.0, due - self._clock.now()) / self._clock.speed
            self._alarm = asyncio.get_running_loop().call_later(delay_s, self._wake)

    def _wake(self) -> None:
        self._alarm = None
        self.hear(Woken())

    def _back_off(self) -> BackOff:
        return BackOff(*self._life.dialect.session.configuration.retry_back_off)

    def _refused(self) -> str:
        return self._life.line.refused() if self._life.line is not None else ""

    def _link_settings(self) -> LinkSettings:
        configuration, line = self._life.dialect.session.configuration, self._life.line
        return LinkSettings(
            open_timeout_s=configuration.integer(CONNECTION_OPEN_TIMEOUT),
            pong_timeout_s=configuration.integer(WEB_SOCKET_PONG_TIMEOUT),
            subprotocol_required=configuration.boolean(SUBPROTOCOL_REQUIRED),
            compression=configuration.boolean(WEB_SOCKET_COMPRESSION),
            subprotocol=None if line is None else line.subprotocol(SUBPROTOCOL),
            closes_on_invalid_utf8=configuration.boolean(CLOSE_ON_INVALID_UTF8),
            proxy=configuration[WEB_SOCKET_PROXY],
        )


def _disturb(websocket: Websocket, line: Line) -> None:
    """What is wrong with ``line`` and not with single messages, done to the connection."""
    websocket.read_pause_s = line.read_pause_s
    websocket.fragments = line.fragments
    websocket.fall_silent(line.silent)
    if not line.keeps_first_connection:
        websocket.drop_left_open()
    if (parting := line.parting()) is None:
        return
    if parting.leave_open:
        websocket.move(parting.why)
    elif parting.code:
        websocket.give_up(parting.why, parting.code)
    else:
        websocket.break_off(parting.why)
