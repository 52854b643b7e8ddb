"""The undertaker: makes the retained statuses of charge points without a process true.

A charge point that is killed has a will, which says Dead of the station. Nobody says what became of its connectors,
and a will is lost when the broker was away, or when the process ended before it was connected; and those that share
the process of a pool have none. The undertaker hears of every end from supervisord and tells the rest. It looks at
all of them when it starts, when the broker is back and when the launcher is, and never speaks of one that lives.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Iterable, Mapping, Sequence

import aiomqtt

from chargepoint.api.errors import InputError
from chargepoint.api.spec import ChargePointSpec
from chargepoint.api.topics import Topics
from chargepoint.bus import Broker, Bus, Message
from launcher.deaths import cause_of_death
from launcher.diagnostics import reason_of
from launcher.fleet.errands import Process
from launcher.fleet.obituary import obituary
from launcher.fleet.placement import OWN_PROCESS
from launcher.fleet.programs import pool_of, pool_program, program_name, station_id_of
from launcher.folder import Folder
from launcher.pools import Pools
from launcher.retained import retained
from launcher.service import ALIVE, DEAD
from launcher.stored import stored_spec, stored_specs
from launcher.supervisord.client import Supervisord, SupervisordGone
from launcher.supervisord.events import programs_of_events

log = logging.getLogger(__name__)

GATHER_S = 0.3
"""Deaths come in crowds, and each has a will whose words are better than ours."""

DRAIN_S = 30.0
"""How long the broker may take for what is said of thousands."""

LAUNCHER = "launcher"


class Undertaker:
    """One for a yard; ``run`` ends when supervisord closes its standard input."""

    def __init__(self, folder: Folder, supervisord: Supervisord, broker: Broker, topics: Topics) -> None:
        self._folder = folder
        self._supervisord = supervisord
        self._broker = broker
        self._topics = topics
        self._ended: set[str] = set()
        self._all = False
        self._stirred = asyncio.Event()
        self._bus = Bus(
            broker,
            name=f"undertaker-{uuid.uuid4().hex[:8]}",
            subscriptions=[topics.launcher("status")],
            hear=self._hear,
            told=self._told,
        )

    async def run(self) -> None:
        """Serve until the end of supervisord's events."""
        tasks = [asyncio.create_task(part) for part in (self._bus.run(), self._serve(), self._listen())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self) -> None:
        async for program in programs_of_events():
            self._ended.add(program)
            self._stirred.set()

    def _told(self, connected: bool, reason: str) -> None:
        self._look_at_all(connected)

    def _hear(self, message: Message) -> None:
        self._look_at_all(message.payload == ALIVE)

    def _look_at_all(self, wanted: bool) -> None:
        if wanted:
            self._all = True
            self._stirred.set()

    async def _serve(self) -> None:
        while True:
            await self._stirred.wait()
            await asyncio.sleep(GATHER_S)
            self._stirred.clear()
            if not self._bus.connected:
                continue  # The next connection looks at all.
            programs, self._ended = self._ended, set()
            everything, self._all = self._all, False
            try:
                pools = await asyncio.to_thread(self._pools)
                await self._bury(await asyncio.to_thread(self._specs, programs, everything, pools), pools)
                if everything or LAUNCHER in programs:
                    await self._correct_launcher()
            except (SupervisordGone, aiomqtt.MqttError, InputError) as error:
                log.warning("the statuses of what has ended stay as they are: %s", error)
            except OSError as error:
                log.warning("the statuses of what has ended stay as they are: %s", reason_of(error))

    def _pools(self) -> Pools:
        pools = Pools(self._folder, self._supervisord)
        pools.find()
        return pools

    def _specs(self, programs: Iterable[str], everything: bool, pools: Pools) -> Sequence[ChargePointSpec]:
        if everything:
            return list(stored_specs(self._folder).values())
        ids: list[str] = []
        for program in programs:
            pool = pool_of(program)
            ids += [station_id_of(program)] if pool is None else pools.of(pool)
        return [spec for station_id in ids if (spec := stored_spec(self._folder, station_id))]

    async def _bury(self, specs: Sequence[ChargePointSpec], pools: Pools) -> None:
        topics = self._topics
        of_pools = topics.pool("+", "status")
        everywhere = [topics.station("+", "status"), topics.connector("+", "+", "status"), of_pools]
        each = [of_pools, *(topics.station(spec.id, "status") for spec in specs)]
        each += [topics.connector(spec.id, "+", "status") for spec in specs]
        told = await retained(self._broker, topics, each if len(each) < 100 else everywhere)
        # Asked last: what lives now is not spoken of, and one that comes up later corrects what was said.
        processes = await asyncio.to_thread(self._processes, specs, pools)
        dead = [spec for spec in specs if not processes[spec.id].pid]
        for spec in dead:
            self._publish(spec, told, processes[spec.id].ended, pools.homes.get(spec.id, OWN_PROCESS))
        await self._bury_pools(told, pools)
        if any(spec.id in pools.homes for spec in dead):
            await self._bus.drained(DRAIN_S)
            # A charge point of a pool does not hear what is said of it: it came up while it was said, or comes later.
            await asyncio.to_thread(pools.tell, [spec.id for spec in dead])

    async def _bury_pools(self, told: Mapping[str, bytes], pools: Pools) -> None:
        """A pool has a will, which a broker may have forgotten."""
        topics = {name: self._topics.pool(name, "status") for name in pools.names}
        untold = {pool_program(name): topic for name, topic in topics.items() if told.get(topic) != DEAD}
        infos = await asyncio.to_thread(self._supervisord.infos, untold)
        for program, topic in untold.items():
            if program not in infos or not infos[program].alive:
                self._bus.publish(Message(topic, DEAD, retain=True))

    def _processes(self, specs: Iterable[ChargePointSpec], pools: Pools) -> Mapping[str, Process]:
        ids = [spec.id for spec in specs]
        processes = pools.look(ids)
        names = {program_name(station_id): station_id for station_id in ids if station_id not in processes}
        infos = self._supervisord.infos(names)
        for name, station_id in names.items():
            info = infos.get(name)
            ended = cause_of_death(info, self._folder.log(station_id)) if info else ""
            processes[station_id] = Process(info.pid if info else 0, ended)
        return processes

    def _publish(self, spec: ChargePointSpec, told: Mapping[str, bytes], reason: str, pool: str) -> None:
        if not self._folder.spec(spec.id).exists():
            return
        messages = obituary(spec, self._topics, told, reason, pool=pool)
        if messages:
            log.info("%s is dead%s", spec.id, f": {reason}" if reason else "")
        for topic, payload in messages:
            self._bus.publish(Message(topic, payload, retain=True))

    async def _correct_launcher(self) -> None:
        """Dead for a launcher that ended while the broker was away."""
        topic = self._topics.launcher("status")
        told = await retained(self._broker, self._topics, [topic])
        infos = await asyncio.to_thread(self._supervisord.infos, [LAUNCHER])
        if told.get(topic) == ALIVE and LAUNCHER in infos and not infos[LAUNCHER].alive:
            with contextlib.suppress(aiomqtt.MqttError):
                self._bus.publish(Message(topic, DEAD, retain=True))
