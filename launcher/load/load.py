"""One load, from the first station to the verdict."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chargepoint.api.figures import Figures
from chargepoint.api.pool import PoolVerb
from launcher.load.criteria import Criterion
from launcher.load.pools import Pools
from launcher.load.profiles import Profile
from launcher.load.traffic import Event, Input, Storm, timeline

TELL_EVERY_S = 1.0
DARK_S = 2.0
"""How long all are without power in a storm."""

TAGS = [f"LOAD{number:04}" for number in range(1, 1001)]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done. ``ramp_s``: the last station starts then; ``duration_s`` counts from the beginning."""

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

    @property
    def ids(self) -> list[str]:
        """The stations."""
        width = max(4, len(str(self.count)))
        return [f"{self.prefix}{number:0{width}}" for number in range(1, self.count + 1)]

    def entry(self, station_id: str) -> dict[str, object]:
        """The start entry of one of them."""
        return {
            "id": station_id,
            "central_system": self.central_system,
            "nb_connectors": self.connectors,
            "ocpp_config": self.ocpp_config,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. ``all_accepted_s``: when every station was accepted for the first time, None for never;
    ``trouble``: what was not the central system's fault."""

    plan: Plan
    figures: Figures
    elapsed_s: float
    all_accepted_s: float | None
    trouble: tuple[str, ...] = ()

    @property
    def connected(self) -> bool:
        """Whether the central system was reached at all."""
        return bool(self.figures.latencies)

    @property
    def failed(self) -> list[Criterion]:
        """The conditions by which it has failed."""
        return [each for each in self.plan.criteria if each.fails(self.figures, self.plan.count)]


Watch = Callable[[float, Figures], None]
"""Who is told the time since the beginning and the figures, once a second."""


async def put_on(plan: Plan, watch: Watch, ended: asyncio.Event) -> Outcome:
    """Put ``plan``'s load on its central system until its time is over, or ``ended`` is set."""
    async with Pools(plan.pools) as pools:
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        all_accepted_s: float | None = None
        await pools.start([plan.entry(each) for each in plan.ids], plan.ramp_s)
        traffic = asyncio.create_task(_traffic(plan, pools, began_at))
        while (elapsed_s := loop.time() - began_at) < plan.duration_s and not ended.is_set() and not pools.lost:
            figures = pools.figures()
            if all_accepted_s is None and figures.registrations["Accepted"] == plan.count:
                all_accepted_s = elapsed_s
            watch(elapsed_s, figures)
            await _until(ended, min(TELL_EVERY_S, plan.duration_s - elapsed_s))
        traffic.cancel()
        await asyncio.wait([traffic])
        figures = await pools.fresh_figures()
        trouble = [f"a pool ended with exit code {code}" for code in pools.lost]
        trouble += [f"{station_id} was not started: {why}" for station_id, why in sorted(pools.refused.items())]
        if not traffic.cancelled() and (error := traffic.exception()):
            trouble.append(f"the traffic broke off: {error!r:.200}")
        outcome = Outcome(plan, figures, loop.time() - began_at, all_accepted_s, tuple(trouble))
        await pools.close()
    return outcome


async def _traffic(plan: Plan, pools: Pools, began_at: float) -> None:
    loop = asyncio.get_running_loop()
    # A station that is not there yet misses nothing: its cars come when it has started.
    connectors = dict.fromkeys(plan.ids, plan.connectors)
    for event in timeline(plan.profile, connectors, plan.tags, plan.seed):
        await asyncio.sleep(max(0.0, began_at + plan.ramp_s + event.at - loop.time()))
        await _happen(event, pools)


async def _happen(event: Event, pools: Pools) -> None:
    match event:
        case Input(_, station, connector, leaf, payload):
            await pools.tell(station, connector, leaf, payload)
        case Storm(_, spread_s):
            await pools.power(PoolVerb.KILL)
            await asyncio.sleep(DARK_S)
            await pools.power(PoolVerb.RESTART, spread_s)


async def _until(ended: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await ended.wait()
    except TimeoutError:
        pass
