"""One load, from the first station to the verdict."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chargepoint.api.account import Account
from chargepoint.api.figures import Figures
from chargepoint.api.pool import PoolVerb
from launcher.load.audit import Audit, Ledger
from launcher.load.criteria import Criterion, Measured
from launcher.load.outages import Outage
from launcher.load.pools import Pools
from launcher.load.profiles import Profile
from launcher.load.storms import Storms
from launcher.load.traffic import Event, Input, PowerCut, timeline, vehicle_at
from launcher.scenario.credentials import Credentials

TELL_EVERY_S = 1.0
DARK_S = 2.0
"""How long all are without power in a storm."""

TAGS = [f"LOAD{number:04}" for number in range(1, 1001)]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done. ``ramp_s``: the last station starts then; ``duration_s`` counts from the beginning.

    ``drain_s``: then, without traffic, the queues have so long to become empty.
    ``ledger``: the HTTP API of the bundled central system, if it is the peer and is to be checked as well."""

    count: int
    central_system: str
    profile: Profile
    connectors: int = 1
    ramp_s: float = 0.0
    duration_s: float = 60.0
    seed: int = 1
    pools: int = 1
    prefix: str = "load_"
    tags: Sequence[str] = tuple(TAGS)
    ocpp_config: dict[str, str] = field(default_factory=dict)
    criteria: tuple[Criterion, ...] = ()
    outages: tuple[Outage, ...] = ()
    drain_s: float = 0.0
    ledger: str = ""
    credentials: Credentials = field(default_factory=Credentials)

    @property
    def ids(self) -> list[str]:
        """The stations."""
        width = max(4, len(str(self.count)))
        return [f"{self.prefix}{number:0{width}}" for number in range(1, self.count + 1)]

    def entry(self, station_id: str) -> dict[str, object]:
        """The start entry of one of them."""
        entry = {
            "nb_connectors": self.connectors,
            "vehicle": vehicle_at(self.profile, station_id, self.seed),
            "ocpp_config": self.ocpp_config,
        }
        return self.credentials.completed(station_id, entry, self.central_system)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. ``all_accepted_s``: when every station was accepted for the first time, None for never;
    ``account``: of all transactions, by the stations; ``audit``: by the central system, if it was asked;
    ``trouble``: what was not the central system's fault; ``farewell``: requests that ended what was running, by
    action, which ``figures`` do not count."""

    plan: Plan
    figures: Figures
    elapsed_s: float
    all_accepted_s: float | None
    storms: Storms
    account: Account
    audit: Audit | None = None
    trouble: tuple[str, ...] = ()
    farewell: Counter[str] = field(default_factory=Counter)

    @property
    def answered(self) -> bool:
        """Whether the central system has answered anybody at all."""
        return bool(self.figures.latencies)

    @property
    def let_in(self) -> bool:
        """Whether it has accepted anybody at all."""
        return bool(self.figures.last_accepted_at)

    @property
    def failed(self) -> list[Criterion]:
        """The conditions by which it has failed."""
        return [each for each in self.plan.criteria if each.fails(self.measured)]

    @property
    def measured(self) -> Measured:
        """What the conditions are held against."""
        return Measured(
            self.figures,
            self.plan.count,
            self.elapsed_s,
            tuple(storm.connected_s for storm in self.storms.all),
            tuple(storm.drained_s for storm in self.storms.all),
        )

    @property
    def in_order(self) -> bool:
        """Whether no transaction is lost, doubled or out of order."""
        return self.account.in_order and (self.audit is None or not self.audit.findings)


Watch = Callable[[float, Figures], None]
"""Who is told the time since the beginning and the figures, once a second."""

Beside = Callable[[Pools], Coroutine[Any, Any, None]]
"""What else is to happen while a load goes on."""


class EntryError(Exception):
    """A charge point cannot be what the plan says; ``str()`` says why."""


async def put_on(
    plan: Plan,
    watch: Watch,
    ended: asyncio.Event,
    beside: Beside | None = None,
    hurry: asyncio.Event | None = None,
) -> Outcome:
    """Put ``plan``'s load on its central system until its time is over, or ``ended`` is set; with ``hurry`` the
    charge points need not end in good order. Raises LedgerError and EntryError."""
    ledger = await Ledger.open(plan.ledger, plan.ids) if plan.ledger else None
    async with Pools(plan.pools, keeping=ledger is not None) as pools:
        loop = asyncio.get_running_loop()
        if wrong := await pools.check(plan.entry(plan.ids[0])):
            raise EntryError(wrong)
        storms = Storms()
        began_at, began_wall = loop.time(), time.time()
        all_accepted_s: float | None = None
        await pools.start([plan.entry(each) for each in plan.ids], plan.ramp_s)
        traffic = asyncio.create_task(_play(plan, pools, storms, began_at, beside))
        while (elapsed_s := loop.time() - began_at) < plan.duration_s and not ended.is_set() and not pools.lost:
            figures = pools.figures()
            if all_accepted_s is None and figures.registrations["Accepted"] == plan.count:
                all_accepted_s = figures.last_accepted_at - began_wall
            storms.tell(figures)
            watch(elapsed_s, figures)
            await _until(ended, min(TELL_EVERY_S, plan.duration_s - elapsed_s))
        traffic.cancel()
        await asyncio.wait([traffic])
        figures = await pools.fresh_figures()
        drained_by = loop.time() + plan.drain_s
        while figures.queued and loop.time() < drained_by:
            figures = await pools.fresh_figures()
        storms.tell(figures)
        elapsed_s = loop.time() - began_at
        trouble = [f"a pool ended with exit code {code}" for code in pools.lost]
        trouble += _not_started(pools.refused)
        if not traffic.cancelled() and (error := traffic.exception()):
            trouble.append(f"the traffic broke off: {error!r:.200}")
        accounts = await _closed(pools, hurry or asyncio.Event())
        if (missing := plan.pools - len(accounts)) and not any(pools.lost):
            trouble.append(f"{missing} of {plan.pools} pools did not tell what became of their transactions")
        farewell = pools.figures().sent - figures.sent
    account = Account.of(accounts)
    audit = await ledger.audit(account) if ledger else None
    return Outcome(plan, figures, elapsed_s, all_accepted_s, storms, account, audit, tuple(trouble), farewell)


async def _closed(pools: Pools, hurry: asyncio.Event) -> list[Account]:
    closing, hurried = asyncio.create_task(pools.close()), asyncio.create_task(hurry.wait())
    await asyncio.wait((closing, hurried), return_when=asyncio.FIRST_COMPLETED)
    for task in (closing, hurried):
        task.cancel()
    await asyncio.wait((closing, hurried))
    return pools.accounts


def _not_started(refused: Mapping[str, str]) -> list[str]:
    """Who was not started, by reason: thousands may have the same."""
    by_reason: dict[str, list[str]] = {}
    for station_id, why in sorted(refused.items()):
        by_reason.setdefault(why.replace(station_id, "<id>"), []).append(station_id)
    return [
        f"{ids[0]} {f'and {len(ids) - 1} more were' if len(ids) > 1 else 'was'} not started: {why}"
        for why, ids in by_reason.items()
    ]


async def _play(plan: Plan, pools: Pools, storms: Storms, began_at: float, beside: Beside | None) -> None:
    async with asyncio.TaskGroup() as events:
        events.create_task(_traffic(plan, pools, storms, began_at))
        if beside is not None:
            events.create_task(beside(pools))
        for outage in plan.outages:
            events.create_task(_outages(plan, outage, pools, storms, began_at))


async def _traffic(plan: Plan, pools: Pools, storms: Storms, began_at: float) -> None:
    loop = asyncio.get_running_loop()
    # A station that is not there yet misses nothing: its cars come when it has started.
    connectors = dict.fromkeys(plan.ids, plan.connectors)
    for event in timeline(plan.profile, connectors, plan.tags, plan.seed):
        await asyncio.sleep(max(0.0, began_at + plan.ramp_s + event.at - loop.time()))
        await _happen(event, plan, pools, storms)


async def _happen(event: Event, plan: Plan, pools: Pools, storms: Storms) -> None:
    match event:
        case Input(_, station, connector, leaf, payload):
            await pools.tell(station, connector, leaf, payload)
        case PowerCut(_, spread_s):
            storms.begin("power cut", time.time(), DARK_S, plan.count, pools.figures())
            await pools.power(PoolVerb.KILL)
            await asyncio.sleep(DARK_S)
            await pools.power(PoolVerb.RESTART, spread_s)


async def _outages(plan: Plan, outage: Outage, pools: Pools, storms: Storms, began_at: float) -> None:
    loop = asyncio.get_running_loop()
    for at_s, stations in outage.concerned(plan.ids, plan.seed):
        await asyncio.sleep(max(0.0, began_at + at_s - loop.time()))
        storms.begin(f"outage {outage.text}", time.time(), outage.for_s, len(stations), pools.figures())
        await pools.order(stations, {"type": "disturb", "kind": "outage", "for_s": outage.for_s})


async def _until(ended: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await ended.wait()
    except TimeoutError:
        pass
