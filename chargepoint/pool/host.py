"""A pool: its stations are started, killed and ended by command, and spoken to on the topics of their own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, assert_never

from chargepoint.adapters.alarm import CallLater, by_the_loop
from chargepoint.adapters.store import StoreError
from chargepoint.api.errors import InputError
from chargepoint.api.hosting import PoolAnswer, PoolOrder
from chargepoint.api.pool import PoolCommand, PoolResult, PoolVerb
from chargepoint.api.spec import parse_spec
from chargepoint.api.topics import ConnectorTopic, PoolTopic, StationTopic, Topics
from chargepoint.bus import Message
from chargepoint.clock import Clock
from chargepoint.dialects.mqtt import MEASUREMENTS_EVERY_S
from chargepoint.pool.books import Books
from chargepoint.pool.entry import complaint
from chargepoint.pool.stations import Stations
from chargepoint.pool.stores import Stores
from chargepoint.pool.tally import Tally

if TYPE_CHECKING:
    from chargepoint.model.errands import CarryOut

log = logging.getLogger(__name__)


ENDING_AT_ONCE = 200
"""Each has a few seconds for its last words: no more end together than a central system can listen to."""


class Host:
    """Every station of one pool. ``publish`` takes the MQTT messages of all of them."""

    def __init__(
        self,
        name: str,
        topics: Topics,
        stores: Stores,
        publish: Callable[[Message], None],
        clock: Clock,
        figures_every_s: float | None = None,
        status_every_s: float = MEASUREMENTS_EVERY_S,
        *,
        keeping: bool = False,
        call_later: CallLater = by_the_loop,
        carry_out: CarryOut | None = None,
    ) -> None:
        """``clock``: that of every station; ``figures_every_s``: publish figures so often, and no message of a
        station; ``keeping``: and every transaction at the end; ``status_every_s``: how often stations tell what they
        measure; ``call_later`` wakes them, and ``carry_out`` does their errands, if not the usual one."""
        self._name = name
        self._topics = topics
        self._stores = stores
        self._publish = publish
        self._figures_every_s = figures_every_s
        heard = None if figures_every_s else publish
        self._stations = Stations(name, topics, stores, heard, clock, status_every_s, call_later, carry_out)
        self._tally = Tally(Books(keeping=keeping), self._stations.queued) if figures_every_s else None
        self._stations.tally = self._tally
        self._rising: dict[str, None] = {}
        self._riser: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()

    @property
    def subscriptions(self) -> list[str]:
        """The topics of the pool and of all stations; those of others come as well, and are passed over."""
        return [
            self._topics.pool(self._name, "cmd"),
            self._topics.station("+", "cmd"),
            self._topics.connector("+", "+", "car"),
            self._topics.connector("+", "+", "id_tag"),
            self._topics.connector("+", "+", "faulted"),
        ]

    def greeting(self) -> Iterable[Message]:
        """All retained statuses of all stations, for a broker that knows nothing, or not what happened without it."""
        return self._stations.greeting()

    def hear(self, message: Message) -> None:
        """Take a message: a command to the pool, or one to a station of it."""
        match self._topics.parse(message.topic):
            case PoolTopic(self._name, "cmd"):
                self._obey(message.payload)
            case StationTopic(station_id, _) | ConnectorTopic(station_id, _, _):
                if (runtime := self._stations.runtime(station_id)) is not None:
                    runtime.hear(message)

    @property
    def inhabited(self) -> bool:
        """Whether there is any station, dead or alive."""
        return bool(self._stations)

    def close(self) -> None:
        """End all stations in good order; ``run`` then returns."""
        self._closing.set()

    async def run(self) -> None:
        """Host until ``close``."""
        if self._figures_every_s:
            self._tasks.add(asyncio.create_task(self._count(self._figures_every_s)))
        await self._closing.wait()
        self._rising.clear()
        for task in list(self._tasks):
            task.cancel()
        gate = asyncio.Semaphore(ENDING_AT_ONCE)

        async def ended_in_turn(station_id: str) -> None:
            async with gate:
                await self._stations.end(station_id)

        await asyncio.gather(*(ended_in_turn(station_id) for station_id in self._stations))
        if self._tally is not None:
            self._tell_figures(self._tally)
            for part in self._tally.books.accounts({}):
                self._publish(Message(self._topics.pool(self._name, "account"), part.to_json()))

    # Orders at the door

    async def obey(self, order: PoolOrder) -> PoolAnswer:
        """Do what the launcher orders."""
        for station_id in (*order.cut, *order.end, *order.forget):
            self._rising.pop(station_id, None)
        await asyncio.gather(*map(self._stations.kill, (*order.cut, *order.forget)))
        for station_id in order.end:
            self._begin(self._stations.end(station_id))
        for station_id in order.forget:
            self._stations.forget(station_id)
        self.raise_up(order.spawn)
        for station_id in order.tell:
            self._stations.greet(station_id)
        ids = order.ids
        alive = frozenset(each for each in ids if each in self._rising or self._stations.lives(each))
        dead = [each for each in ids if each not in alive and each in self._stations]
        return PoolAnswer(alive, {each: why for each in dead if (why := self._stations.ended(each))})

    def raise_up(self, ids: Iterable[str]) -> None:
        """Let stations come up, one after the other, with what is stored of them; those that live go on."""
        if self._closing.is_set():
            return
        self._rising.update(dict.fromkeys(each for each in ids if not self._stations.lives(each)))
        if self._riser is None and self._rising:
            self._riser = self._begin(self._raise())

    async def _raise(self) -> None:
        while self._rising:
            station_id = next(iter(self._rising))
            del self._rising[station_id]
            try:
                self._stations.rise(station_id)
            except (InputError, OSError) as error:
                log.error("%s: %s", station_id, error)
            except Exception:
                log.exception("%s broke down", station_id)
            # The loop breathes between two of them.
            await asyncio.sleep(0)
        self._riser = None

    # Commands

    def _obey(self, payload: bytes) -> None:
        try:
            command = PoolCommand.from_json(payload)
        except InputError as error:
            self._answer(PoolResult("", {"": str(error)}))
            return
        if command.type is PoolVerb.CLOSE:
            self._answer(PoolResult(command.type, {}, command.request_id))
            self.close()
            return
        if command.type is PoolVerb.CHECK:
            found = {str(entry.get("id")): complaint(entry) for entry in command.charge_points}
            wrong = {station_id: why for station_id, why in found.items() if why}
            self._answer(PoolResult(command.type, wrong, command.request_id))
            return
        self._begin(self._carry_out(command))

    def _begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _carry_out(self, command: PoolCommand) -> None:
        loop = asyncio.get_running_loop()
        began_at, refused = loop.time(), {}
        step_s = command.over_s / max(1, len(command.charge_points))
        for place, entry in enumerate(command.charge_points):
            # The loop breathes between two of them, or waits for the moment of the next.
            await asyncio.sleep(max(0.0, began_at + place * step_s - loop.time()))
            try:
                await self._one(command.type, entry)
            except (InputError, StoreError, OSError) as error:
                refused[str(entry.get("id"))] = str(error)
        self._answer(PoolResult(command.type, refused, command.request_id))

    async def _one(self, verb: PoolVerb, entry: Mapping[str, object]) -> None:
        match verb:
            case PoolVerb.START:
                await self._stations.start_anew(parse_spec(entry), fresh=True)
            case PoolVerb.RESTART if len(entry) == 1:
                await self._stations.start_anew(self._stores.spec(str(entry.get("id"))), fresh=False)
            case PoolVerb.RESTART:
                await self._stations.start_anew(parse_spec(entry), fresh=False)
            case PoolVerb.KILL:
                await self._stations.kill(self._known(entry))
            case PoolVerb.END:
                await self._stations.end(self._known(entry))
            case PoolVerb.REMOVE:
                await self._stations.remove(self._known(entry))
            case PoolVerb.CLOSE | PoolVerb.CHECK:
                raise AssertionError(f"{verb} is about no single station")
            case _:
                assert_never(verb)

    def _known(self, entry: Mapping[str, object]) -> str:
        station_id = entry.get("id")
        if not isinstance(station_id, str) or station_id not in self._stations:
            raise InputError("id", station_id, f"a charge point of the pool {self._name}")
        return station_id

    def _answer(self, result: PoolResult) -> None:
        self._publish(Message(self._topics.pool(self._name, "result"), result.to_json()))

    async def _count(self, every_s: float) -> None:
        tally = self._tally
        assert tally is not None
        while True:
            await asyncio.sleep(every_s)
            self._tell_figures(tally)

    def _tell_figures(self, tally: Tally) -> None:
        figures = tally.figures(self._stations.runtimes())
        self._publish(Message(self._topics.pool(self._name, "figures"), figures.to_json()))
