"""The launcher: commands in, charge points up or down, one answer for each command.

Commands wait in a queue and are taken one after the other; nothing is done in the MQTT callback. What is stored on
disk and what supervisord runs is the truth: a launcher that was killed finds both again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from chargepoint.api.errors import InputError
from chargepoint.api.payloads import ChargePointStatus, Registration
from chargepoint.api.spec import parse_spec
from chargepoint.api.topics import LauncherTopic, StationTopic, Topics
from chargepoint.bus import Broker, Bus, Message
from launcher.api.commands import (
    Close,
    Command,
    CommandResult,
    Kill,
    Remove,
    Restart,
    Start,
    Verdict,
    parse_command,
)
from launcher.fleet.programs import program_name
from launcher.ramp import Ramp
from launcher.stock import Stock
from launcher.supervisord.client import Supervisord, SupervisordError
from launcher.work import Work

log = logging.getLogger(__name__)

GONE_WITHIN_S = 5.0
WILL_WITHIN_S = 1.5
"""By then the broker has spoken the will of a charge point that was killed, and the undertaker has answered it."""

LINE_1 = "OCPP charge point simulator launcher"
LINE_2 = "Connecting to the broker ({})..."
LINE_3 = "Subscribing to simulated charge point's topics..."
LINE_4 = "Subscribing to launcher's command topic..."
LINE_5 = "Ready!"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Somebody emptied the retained status of a charge point: it is to be removed."""

    id: str


