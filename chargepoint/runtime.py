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
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, assert_never

from chargepoint.adapters.alarm import Alarm, CallLater, by_the_loop
from chargepoint.adapters.link_events import Closed, Opened, Received
from chargepoint.adapters.store import StoreError
from chargepoint.adapters.websocket import Websocket
from chargepoint.api.errors import InputError
from chargepoint.api.payloads import Registration
from chargepoint.api.spec import ChargePointSpec
from chargepoint.api.topics import Topics
from chargepoint.bus import Message
from chargepoint.chance import message_id
from chargepoint.clock import Clock
from chargepoint.dialects.mqtt import MEASUREMENTS_EVERY_S, MqttDialect
from chargepoint.inputs import EndWanted, ErrandDone, Input, Observed, Woken
from chargepoint.life import NO_CREDENTIALS, Life
from chargepoint.link import SUBPROTOCOL, back_off, disturb, link_settings, refused
from chargepoint.model.connector import Connector
from chargepoint.model.vehicle import GENERIC, Vehicle
from chargepoint.ocpp.secrets import without_secrets
from chargepoint.security.store import Credentials
from chargepoint.storing import StationStore, save
from chargepoint.waiting import Queue, TaskGroup

if TYPE_CHECKING:
    from chargepoint.disturbances.line import Line
    from chargepoint.model.errands import CarryOut, Download, Errand, Upload

log = logging.getLogger(__name__)

LAST_WORDS_S = 5.0
"""How long a station that goes down waits for answers to what it still has to say."""

BOOT_S = 1.0
"""How long a station is away when it boots again."""


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
        call_later: CallLater = by_the_loop,
        carry_out: CarryOut | None = None,
    ) -> None:
        """``observe`` is told what happens in the station, and between it and its central system; ``credentials``
        are for its first life; ``status_every_s``: how often what it measures is told over MQTT; ``pool`` is the
        process that it shares with others, "" for one of its own; ``call_later`` wakes it when something is due;
        ``carry_out`` does its errands in the world, by the protocols of their locations when it is None.

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
        self._tasks: TaskGroup | None = None
        self._errands: dict[int, asyncio.Task[None]] = {}
        self._alarm = Alarm(clock, call_later)
        self._carry_out = carry_out
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
        self._alarm.stop()

    def greeting(self) -> list[Message]:
        """All retained statuses."""
        return self._life.greeting(self._clock.now())

    def farewell(self, reason: str = "") -> list[Message]:
        """The retained statuses of a station that has ended."""
        return self._life.farewell(reason)

    async def run(self) -> None:
        """Live, through every reboot, until the end is wanted. Raises what broke the station, if anything does."""
        while True:
            try:
                await self._live()
            finally:
                # Each knows the other: what is over would be there until the garbage collector passes.
                self._tasks = self._websocket = None
                self._life.over()
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
                message_id,
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
            target,
            SUBPROTOCOL,
            self.hear,
            partial(back_off, self._life),
            partial(link_settings, self._life),
            partial(refused, self._life),
            speed=self._clock.speed,
        )
        async with TaskGroup() as tasks:
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
                    self._alarm.stop()
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
        match item:
            case Received(text):
                if log.isEnabledFor(logging.DEBUG):
                    log.debug("receive %s", without_secrets(text))
                self._life.received(text, now)
            case Woken():
                self._life.advance(now)
            case Opened():
                self._observe(item)
                self._life.opened(now)
            case Closed(reason, why):
                self._observe(item)
                self._life.closed(reason, now, why)
            case Message():
                self._life.heard(item, now)
            case ErrandDone(id, result):
                self._errands.pop(id, None)
                self._life.errand_ended(id, result, now)
            case EndWanted():
                self._life.end(now)
            case _:
                assert_never(item)

    def _save_and_say(self, websocket: Websocket) -> None:
        save(self._life, self._store, self._clock)
        if frames := self._life.frames():
            for text in frames:
                log.debug("send %s", text)
            websocket.send(*frames)
        if self._life.line is not None:
            disturb(websocket, self._life.line)
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
        self._alarm.set(self._life.next_deadline(), self._wake)

    def _run(self, errand: Errand) -> None:
        from chargepoint.model.errands import Abandon

        if isinstance(errand, Abandon):
            if (task := self._errands.pop(errand.id, None)) is not None:
                task.cancel()
        else:
            assert self._tasks is not None, "a station that wants something is alive"
            self._errands[errand.id] = self._tasks.create_task(self._do(errand, self._life.trusted_roots()))

    async def _do(self, errand: Download | Upload, trusted_roots: str) -> None:
        if self._carry_out is not None:
            result = await self._carry_out(errand, trusted_roots)
        else:
            # Loaded here: most stations never transfer a file.
            from chargepoint.adapters.transfer import carry_out

            result = await carry_out(errand, trusted_roots)
        self.hear(ErrandDone(errand.id, result))

    def _wake(self) -> None:
        self.hear(Woken())
