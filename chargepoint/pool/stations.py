"""The stations of a pool: they come up, live, lose their power or end in good order, each as if it were alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from chargepoint.adapters.alarm import CallLater
from chargepoint.adapters.credentials import read_credentials
from chargepoint.adapters.store import StoreError
from chargepoint.adapters.vehicles import find_vehicle
from chargepoint.api.errors import InputError
from chargepoint.api.spec import ChargePointSpec
from chargepoint.api.topics import Topics
from chargepoint.bus import Message
from chargepoint.clock import Clock
from chargepoint.inputs import Observed
from chargepoint.life import NO_CREDENTIALS
from chargepoint.logs import subject
from chargepoint.pool.stillborn import stillborn
from chargepoint.pool.stores import Stores
from chargepoint.pool.tally import Tally
from chargepoint.runtime import Runtime
from chargepoint.storing import StationStore

if TYPE_CHECKING:
    from chargepoint.model.errands import CarryOut

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Hosted:
    """One station of the pool. Without ``runtime`` it has no power, ``ended`` then says what broke it, if anything
    did, and ``last_words`` are its retained statuses."""

    spec: ChargePointSpec
    runtime: Runtime | None = None
    life: asyncio.Task[None] | None = None
    ended: str = ""
    last_words: tuple[Message, ...] = ()


class Stations:
    """All who live in the pool ``name``, dead or alive."""

    def __init__(
        self,
        name: str,
        topics: Topics,
        stores: Stores,
        publish: Callable[[Message], None] | None,
        clock: Clock,
        status_every_s: float,
        call_later: CallLater,
        carry_out: CarryOut | None = None,
    ) -> None:
        """``publish`` takes what they say; None: nobody listens. ``status_every_s``: how often they tell what they
        measure; ``call_later`` wakes them; ``carry_out`` does their errands, if not the usual one."""
        self._name = name
        self._topics = topics
        self._stores = stores
        self._publish = publish
        self._clock = clock
        self._status_every_s = status_every_s
        self._call_later = call_later
        self._carry_out = carry_out
        self._all: dict[str, Hosted] = {}
        self.tally: Tally | None = None
        """Who counts what they do, if anybody does."""

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, station_id: str) -> bool:
        return station_id in self._all

    def runtime(self, station_id: str) -> Runtime | None:
        """That of one that lives."""
        station = self._all.get(station_id)
        return station.runtime if station is not None else None

    def lives(self, station_id: str) -> bool:
        """Whether it is there and has power."""
        return self.runtime(station_id) is not None

    def ended(self, station_id: str) -> str:
        """What broke it, if anything did."""
        return self._all[station_id].ended

    def queued(self, station_id: str) -> int:
        """How many messages it still has to deliver."""
        runtime = self.runtime(station_id)
        return runtime.queued if runtime is not None else 0

    def runtimes(self) -> dict[str, Runtime | None]:
        """Of all of them."""
        return {station_id: station.runtime for station_id, station in self._all.items()}

    def greeting(self) -> Iterable[Message]:
        """All retained statuses, for a broker that knows nothing, or not what happened without it."""
        for station in self._all.values():
            yield from station.last_words if station.runtime is None else station.runtime.greeting()

    def greet(self, station_id: str) -> None:
        """Tell the statuses of one that lives."""
        if (runtime := self.runtime(station_id)) is not None:
            for message in runtime.greeting():
                self._say(message)

    def rise(self, station_id: str) -> None:
        """Let it come up with what is stored of it. Raises InputError, OSError."""
        spec = self._stores.spec(station_id)
        try:
            self._start(spec, fresh=False)
        except (InputError, StoreError, OSError) as error:
            log.error("%s: %s", station_id, error)
            last_words = tuple(stillborn(spec, self._topics, self._name, str(error)))
            self._all[station_id] = Hosted(spec, ended=str(error), last_words=last_words)
            for message in last_words:
                self._say(message)

    async def start_anew(self, spec: ChargePointSpec, *, fresh: bool) -> None:
        """Start it, with ``fresh`` data or with what is stored. Raises InputError, StoreError, OSError."""
        await self.kill(spec.id)
        self._stores.keep(spec)
        self._start(spec, fresh=fresh)

    async def kill(self, station_id: str) -> None:
        """Cut its power."""
        station = self._all.get(station_id)
        if station is not None and station.runtime is not None and station.life is not None:
            station.runtime.cut_power()
            station.life.cancel()
            await asyncio.wait([station.life])

    async def end(self, station_id: str) -> None:
        """Let it end its transactions and say goodbye."""
        station = self._all.get(station_id)
        if station is not None and station.runtime is not None and station.life is not None:
            station.runtime.end()
            await asyncio.wait([station.life])

    async def remove(self, station_id: str) -> None:
        """Forget it, with all that was stored and is retained of it."""
        await self.kill(station_id)
        spec = self._all.pop(station_id).spec
        self._stores.forget(station_id)
        topics = [self._topics.connector(spec.id, each, "status") for each in range(1, spec.nb_connectors + 1)]
        for topic in (self._topics.station(spec.id, "status"), *topics):
            self._say(Message(topic, b"", retain=True))

    def forget(self, station_id: str) -> None:
        """It lives here no more; what it has is somebody else's."""
        self._all.pop(station_id, None)

    def _start(self, spec: ChargePointSpec, *, fresh: bool) -> None:
        vehicle = find_vehicle(spec.vehicle)
        store = self._stores.open(spec, fresh=fresh)
        # Later lives have what the central system made of them.
        credentials = NO_CREDENTIALS if store.records() else read_credentials(spec.security)
        try:
            runtime = Runtime(
                spec,
                store,
                self._clock,
                self._topics,
                self._publish,
                vehicle,
                observe=self._observer(spec.id),
                credentials=credentials,
                status_every_s=self._status_every_s,
                pool=self._name,
                call_later=self._call_later,
                carry_out=self._carry_out,
            )
        except StoreError:
            store.close()
            raise
        station = self._all[spec.id] = Hosted(spec, runtime)
        station.life = asyncio.get_running_loop().create_task(self._live(station, runtime, store), name=spec.id)
        for message in runtime.greeting():
            self._say(message)

    def _observer(self, station_id: str) -> Callable[[Observed], None]:
        return partial(self.tally.observe, station_id) if self.tally is not None else lambda event: None

    def _say(self, message: Message) -> None:
        if self._publish is not None:
            self._publish(message)

    async def _live(self, station: Hosted, runtime: Runtime, store: StationStore) -> None:
        subject.set(station.spec.id)
        broken = ""
        try:
            await runtime.run()
        except asyncio.CancelledError:
            pass  # Its power was cut, which nobody tells: neither does a process that is killed.
        except Exception as error:
            # One station broke down; the others live on.
            log.exception("%s broke down", station.spec.id)
            broken = f"broke down: {error!r:.300}"
        finally:
            store.close()
            if self.tally is not None:
                self.tally.went_down(station.spec.id, runtime)
            station.runtime = station.life = None
            station.ended = broken
            if self._publish is not None:
                station.last_words = tuple(runtime.farewell(broken))
            for message in station.last_words:
                self._say(message)
