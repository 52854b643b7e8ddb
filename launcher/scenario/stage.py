"""The stations of all scenarios of a run: one pool as a child process, and what has been seen of each of them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from chargepoint.api.orders import Configure, Misbehave, PowerLoss, Reboot, Send, SendText, StationResult, Watch
from chargepoint.api.pool import PoolCommand, PoolResult, PoolVerb
from chargepoint.api.topics import ConnectorTopic, PoolTopic, StationTopic, Topics
from chargepoint.bus import Message
from chargepoint.clock import Clock
from launcher.pool_process import PoolProcess
from launcher.scenario.record import Record

POOL = "scenarios"
WATCH_S = 3600.0
"""As long as a station can be watched; it is told again in time."""
LOOK_EVERY_S = 1.0
"""A pool that has ended says nothing more, not even that."""
ORDER_TIMEOUT_S = 90.0
"""A station may wait long for an answer, and has to boot before it takes an order."""


class StageError(Exception):
    """What was to happen to a station did not; ``str()`` says why."""


class Pool(Protocol):
    """Where the stations are; see ``PoolProcess``."""

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it lives."""

    async def ended(self) -> None:
        """Wait until it has said its last."""

    async def kill(self) -> None:
        """End it at once."""

    async def command(self, command: PoolCommand) -> None:
        """Command the pool."""

    async def write(self, messages: Iterable[Message]) -> None:
        """Tell it, or its stations, something."""


