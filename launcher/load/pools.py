"""Pools as child processes, spoken to line by line: stations are dealt out among them in turn."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence

from chargepoint.api.account import Account
from chargepoint.api.figures import Figures
from chargepoint.api.pool import PoolCommand, PoolResult, PoolVerb
from chargepoint.api.topics import PoolTopic, Topics
from chargepoint.bus import Message
from launcher.pool_process import PoolProcess

CLOSE_TIMEOUT_S = 180.0
CHECK_TIMEOUT_S = 60.0
FIGURES_TIMEOUT_S = 5.0


class Pools:
    """``count`` processes that host stations; ``refused`` tells the entries that were not started, and why."""

    def __init__(self, count: int, topics: Topics | None = None, *, keeping: bool = False) -> None:
        """``keeping``: their accounts have every transaction, not only counts."""
        self._topics = topics or Topics()
        self._count = count
        self._pools: list[PoolProcess] = []
        self._figures: dict[str, Figures] = {}
        self._awaited: set[str] = set()
        self._all_told = asyncio.Event()
        self._homes: dict[str, int] = {}
        self._options = ("--figures", "1", *(["--transactions"] if keeping else []))
        self._accounts: dict[str, list[Account]] = {}
        self._checked: asyncio.Future[str] | None = None
        self.refused: dict[str, str] = {}

    async def __aenter__(self) -> Pools:
        for number in range(self._count):
            name = _name(number)
            self._pools.append(await PoolProcess.start(name, self._topics, self._hear, *self._options))
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(pool.kill() for pool in self._pools))

    @property
    def lost(self) -> list[int]:
        """The exit codes of pools that have ended by themselves."""
        return [pool.exit_code for pool in self._pools if pool.exit_code is not None]

    @property
    def pids(self) -> list[int]:
        """Their processes."""
        return [pool.pid for pool in self._pools]

    def figures(self) -> Figures:
        """The sum of what the pools told last."""
        return Figures.of(self._figures.values())

    async def fresh_figures(self) -> Figures:
        """The same when each of them has told once more, or has not for seconds."""
        self._all_told.clear()
        self._awaited = {_name(number) for number in range(self._count)}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIGURES_TIMEOUT_S):
                await self._all_told.wait()
        return self.figures()

    async def check(self, entry: Mapping[str, object]) -> str:
        """What is wrong with a start entry; "" for nothing that a pool could tell."""
        self._checked = asyncio.get_running_loop().create_future()
        await self._pools[0].command(PoolCommand(PoolVerb.CHECK, (entry,)))
        gone = asyncio.create_task(self._pools[0].ended())
        await asyncio.wait((self._checked, gone), timeout=CHECK_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        return self._checked.result() if self._checked.done() else ""

    async def start(self, entries: Sequence[Mapping[str, object]], over_s: float) -> None:
        """Start stations, the first now and the last after ``over_s``."""
        self._homes = {str(entry["id"]): place % self._count for place, entry in enumerate(entries)}
        for number in range(self._count):
            await self._pools[number].command(
                PoolCommand(PoolVerb.START, tuple(entries[number :: self._count]), over_s)
            )

    async def power(self, verb: PoolVerb, over_s: float = 0.0, station_ids: Sequence[str] = ()) -> None:
        """Kill or restart stations; all of them, unless some are named."""
        concerned = station_ids or list(self._homes)
        for number in range(self._count):
            ids = tuple({"id": each} for each in concerned if self._homes[each] == number)
            if ids:
                await self._pools[number].command(PoolCommand(verb, ids, over_s))

    async def tell(self, station_id: str, connector: int, leaf: str, payload: bytes) -> None:
        """An input to a connector."""
        topic = self._topics.connector(station_id, connector, leaf)
        await self._pools[self._homes[station_id]].write([Message(topic, payload)])

    async def order(self, station_ids: Sequence[str], order: Mapping[str, object]) -> None:
        """Give stations an order."""
        payload = json.dumps(order).encode()
        for number, pool in enumerate(self._pools):
            ids = [each for each in station_ids if self._homes[each] == number]
            await pool.write([Message(self._topics.station(each, "cmd"), payload) for each in ids])

    async def close(self) -> list[Account]:
        """End every station in good order, and the pools with them; returns the accounts of those that told one."""
        for number in range(self._count):
            await self._pools[number].command(PoolCommand(PoolVerb.CLOSE))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await asyncio.gather(*(pool.ended() for pool in self._pools))
        return self.accounts

    @property
    def accounts(self) -> list[Account]:
        """What those have told that have ended."""
        return [Account.of(parts) for parts in self._accounts.values() if not parts[-1].goes_on]

    def _hear(self, message: Message) -> None:
        match self._topics.parse(message.topic):
            case PoolTopic(name, "figures"):
                self._figures[name] = Figures.from_json(message.payload)
                self._awaited.discard(name)
                if not self._awaited:
                    self._all_told.set()
            case PoolTopic(name, "account"):
                self._accounts.setdefault(name, []).append(Account.from_json(message.payload))
            case PoolTopic(_, "result"):
                result = PoolResult.from_json(message.payload)
                if result.type == PoolVerb.CHECK and self._checked is not None:
                    self._checked.set_result("; ".join(result.refused.values()))
                else:
                    self.refused.update(result.refused)


def _name(number: int) -> str:
    return f"pool_{number + 1}"
