"""``python -m tests.benchmarks soak``: a yard under seeded traffic and mischief, and whether anything was lost by it.

Ten minutes of 200 stations with outages, drops, latency, cuts, duplicates, silent links, power cuts and quirks that
lose nothing; then the lines are clear again, all is delivered, and each transaction of the central system is compared
with what its station began, measured and ended. Memory is looked at all the time: with ``--minutes 30`` or more it is
told whether it levels off. ``--calm`` plays no mischief: ``--stations 5000 --calm`` is a load of thousands.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from chargepoint.api.figures import Figures
from chargepoint.api.pool import PoolVerb
from launcher.load.aftermath import books
from launcher.load.load import Outcome, Plan, put_on
from launcher.load.pools import Pools
from launcher.load.profiles import PROFILES, Profile
from launcher.load.report import table
from tests.benchmarks._memory import Course
from tests.csms.program import running

PATIENCE = {
    "MeterValueSampleInterval": "5",
    "MessageTimeout": "3",
    "TransactionMessageAttempts": "1000",
    "TransactionMessageRetryInterval": "1",
    "RetryBackOffWaitMinimum": "1",
    "RetryBackOffRepeatTimes": "2",
    "RetryBackOffRandomRange": "2",
    "WebSocketPingInterval": "10",
    "WebSocketPongTimeout": "5",
}
"""A charge point that gives nothing up: what is lost then is lost by us."""

MISCHIEF: tuple[dict[str, object], ...] = (
    {"kind": "outage"},
    {"kind": "drop", "probability": 0.3},
    {"kind": "latency", "delay_s": 0.3, "jitter_s": 1.0},
    {"kind": "duplicate", "probability": 0.5},
    {"kind": "reorder", "delay_s": 1.0, "probability": 0.3},
    {"kind": "cut", "every_s": 4.0},
    {"kind": "refuse", "probability": 0.7},
    {"kind": "half_open"},
    {"kind": "slow_reader", "every_s": 0.5},
)
QUIRKS = ("id_reuse", "double_start", "double_answers", "short_callerror")
POWER_CUTS = 0.2
"""So much of the mischief are power cuts; as much are quirks."""

CLEAR_AGAIN_S = 45.0
"""Before the end: longer than any of it lasts."""

DRAIN_S = 60.0
"""After the end, for what is still queued."""


@dataclass(slots=True)
class Weather:
    """Mischief to stations of a load, drawn by ``seed``: in the mean each has some every ``every_s``, from
    ``after_s`` to ``for_s`` after the beginning."""

    ids: Sequence[str]
    seed: int
    after_s: float
    for_s: float
    every_s: float
    counts: dict[str, int] = field(default_factory=dict)

    async def play(self, pools: Pools) -> None:
        """Play it, then clear it all."""
        draw, loop = random.Random(self.seed), asyncio.get_running_loop()
        over_at = loop.time() + self.for_s
        await asyncio.sleep(self.after_s)
        async with asyncio.TaskGroup() as deeds:
            while loop.time() < over_at:
                await asyncio.sleep(draw.expovariate(len(self.ids) / self.every_s))
                await self._one(pools, draw, deeds)
        await pools.order(self.ids, {"type": "disturb", "clear": True})
        await pools.order(self.ids, {"type": "quirks", "quirks": []})

    async def _one(self, pools: Pools, draw: random.Random, deeds: asyncio.TaskGroup) -> None:
        station, chance, for_s = draw.choice(self.ids), draw.random(), draw.uniform(2.0, 20.0)
        if chance < POWER_CUTS:
            self._count("power cut")
            deeds.create_task(_power_cut(pools, station, draw.uniform(0.5, 10.0)))
        elif chance < 2 * POWER_CUTS:
            self._count("quirks")
            quirks = draw.sample(QUIRKS, draw.randint(0, 2))
            await pools.order([station], {"type": "quirks", "quirks": quirks})
        else:
            mischief = draw.choice(MISCHIEF)
            self._count(str(mischief["kind"]))
            seed = draw.getrandbits(31) if "probability" in mischief else 0
            order = {"type": "disturb", "for_s": round(for_s, 1), **mischief}
            await pools.order([station], order | ({"seed": seed} if seed else {}))

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


async def _power_cut(pools: Pools, station: str, dark_s: float) -> None:
    await pools.power(PoolVerb.KILL, station_ids=[station])
    await asyncio.sleep(dark_s)
    await pools.power(PoolVerb.RESTART, station_ids=[station])


@dataclass(frozen=True, slots=True)
class Result:
    """How a soak went; ``findings`` is what is wrong, nothing when all is well."""

    outcome: Outcome
    weather: Weather
    memory: tuple[Course, ...]
    findings: tuple[str, ...]


def soak(
    folder: Path, profile: Profile, stations: int, duration_s: float, *, mischief_every_s: float | None, seed: int = 1
) -> Result:
    """Soak ``stations`` for ``duration_s`` against a bundled central system of its own in ``folder``; each has some
    mischief every ``mischief_every_s`` in the mean, None for never."""
    calm = mischief_every_s is None
    with running(folder, "--log-level", "error") as csms:
        plan = Plan(
            count=stations,
            central_system=csms.ws,
            profile=profile,
            ramp_s=min(30.0, duration_s / 10),
            duration_s=duration_s,
            seed=seed,
            pools=1 if stations < 100 else 2,
            ocpp_config={"MeterValueSampleInterval": "30"} if calm else PATIENCE,
            drain_s=DRAIN_S,
            ledger=csms.http,
        )
        clear_s = min(CLEAR_AGAIN_S, duration_s / 2)
        weather = Weather(plan.ids, seed, plan.ramp_s + 1, duration_s - clear_s, mischief_every_s or math.inf)
        pids = list[int]()
        of_pools, of_csms, own = Course("the pools"), Course("the central system"), Course("the load itself")

        async def beside(pools: Pools) -> None:
            pids.extend(pools.pids)
            if not calm:
                await weather.play(pools)

        def watch(elapsed_s: float, figures: Figures) -> None:
            for course, processes in ((of_pools, pids), (of_csms, [csms.process.pid]), (own, [os.getpid()])):
                course.note(elapsed_s, processes)
            if int(elapsed_s) % 30 == 0:
                states = dict(figures.registrations)
                print(f"  {elapsed_s:5.0f} s  {states}  {figures.queued} queued  {figures.power_w / 1000:.0f} kW")

        outcome = asyncio.run(put_on(plan, watch, asyncio.Event(), beside))
    findings = list(outcome.trouble) if outcome.in_order else [*outcome.trouble, *books(outcome)]
    findings += _values_lost(folder / "csms.db", outcome)
    if outcome.account.waiting:
        findings.append(f"{outcome.account.waiting} transactions were not told to the end")
    return Result(outcome, weather, (of_pools, of_csms, own), tuple(findings))


def _values_lost(database: Path, outcome: Outcome) -> Iterator[str]:
    """Transactions of which the central system has fewer moments than were answered."""
    with closing(sqlite3.connect(database)) as connection:
        query = "SELECT transaction_id, count(DISTINCT at) FROM meter_values GROUP BY transaction_id"
        there = dict(connection.execute(query).fetchall())
    for told in outcome.account.transactions:
        if (found := there.get(told.transaction_id, 0)) < told.values:
            yield f"transaction {told.transaction_id}: {told.values} MeterValues told, {found} there"


def main() -> int:
    """Soak, and tell how it went."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks soak")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--stations", type=int, default=200)
    parser.add_argument("--profile", choices=sorted(PROFILES), help="(default: busy, mixed with --calm)")
    parser.add_argument("--mischief-every", type=float, default=60.0, metavar="S", help="of each, in the mean")
    parser.add_argument("--calm", action="store_true", help="traffic, but no mischief")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    profile = PROFILES[options.profile or ("mixed" if options.calm else "busy")]
    every_s = None if options.calm else options.mischief_every
    with tempfile.TemporaryDirectory() as folder:
        duration_s = 60 * options.minutes
        result = soak(
            Path(folder), profile, options.stations, duration_s, mischief_every_s=every_s, seed=options.seed
        )
    print("\n".join(table(result.outcome)))
    counts = sorted(result.weather.counts.items())
    print("mischief:", ", ".join(f"{count} x {what}" for what, count in counts) or "none")
    for course in result.memory:
        print(course)
    for finding in result.findings:
        print("FOUND:", finding)
    print("nothing is lost, doubled or out of order" if not result.findings else "not as it should be")
    return int(bool(result.findings))


if __name__ == "__main__":
    sys.exit(main())