class Stage:
    """One pool. ``clock``: that of its stations until they are told another time; ``now``: that of who plays on it,
    in POSIX seconds (default: the same); ``look_every_s``: how often to see whether the pool is there; ``pool`` makes
    another than a process."""

    def __init__(
        self,
        clock: Clock,
        now: Callable[[], float] | None = None,
        look_every_s: float = LOOK_EVERY_S,
        pool: Callable[[str, Topics, Callable[[Message], None]], Pool] | None = None,
    ) -> None:
        self.speed = clock.speed
        self.now = now or clock.now
        self._since = clock.since
        self._look_every_s = look_every_s
        self._make_pool = pool
        self.records: dict[str, Record] = {}
        self._topics = Topics()
        self._numbers = itertools.count(1)
        self._answers: dict[str, asyncio.Future[PoolResult]] = {}
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}
        self._on: set[str] = set()
        self._pool: Pool | None = None
        self._watching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Stage:
        if self._make_pool is not None:
            self._pool = self._make_pool(POOL, self._topics, self._hear)
        else:
            options = [] if self.speed == 1 else ["--speed", f"{self.speed:g}", "--since", repr(self._since)]
            self._pool = await PoolProcess.start(POOL, self._topics, self._hear, *options)
        self._watching = asyncio.create_task(self._keep_watching())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
        if self._pool is not None:
            await self._pool.kill()

    @property
    def lost(self) -> bool:
        """Whether the pool has ended by itself."""
        return self._pool is None or self._pool.exit_code is not None

    def clear(self, station: str) -> Record:
        """Forget what was seen of a station."""
        record = self.records[station] = Record(station, self.speed)
        return record

    async def power(self, verb: PoolVerb, entries: Iterable[Mapping[str, object]], over_s: float = 0.0) -> None:
        """Switch stations on or off; every frame of those that are switched on is seen. Raises StageError."""
        entries = tuple(entries)
        if verb is PoolVerb.START:
            await self._check(entries)
        request = self._request_id()
        answer = self._answers[request] = asyncio.get_running_loop().create_future()
        ids = {str(entry["id"]) for entry in entries}
        self._on = self._on | ids if verb in (PoolVerb.START, PoolVerb.RESTART) else self._on - ids
        await self._command(PoolCommand(verb, entries, over_s, request))
        result = await self._answered(answer, over_s + ORDER_TIMEOUT_S, f"the pool did not {verb} them")
        if verb in (PoolVerb.START, PoolVerb.RESTART):
            watch = Watch(WATCH_S).to_json()
            await self._write(
                Message(self._topics.station(str(entry["id"]), "cmd"), watch)
                for entry in entries
                if entry["id"] not in result.refused
            )
        self._on -= result.refused.keys()
        if result.refused:
            raise StageError("; ".join(result.refused.values()))

    async def _check(self, entries: tuple[Mapping[str, object], ...]) -> None:
        """Whether stations can be what ``entries`` say: they would come up without what they do not understand."""
        request = self._request_id()
        answer = self._answers[request] = asyncio.get_running_loop().create_future()
        await self._command(PoolCommand(PoolVerb.CHECK, entries, request_id=request))
        result = await self._answered(answer, ORDER_TIMEOUT_S, "the pool did not check them")
        if result.refused:
            raise StageError("; ".join(f"{station}: {why}" for station, why in result.refused.items()))

    async def connector(self, station: str, connector: int, leaf: str, payload: bytes) -> None:
        """An input to a connector; a refusal is found in the record. Raises StageError when the station is off."""
        self._check_on(station)
        await self._write([Message(self._topics.connector(station, connector, leaf), payload)])

    async def order(
        self, station: str, order: Configure | Send | SendText | Misbehave | Reboot | PowerLoss
    ) -> StationResult:
        """What a station makes of an order. Raises StageError when it makes nothing of it."""
        self._check_on(station)
        request = self._request_id()
        payload = replace(order, request_id=request).to_json()
        await self._write([Message(self._topics.station(station, "cmd"), payload)])
        record = self.records[station]
        if not await self.until([station], lambda: request in record.results, ORDER_TIMEOUT_S):
            raise StageError(f"{station} did not answer")
        return record.results[request]

    async def until(self, stations: Iterable[str], so: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until something is ``so``, as seen in the records of ``stations``; whether it is, after all.

        Raises StageError when the pool has ended."""
        stations = list(stations)
        deadline = asyncio.get_running_loop().time() + timeout_s
        while not so():
            left_s = deadline - asyncio.get_running_loop().time()
            if self.lost:
                raise StageError("the pool of charge points has ended")
            if left_s <= 0:
                return False
            changed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            for station in stations:
                self._waiting.setdefault(station, set()).add(changed)
            await asyncio.wait([changed], timeout=min(left_s, self._look_every_s))
            for station in stations:
                self._waiting[station].discard(changed)
        return True

    def _check_on(self, station: str) -> None:
        if station not in self._on:
            raise StageError(f"{station} is switched off: `start` or `restart` it first")

    def _hear(self, message: Message) -> None:
        match self._topics.parse(message.topic):
            case PoolTopic(_, "result"):
                result = PoolResult.from_json(message.payload)
                answer = self._answers.pop(result.request_id, None)
                if answer is not None and not answer.done():
                    answer.set_result(result)
            case StationTopic(station, _) | ConnectorTopic(station, _, _) as topic if station in self.records:
                self.records[station].take(topic, message.payload)
                for waiting in self._waiting.get(station, ()):
                    if not waiting.done():
                        waiting.set_result(None)

    async def _answered(self, answer: asyncio.Future[PoolResult], timeout_s: float, why: str) -> PoolResult:
        assert self._pool is not None
        end = asyncio.create_task(self._pool.ended())
        ends: set[asyncio.Future[Any]] = {answer, end}
        await asyncio.wait(ends, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        end.cancel()
        if not answer.done():
            raise StageError("the pool of charge points has ended" if self.lost else why)
        return answer.result()

    async def _keep_watching(self) -> None:
        while True:
            await asyncio.sleep(WATCH_S / 2 / self.speed)
            watch = Watch(WATCH_S).to_json()
            await self._write(Message(self._topics.station(station, "cmd"), watch) for station in self.records)

    async def _command(self, command: PoolCommand) -> None:
        assert self._pool is not None
        await self._pool.command(command)

    async def _write(self, messages: Iterable[Message]) -> None:
        assert self._pool is not None
        await self._pool.write(messages)

    def _request_id(self) -> str:
        return f"r{next(self._numbers)}"
