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
from chargepoint.api.spec import ChargePointSpec
from chargepoint.api.topics import Topics
from chargepoint.bus import Message
from chargepoint.clock import Clock
from chargepoint.dialects.mqtt import MqttDialect
from chargepoint.life import NO_CREDENTIALS, Life
from chargepoint.model.transaction import StopReason
from chargepoint.model.vehicle import GENERIC, Vehicle
from chargepoint.ocpp.secrets import without_secrets
from chargepoint.security.store import Credentials

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
        credentials: Credentials = NO_CREDENTIALS,
    ) -> None:
        """``credentials`` are for its first life. Raises StoreError when the stored state cannot be read."""
        self._spec = spec
        self._store = store
        self._clock = clock
        self._topics = topics
        self._publish = publish
        self._vehicle = vehicle
        self._credentials = credentials
        self._inbox: asyncio.Queue[Input] = asyncio.Queue()
        self._alarm: asyncio.TimerHandle | None = None
        self.mqtt = MqttDialect(spec, topics, os.getpid(), clock.now())
        self._life = self._boot()

    def hear(self, item: Input) -> None:
        """Put something into the inbox; callable from callbacks of the same event loop."""
        self._inbox.put_nowait(item)

    def end(self) -> None:
        """Ask the station to end in good order; ``run`` then returns."""
        self.hear(EndWanted())

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
            if self._life.going_down is StopReason.REBOOT:
                return
            await asyncio.sleep(BOOT_S)
            self._forget_the_old_link()
            self._life = self._boot()

    def _forget_the_old_link(self) -> None:
        """What the websocket of the life before still said means nothing to the next one."""
        waiting = [self._inbox.get_nowait() for _ in range(self._inbox.qsize())]
        for item in waiting:
            if isinstance(item, Message | EndWanted):
                self.hear(item)

    def _boot(self) -> Life:
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
                self._credentials,
            )
        except InputError as error:
            raise StoreError(f"{self._store.file}: damaged: {error}") from None

    async def _live(self) -> None:
        target = self._life.link_target
        websocket = Websocket(target, SUBPROTOCOL, self.hear, self._back_off, self._ping_interval_s)
        async with asyncio.TaskGroup() as tasks:
            link = tasks.create_task(websocket.run())
            try:
                self._save_and_say(websocket)
                while self._life.going_down is None:
                    await self._step(websocket)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LAST_WORDS_S):
                        while not self._life.silent:
                            await self._step(websocket)
                        await websocket.flushed()
            finally:
                link.cancel()
                await asyncio.wait([link])
                self._life.closed("going down", self._clock.now())
                self._save_and_say(websocket)
                self._wake_at(None)

    async def _step(self, websocket: Websocket) -> None:
        item = await self._inbox.get()
        self._take(item, self._clock.now())
        self._save_and_say(websocket)

    def _take(self, item: Input, now: float) -> None:
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
        if self._life.reconnect():
            websocket.renew()
        for message in self._life.messages(self._clock.now()):
            self._publish(message)
        for note in self._life.notes():
            log.info("%s", note)
        self._wake_at(self._life.next_deadline())

    def _save(self) -> None:
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
            self._alarm.cancel()
            self._alarm = None
        if due is not None:
            delay_s = max(0.0, due - self._clock.now())
            self._alarm = asyncio.get_running_loop().call_later(delay_s, self.hear, Woken())

    def _back_off(self) -> BackOff:
        return BackOff(*self._life.dialect.session.configuration.retry_back_off)

    def _ping_interval_s(self) -> float:
        return self._life.dialect.ping_interval_s
