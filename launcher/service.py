"""The launcher: commands in, charge points up or down, one answer to each command.

The MQTT callback only queues; one loop takes what is queued, and works in a thread. What is stored on the disk and
what supervisord runs is the truth: a launcher that was killed finds both again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterable

import aiomqtt

from chargepoint.api.errors import InputError
from chargepoint.api.payloads import ChargePointStatus, Registration
from chargepoint.api.topics import LauncherTopic, StationTopic, Topics
from chargepoint.bus import Broker, Bus, Message
from chargepoint.clock import Clock
from launcher.api.commands import (
    Close,
    CommandResult,
    EntryResult,
    Kill,
    Remove,
    Restart,
    Start,
    Verdict,
    parse_command,
)
from launcher.charge_points import ChargePoints
from launcher.fleet.errands import Batch
from launcher.fleet.fleet import Fleet
from launcher.fleet.obituary import obituary
from launcher.fleet.orders import Known, Verb, Wish, judged, refused
from launcher.fleet.placement import OWN_PROCESS, Placement
from launcher.retained import retained

log = logging.getLogger(__name__)

ALIVE, DEAD = b"Alive", b"Dead"

LAST_WORD_S = 600.0
"""So long after its removal a charge point's last word may still come, by way of a slow broker."""


class Service:
    """One launcher, from its first line to its Dead. ``say`` takes the lines for whoever watches it start,
    ``template`` gives what start entries leave out, ``parallel_starts`` how many processes may come up at the same
    time; both are asked anew for each command. ``placement`` says where charge points come to live."""

    def __init__(
        self,
        charge_points: ChargePoints,
        template: Callable[[], dict[str, object]],
        parallel_starts: Callable[[], int],
        placement: Placement,
        broker: Broker,
        topics: Topics,
        say: Callable[[str], None],
    ) -> None:
        self._charge_points = charge_points
        self._template = template
        self._parallel_starts = parallel_starts
        self._placement = placement
        self._broker = broker
        self._topics = topics
        self._say = say
        self._clock = Clock()
        self._fleet = Fleet(parallel_starts())
        self._inbox: deque[Message] = deque()
        self._stirred = asyncio.Event()
        self._closing = asyncio.Event()
        self._ready = False
        self._echoes: Counter[str] = Counter()
        self._removed: dict[str, float] = {}
        self._reconnected = False
        self._bus = Bus(
            broker,
            name=f"launcher-{uuid.uuid4().hex[:8]}",
            subscriptions=(topics.station("+", "status"), topics.launcher("cmd"), topics.launcher("status")),
            will=self._status(DEAD),
            hear=self._hear,
            told=self._told,
        )

    def close(self) -> None:
        """End in good order; charge points go on."""
        self._closing.set()

    async def run(self) -> None:
        """Serve until ``close``."""
        self._say("OCPP charge point simulator launcher")
        await asyncio.to_thread(self._charge_points.find)
        self._say(f"Connecting to the broker ({self._broker.tcp_url})...")
        tasks = [asyncio.create_task(self._bus.run()), asyncio.create_task(self._serve())]
        closing = asyncio.create_task(self._closing.wait())
        try:
            done, _ = await asyncio.wait({closing, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._fleet.abandon("the launcher was closed")
            self._answer()
            self._bus.publish(self._status(DEAD))
            await self._bus.drained()
            for task in (closing, *tasks):
                task.cancel()
            await asyncio.gather(closing, *tasks, return_exceptions=True)

    # What is heard

    def _told(self, connected: bool, reason: str) -> None:
        self._echoes.clear()
        if not connected:
            return
        if not self._ready:
            self._ready = True
            self._say("Subscribing to simulated charge point's topics...")
            self._say("Subscribing to launcher's command topic...")
            self._say("Ready!")
        # Only now: who sees Alive may send a command at once.
        self._bus.publish(self._status(ALIVE))
        self._reconnected = True
        self._stirred.set()

    def _hear(self, message: Message) -> None:
        match self._topics.parse(message.topic):
            case LauncherTopic("status"):
                if message.payload == DEAD and not self._closing.is_set():
                    # The will of an earlier launcher that came late.
                    self._bus.publish(self._status(ALIVE))
            case LauncherTopic("cmd") if message.retain:
                log.warning("a retained command is passed over: commands are not to be retained")
            case LauncherTopic("cmd") | StationTopic(_, "status"):
                self._inbox.append(message)
                self._stirred.set()

    # The loop

    async def _serve(self) -> None:
        while True:
            while self._inbox:
                await self._take(self._inbox.popleft())
            if self._reconnected:
                self._reconnected = False
                await self._clear(await asyncio.to_thread(self._charge_points.removed))
                await self._clear_pools()
            if not await self._work():
                await self._wait()

    async def _work(self) -> bool:
        batch = self._fleet.batch(self._clock.now())
        if batch:
            self._clear_surplus(batch)
            report = await asyncio.to_thread(self._charge_points.carry_out, batch)
            await self._clear(batch.clear)
            if batch.erase:
                await self._clear_pools()
            self._fleet.report(batch, report, self._clock.now())
            self._note(batch)
            self._bury(self._unheard(batch.cut))
        self._bury(self._fleet.unborn())
        self._answer()
        return bool(batch)

    async def _wait(self) -> None:
        deadline = self._fleet.next_deadline()
        timeout_s = None if deadline is None else max(0.0, deadline - self._clock.now())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._stirred.wait()
        self._stirred.clear()

    async def _take(self, message: Message) -> None:
        match self._topics.parse(message.topic):
            case LauncherTopic("cmd"):
                await self._obey(message.payload)
            case StationTopic(station_id, "status") if message.payload:
                await self._take_status(station_id, message.payload)
            case StationTopic(station_id, "status"):
                self._take_clearing(station_id)

    async def _take_status(self, station_id: str, payload: bytes) -> None:
        try:
            status = ChargePointStatus.from_json(payload)
        except InputError:
            return
        alive = status.status is not Registration.DEAD
        if not alive and station_id in self._removed and station_id not in self._charge_points.specs:
            # The last word of one that was removed came after it was cleared.
            await self._clear([station_id])
            return
        self._fleet.hear(station_id, status.pid, alive, status.pool)

    def _take_clearing(self, station_id: str) -> None:
        self._fleet.forget(station_id)
        if self._echoes[station_id]:
            self._echoes[station_id] -= 1
            if not self._echoes[station_id]:
                del self._echoes[station_id]
        elif station_id in self._charge_points.specs or station_id in self._fleet.busy():
            self._fleet.wish(Wish(Verb.REMOVE, station_id), self._clock.now())

    async def _obey(self, payload: bytes) -> None:
        try:
            command = parse_command(payload)
        except InputError as error:
            log.warning("a command is refused: %s", error)
            self._publish(CommandResult.unreadable(payload, error))
            return
        if isinstance(command, Close):
            log.info("close")
            self._publish(CommandResult(command.type, request_id=command.request_id, result=Verdict.CLOSED))
            self.close()
            return
        if command.charge_points:
            log.info("%s %d", command.type, len(command.charge_points))
        entries = await self._judged(command)
        self._fleet.tell(command.type, command.request_id, entries, self._clock.now())

    async def _judged(self, command: Start | Restart | Kill | Remove) -> list[Wish | EntryResult]:
        if not isinstance(command, Start | Restart):
            return judged(command, self._known({}))
        self._fleet.parallel_starts = self._parallel_starts()
        try:
            return judged(command, self._known(await asyncio.to_thread(self._template)))
        except InputError as error:
            return refused(command, error)

    def _known(self, template: dict[str, object]) -> Known:
        busy = {station_id: spec for station_id, spec in self._fleet.busy().items() if spec}
        stored = self._charge_points.specs | busy
        strangers = {station_id: alive for station_id, alive in self._fleet.heard.items() if station_id not in stored}
        staying = {each: spec for each, spec in stored.items() if not self._fleet.removing(each)}
        homes = {**self._charge_points.homes, **self._fleet.homes()}
        return Known(staying, strangers, template, homes, self._placement)

    # What is told

    def _status(self, status: bytes) -> Message:
        return Message(self._topics.launcher("status"), status, retain=True)

    def _publish(self, result: CommandResult) -> None:
        for entry in result.results:
            if not entry.result.good:
                log.warning("%s %s: %s: %s", result.type, entry.id, entry.result, entry.reason)
        self._bus.publish(Message(self._topics.launcher("result"), result.to_json()))

    def _answer(self) -> None:
        for result in self._fleet.answers():
            self._publish(result)

    def _clear_surplus(self, batch: Batch) -> None:
        """A charge point that begins again with fewer connectors has no others."""
        for spec, *_ in batch.prepare:
            before = self._charge_points.specs.get(spec.id, spec)
            for number in range(spec.nb_connectors + 1, before.nb_connectors + 1):
                self._bus.publish(Message(self._topics.connector(spec.id, number, "status"), b"", retain=True))

    def _note(self, batch: Batch) -> None:
        now = self._clock.now()
        for each in batch.prepare:
            self._removed.pop(each.spec.id, None)
        for station_id in batch.erase:
            self._removed.pop(station_id, None)
            self._removed[station_id] = now
        # Those of long ago come first.
        while self._removed and now - next(iter(self._removed.values())) > LAST_WORD_S:
            del self._removed[next(iter(self._removed))]

    def _unheard(self, cut: Iterable[str]) -> list[str]:
        """Who was killed in a pool before it could say anything: no process has ended that the undertaker sees."""
        homes = self._charge_points.homes
        return self._fleet.silent((station_id for station_id in cut if station_id in homes), homes)

    def _bury(self, ids: Iterable[str]) -> None:
        for station_id in ids:
            if spec := self._charge_points.specs.get(station_id):
                home = self._charge_points.homes.get(station_id, OWN_PROCESS)
                for topic, payload in obituary(spec, self._topics, {}, pool=home):
                    self._bus.publish(Message(topic, payload, retain=True))

    async def _clear_pools(self) -> None:
        """Clear what the broker retains of pools that nobody lives in any more: one that died has said Dead."""
        if not (gone := self._charge_points.pools_left):
            return
        for pool in gone:
            self._bus.publish(Message(self._topics.pool(pool, "status"), b"", retain=True))
        await self._bus.drained()
        if self._bus.connected:
            await asyncio.to_thread(self._charge_points.forget_pools, gone)

    async def _clear(self, ids: Iterable[str]) -> None:
        """Clear whatever the broker retains of charge points that exist no more."""
        gone = [station_id for station_id in ids if station_id not in self._charge_points.specs]
        if not gone:
            return
        try:
            found = await retained(self._broker, self._topics, [self._topics.station(each, "#") for each in gone])
        except aiomqtt.MqttError as error:
            log.warning("%s: retained messages stay until the broker is back: %s", ", ".join(gone), error)
            return
        for topic in {*found, *(self._topics.station(station_id, "status") for station_id in gone)}:
            self._bus.publish(Message(topic, b"", retain=True))
        if self._bus.connected:
            self._echoes.update(gone)
        await self._bus.drained()
        if self._bus.connected:
            await asyncio.to_thread(self._charge_points.forget, gone)
