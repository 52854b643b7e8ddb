"""``python -m tests.benchmarks curve``: what 100 to 5,000 stations cost, as a table for the README.

Each size has a bundled central system and a pool for each core, all of them processes of their own. All stations
start at once; when all are Accepted, cars come to all of them and every station sends MeterValues of eight values
once a second (at 5,000 stations every third second), and what is answered is counted. Both ends check every request
and every answer against the schemas. CPU and memory are those of the pools, but for the last columns. Best of a few
runs, for others use the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import time

import psutil

from chargepoint.api.payloads import CarInput, TokenInput
from launcher.load.load import Plan
from launcher.load.pools import Pools
from launcher.load.profiles import PROFILES
from tests.benchmarks._processes import cpu_of, memory_of, raise_open_files, when
from tests.csms.program import running

SIZES = (100, 500, 1_000, 2_000, 5_000)
POOLS = len(os.sched_getaffinity(0))
PLUG_A_SECOND, SETTLE_S, MEASURED_S = 1_000.0, 4.0, 10.0
MOST_PER_S = 2_000
"""MeterValues that the central system can answer on one core; beyond that only queues would grow."""

HEADS = (
    "charge points",
    "all Accepted after",
    "CPU of each",
    "memory of each",
    "MeterValues answered",
    "per CPU second",
    "csms: CPU of each boot",
    "of each MeterValues",
)


@dataclass(frozen=True, slots=True)
class Point:
    """One size. CPU and memory are of each station, but for the rates."""

    stations: int
    accepted_s: float
    cpu_ms: float
    memory_kb: float
    answered_per_s: float
    answered_per_cpu_s: float
    csms_boot_ms: float
    csms_values_ms: float

    @property
    def row(self) -> str:
        """A row of the table."""
        return (
            f"| {self.stations:,} | {self.accepted_s:.1f} s | {self.cpu_ms:.2f} ms | {self.memory_kb:.0f} kB "
            f"| {self.answered_per_s:,.0f}/s | {self.answered_per_cpu_s:,.0f} "
            f"| {self.csms_boot_ms:.2f} ms | {self.csms_values_ms:.2f} ms |"
        )

    def best(self, other: Point) -> Point:
        """The better of both, figure by figure."""
        rates = ("answered_per_s", "answered_per_cpu_s")
        names = [name for name in Point.__slots__ if name != "stations"]
        pairs = {name: (getattr(self, name), getattr(other, name)) for name in names}
        chosen = {name: max(pair) if name in rates else min(pair) for name, pair in pairs.items()}
        return Point(self.stations, **chosen)


async def measure(stations: int, url: str, csms: psutil.Process) -> Point:
    """One size, against the central system at ``url``."""
    interval_s = math.ceil(stations / MOST_PER_S)
    plan = Plan(stations, url, PROFILES["idle"], ocpp_config={"MeterValueSampleInterval": str(interval_s)})
    async with Pools(POOLS) as pools:
        await asyncio.sleep(2)
        processes = [psutil.Process(pid) for pid in pools.pids]
        cpu_s, memory, csms_s = cpu_of(processes), memory_of(processes), cpu_of([csms])
        began_at = time()
        await pools.start([plan.entry(each) for each in plan.ids], 0.0)
        figures = await when(pools, lambda now: now.registrations["Accepted"] == stations)
        accepted_s = figures.last_accepted_at - began_at
        cpu_ms = 1000 * (cpu_of(processes) - cpu_s) / stations
        csms_boot_ms = 1000 * (cpu_of([csms]) - csms_s) / stations
        memory_kb = (memory_of(processes) - memory) / stations / 1000
        await _plug(pools, plan.ids)
        await when(pools, lambda now: now.connectors["Charging"] == stations)
        await asyncio.sleep(SETTLE_S)
        before, cpu_s, csms_s = await pools.fresh_figures(), cpu_of(processes), cpu_of([csms])
        await asyncio.sleep(MEASURED_S)
        after, cpu_s, csms_s = await pools.fresh_figures(), cpu_of(processes) - cpu_s, cpu_of([csms]) - csms_s
        answered = len(after.latencies["MeterValues"]) - len(before.latencies["MeterValues"])
        elapsed_s = after.at - before.at
    return Point(
        stations,
        accepted_s,
        cpu_ms,
        memory_kb,
        answered / elapsed_s,
        answered / cpu_s,
        csms_boot_ms,
        1000 * csms_s / answered,
    )


async def _plug(pools: Pools, ids: Sequence[str]) -> None:
    car = CarInput(32.0, True, 16.0, 16.0, 16.0).to_json()
    for number, station_id in enumerate(ids):
        await pools.tell(station_id, 1, "car", car)
        await pools.tell(station_id, 1, "id_tag", TokenInput(f"TAG{number % 100}").to_json())
        if number % 100 == 99:
            await asyncio.sleep(100 / PLUG_A_SECOND)


def main() -> int:
    """Measure every size, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks curve")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--runs", type=int, default=2)
    options = parser.parse_args()
    raise_open_files()
    print("| " + " | ".join(HEADS) + " |")
    print("|" + "---|" * len(HEADS))
    for stations in options.sizes:
        best: Point | None = None
        for _ in range(options.runs):
            with tempfile.TemporaryDirectory() as folder, running(Path(folder), "--log-level", "error") as csms:
                point = asyncio.run(measure(stations, csms.ws, psutil.Process(csms.process.pid)))
            best = point if best is None else best.best(point)
        assert best is not None, "at least one run"
        print(best.row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
