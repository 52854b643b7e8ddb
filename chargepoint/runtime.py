"""One station alive: inputs come into one inbox, are taken one by one, and what they change is saved, then said.

Inputs are the websocket's events, MQTT messages, the passing of time and the wish to end. Nothing else touches the
station, so nothing needs a lock.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from chargepoint.adapters.store import Store, StoreError
from chargepoint.adapters.websocket import BackOff, Closed, Opened, Received, Websocket
from chargepoint.api.errors import InputError
from chargepoint.api.payloads import Refusal, StationOrder, ocpp_config_json
from chargepoint.api.spec import ChargePointSpec
from chargepoint.api.topics import Topics
from chargepoint.bus import Message
from chargepoint.clock import Clock
from chargepoint.dialects.mqtt import MqttDialect
from chargepoint.dialects.v16.dialect import V16
from chargepoint.model.commands import ShutDown
from chargepoint.model.electrical import Supply
from chargepoint.model.facts import Fact, Rebooting, TokenDenied, TransactionStarted, TransactionStopped
from chargepoint.model.station import Station
from chargepoint.model.transaction import StopReason
from chargepoint.model.vehicle import GENERIC, Vehicle
from chargepoint.ocpp.endpoint import Dropped, Endpoint
from chargepoint.ocpp.schema import schemas

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
class EndWanted:
    """The process is asked to end."""


Input = Opened | Received | Closed | Message | Woken | EndWanted


class Runtime:
    """A station with everything it touches. ``publish`` takes its MQTT messages."""

    def __init__(
        self,
        spec: ChargePointSpec,
        store: Store,
        clock: Clock,
        topics: Topics,
        publish: Callable[[Message], None],
        vehicle: Vehicle = GENERIC,
    ) -> None:
        self._spec = spec
        self._store = store
        self._clock = clock
        self._topics = topics
        self._publish = publish
        self._vehicle = vehicle
        self._inbox: asyncio.Queue[Input] = asyncio.Queue()
        self._alarm: asyncio.TimerHandle | None = None
        self._rebooting: StopReason | None = None
        self._link_error = ""
        self._store_error = ""
        self.mqtt = MqttDialect(spec, topics, os.getpid(), clock.now())
        self._boot()

    def hear(self, item: Input) -> None:
        """Put something into the inbox; callable from callbacks of the same event loop."""
        self._inbox.put_nowait(item)

    def end(self) -> None:
        """Ask the station to end in good order; ``run`` then returns."""
        self.hear(EndWanted())

    def greeting(self) -> list[Message]:
        """All retained statuses."""
        return self.mqtt.greeting(self._station.state, self._clock.now())

    def farewell(self, reason: str = "") -> list[Message]:
        """The retained statuses of a station that has ended."""
        return self.mqtt.farewell(self._station.state, reason)

    async def run(self) -> None:
        """Live, through every reboot, until the end is wanted. Raises what broke the station, if anything does."""
        while True:
            await self._life()
            if self._rebooting is StopReason.REBOOT:
                return
            await asyncio.sleep(BOOT_S)
            self._boot()

    def _boot(self) -> None:
        now = self._clock.now()
        spec = self._spec
        supply = Supply(spec.type, spec.nb_phases, spec.voltage, spec.max_setpoint, spec.max_setpoint_per_connector)
        records = self._store.records()
        self._rebooting = None
        self._endpoint = Endpoint(schemas(str(spec.ocpp_version)), lambda: str(uuid.uuid4()))
        self._station = Station(
            supply,
            spec.nb_connectors,
            now,
            vehicle=self._vehicle,
            fixed_cable=spec.fixed_cable,
            records=records,
        )
        self._dialect = V16(spec, self._station, self._endpoint, records, self._store.queue())
        for refused in self._dialect.session.configuration.refused:
            log.error("%s", refused)
        self._websocket = Websocket(
            spec.connection_url, SUBPROTOCOL, self.hear, self._back_off, lambda: self._dialect.ping_interval_s
        )
        self._settle(now)

    async def _life(self) -> None:
        link = asyncio.create_task(self._websocket.run())
        try:
            while self._rebooting is None:
                await self._step()
            await self._last_words()
        finally:
            if self._alarm is not None:
                self._alarm.cancel()
            link.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await link
            self._dialect.closed(self._clock.now())
            self._link_error = "booting again"
            self._settle(self._clock.now())

    async def _step(self) -> None:
        item = await self._inbox.get()
        now = self._clock.now()
        self._station.advance(now)
        self._dialect.advance(now)
        self._take(item, now)
        self._settle(now)
        self._set_alarm()

    async def _last_words(self) -> None:
        """Let what is queued be answered (StopTransaction before a reset, errata 3.36), but not for ever."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                while self._endpoint.is_open and not self._dialect.idle:
                    await self._step()
                await self._websocket.flushed()

    def _take(self, item: Input, now: float) -> None:
        match item:
            case Opened():
                log.info("connected to %s", self._spec.connection_url)
                self._link_error = ""
                self._dialect.opened(now)
            case Received(text):
                log.debug("receive %s", text)
                self._endpoint.receive(text, now)
            case Closed(reason):
                if reason != self._link_error:
                    log.warning("%s", reason)
                self._link_error = reason
                self._dialect.closed(now)
            case Message():
                self._hear_message(item, now)
            case EndWanted():
                self._station.tell(ShutDown(), now)
            case Woken():
                pass
            case _:
                assert_never(item)

    def _hear_message(self, message: Message, now: float) -> None:
        if self.mqtt.is_foreign_death(message):
            # An earlier process of this id, or a broker that lost sight of us, calls us dead: we are not.
            for status in self.greeting():
                self._publish(status)
            return
        try:
            command = self.mqtt.understand(message)
        except InputError as error:
            self._refuse(message, str(error))
            return
        match command:
            case None:
                return
            case StationOrder.CLOSE:
                self._station.tell(ShutDown(), now)
            case StationOrder.OCPP_CONFIG:
                self._publish_configuration()
            case _:
                outcome = self._station.tell(command, now)
                if not outcome.accepted:
                    self._refuse(message, outcome.reason)

    def _refuse(self, message: Message, reason: str) -> None:
        log.warning("%s: %s", message.topic, reason)
        self._publish(
            Message(self._topics.station(self._spec.id, "result"), Refusal(message.topic, reason).to_json())
        )

    def _publish_configuration(self) -> None:
        entries = self._dialect.session.configuration.entries()
        payload = ocpp_config_json({entry.key.name: entry.value for entry in entries})
        self._publish(Message(self._topics.station(self._spec.id, "ocpp_config"), payload, retain=True))

    def _settle(self, now: float) -> None:
        """Follow every event and fact to its end, save, then say."""
        while True:
            events = self._endpoint.events()
            facts = self._station.facts()
            if not events and not facts:
                break
            for fact in facts:
                self._follow(fact, now)
            for event in events:
                if isinstance(event, Dropped):
                    log.warning("dropped %.200s: %s", event.text, event.reason)
                self._dialect.take(event, now)
                for fact in self._station.facts():
                    self._follow(fact, now)
        self._save()
        for text in self._endpoint.frames():
            log.debug("send %s", text)
            self._websocket.send(text)
        last_error = self._store_error or self._link_error
        for message in self.mqtt.messages(self._station.state, self._dialect.registration, last_error, now):
            self._publish(message)

    def _follow(self, fact: Fact, now: float) -> None:
        match fact:
            case Rebooting(reason):
                self._rebooting = reason
            case TokenDenied(connector, id_tag, reason):
                log.info("connector %d: id tag %s denied: %s", connector, id_tag, reason)
            case TransactionStarted(transaction):
                log.info("connector %d: transaction of %s starts", transaction.connector, transaction.id_tag)
            case TransactionStopped(transaction, reason):
                log.info("connector %d: transaction stops: %s", transaction.connector, reason)
            case _:
                pass
        self._dialect.speak(fact, now)

    def _save(self) -> None:
        try:
            self._store.save(self._station.changes() | self._dialect.changes(), self._dialect.queue_changes())
            self._store_error = ""
        except StoreError as error:
            if str(error) != self._store_error:
                log.error("nothing can be stored: %s", error)
            self._store_error = str(error)

    def _set_alarm(self) -> None:
        deadlines = (self._station.next_deadline(), self._dialect.next_deadline(), self.mqtt.next_deadline())
        due = min((deadline for deadline in deadlines if deadline is not None), default=None)
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if due is not None:
            delay_s = max(0.0, due - self._clock.now())
            self._alarm = asyncio.get_running_loop().call_later(delay_s, self.hear, Woken())

    def _back_off(self) -> BackOff:
        return BackOff(*self._dialect.session.configuration.retry_back_off)