class Service:
    """One launcher, from its first line to its Dead."""

    def __init__(
        self, stock: Stock, supervisord: Supervisord, broker: Broker, topics: Topics, say: Callable[[str], None]
    ) -> None:
        """``say`` takes the lines for whoever watches the launcher start."""
        self._stock = stock
        self._supervisord = supervisord
        self._broker = broker
        self._topics = topics
        self._say = say
        self._ready_said = False
        self._ramp = Ramp(supervisord)
        self._inbox: asyncio.Queue[bytes | Forgotten] = asyncio.Queue()
        self._background: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()
        status = topics.launcher("status")
        self._bus = Bus(
            broker,
            name=f"{topics.root.replace('/', '-')}-launcher",
            subscriptions=[topics.station("+", "status"), topics.launcher("cmd")],
            will=Message(status, b"Dead", retain=True),
            greet=lambda: [Message(status, b"Alive", retain=True)],
            hear=self._hear,
            told=self._told,
        )

    def close(self) -> None:
        """End in good order; charge points go on."""
        self._closing.set()

    async def run(self) -> None:
        """Serve until ``close``."""
        self._say(LINE_1)
        self._say(LINE_2.format(self._broker.tcp_url))
        tasks: list[asyncio.Task[Any]] = [
            asyncio.create_task(part) for part in (self._bus.run(), self._ramp.run(), self._serve())
        ]
        closing: asyncio.Task[Any] = asyncio.create_task(self._closing.wait())
        done, _ = await asyncio.wait({*tasks, closing}, return_when=asyncio.FIRST_COMPLETED)
        self._bus.publish(Message(self._topics.launcher("status"), b"Dead", retain=True))
        await self._bus.drained()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    def _told(self, connected: bool, reason: str) -> None:
        if connected and not self._ready_said:
            self._ready_said = True
            for line in (LINE_3, LINE_4, LINE_5):
                self._say(line)

    def _hear(self, message: Message) -> None:
        match self._topics.parse(message.topic):
            case LauncherTopic("cmd") if not message.retain and message.payload:
                self._inbox.put_nowait(message.payload)
            case StationTopic(station_id, "status") if message.payload:
                self._status_told(station_id, message.payload)
            case StationTopic(station_id, "status") if station_id in self._stock.specs:
                self._inbox.put_nowait(Forgotten(station_id))

    def _status_told(self, station_id: str, payload: bytes) -> None:
        if station_id not in self._ramp:
            return
        with contextlib.suppress(InputError):
            status = ChargePointStatus.from_json(payload)
            if status.status is not Registration.DEAD:
                self._ramp.appeared(station_id)
            else:
                self._in_background(self._check_rising(station_id, status.last_error))

    async def _check_rising(self, station_id: str, reason: str) -> None:
        """A Dead is told of a charge point on its way up: of the process before, or of this one?"""
        with contextlib.suppress(SupervisordError):
            found = await asyncio.to_thread(self._supervisord.find, [program_name(station_id)])
            if not any(process.state.alive for process in found.values()):
                self._ramp.ended(station_id, reason or "it ended at once; see its log")

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _serve(self) -> None:
        while True:
            match await self._inbox.get():
                case Forgotten(station_id):
                    if station_id in self._stock.specs:
                        await self._carry_out(Remove.of([station_id]))
                case bytes(payload):
                    try:
                        command = parse_command(payload)
                    except InputError as error:
                        log.warning("a command was refused: %s", error)
                        self._publish(CommandResult.unreadable(payload, error))
                    else:
                        await self._carry_out(command)

    async def _carry_out(self, command: Command) -> None:
        log.info("%s", command.type)
        if isinstance(command, Close):
            self._publish(CommandResult(str(command.type), request_id=command.request_id, result=Verdict.CLOSED))
            self.close()
            return
        work = Work(command)
        try:
            match command:
                case Start():
                    await self._start(work)
                case Restart():
                    await self._restart(work)
                case Kill():
                    await self._kill(work)
                case Remove():
                    await self._remove(work)
                case _:
                    assert_never(command)
        except InputError as error:
            work.settle_the_rest(Verdict.FAILED, str(error))
        except (SupervisordError, OSError) as error:
            log.error("%s: %s", command.type, error)
            work.settle_the_rest(Verdict.FAILED, str(error))
        if work.tickets:
            self._answer_later(work)
        else:
            self._publish(work.result())

    def _answer_later(self, work: Work) -> None:
        """Starting takes its time; the next command, which may be a kill, does not wait for it."""

        async def answer() -> None:
            for ticket in work.tickets:
                await ticket.verdict
            self._publish(work.result())

        self._in_background(answer())

    def _publish(self, result: CommandResult) -> None:
        for entry in result.results:
            if not entry.result.good:
                log.warning("%s %s: %s: %s", result.type, entry.id, entry.result, entry.reason)
        self._bus.publish(Message(self._topics.launcher("result"), result.to_json()))

    # What each command does

    async def _start(self, work: Work) -> None:
        template = self._stock.template()
        work.read(lambda entry: parse_spec(entry, template))
        running = await self._running(work.ids)
        for station_id in running:
            work.refuse(station_id, "the id of a charge point that does not run: kill or restart this one")
        await self._raise(work, fresh=True, verdict=Verdict.STARTED)

    async def _restart(self, work: Work) -> None:
        template = self._stock.template()
        work.read(lambda entry: parse_spec(entry, self._stored(entry) or template))
        await self._ramp.cancel(work.ids, "a later restart took its place")
        await self._put_down(await self._running(work.ids))
        await self._raise(work, fresh=False, verdict=Verdict.RESTARTED)

    async def _kill(self, work: Work) -> None:
        work.read_ids(self._stock.specs)
        rising = {station_id for station_id in work.ids if station_id in self._ramp}
        await self._ramp.cancel(work.ids, "a later kill took its place")
        running = await self._running(work.ids)
        for station_id in work.ids:
            if station_id not in running and station_id not in rising:
                work.refuse(station_id, "the id of a running charge point")
        await self._put_down(running)
        work.settle_the_rest(Verdict.KILLED)

    async def _remove(self, work: Work) -> None:
        work.read_ids(self._stock.specs)
        connectors = {station_id: self._stock.specs[station_id].nb_connectors for station_id in work.ids}
        await self._ramp.cancel(work.ids, "a later removal took its place")
        await self._put_down(await self._running(work.ids))
        self._stock.remove(work.ids)
        self._stock.write_programs()
        await asyncio.to_thread(self._supervisord.reread)
        # Its will and what the undertaker makes of it come after the kill; what they retain has to go too.
        self._clear(connectors)
        await asyncio.sleep(WILL_WITHIN_S)
        self._clear(
            {station_id: count for station_id, count in connectors.items() if station_id not in self._stock.specs}
        )
        work.settle_the_rest(Verdict.REMOVED)

    def _clear(self, connectors: Mapping[str, int]) -> None:
        for station_id, count in connectors.items():
            topics = [self._topics.station(station_id, leaf) for leaf in ("status", "ocpp_config")]
            topics += [self._topics.connector(station_id, number, "status") for number in range(1, count + 1)]
            for topic in topics:
                self._bus.publish(Message(topic, b"", retain=True))

    def _stored(self, entry: object) -> dict[str, object] | None:
        station_id = entry.get("id") if isinstance(entry, Mapping) else None
        spec = self._stock.specs.get(station_id) if isinstance(station_id, str) else None
        return spec.to_entry() if spec else None

    async def _raise(self, work: Work, *, fresh: bool, verdict: Verdict) -> None:
        new = False
        for spec in work.specs:
            new = new or spec.id not in self._stock.specs
            self._stock.put(spec, fresh=fresh)
        if new:
            self._stock.write_programs()
            await asyncio.to_thread(self._supervisord.reread)
        for spec in work.specs:
            work.wait_for(self._ramp.add(spec.id), verdict)

    async def _running(self, ids: Sequence[str]) -> list[str]:
        """Those of ``ids`` that have a process, or are about to get one."""
        programs = {program_name(station_id): station_id for station_id in ids}
        found = await asyncio.to_thread(self._supervisord.find, programs)
        running = [programs[name] for name, process in found.items() if process.state.alive]
        return running + [station_id for station_id in ids if station_id in self._ramp and station_id not in running]

    async def _put_down(self, ids: Sequence[str]) -> None:
        """Cut the power of ``ids``, and return when supervisord has seen them die."""
        left = [program_name(station_id) for station_id in ids]
        await asyncio.to_thread(self._supervisord.kill, left)
        deadline = asyncio.get_running_loop().time() + GONE_WITHIN_S
        while left:
            found = await asyncio.to_thread(self._supervisord.find, left)
            left = [name for name, process in found.items() if process.state.alive]
            if left and asyncio.get_running_loop().time() > deadline:
                raise SupervisordError(f"{', '.join(left)} does not die")
            await asyncio.sleep(0.05 if left else 0)
