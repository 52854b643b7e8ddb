"""``python -m tests.benchmarks tls``: what wss costs charge points beside ws, in one run against one central system.

One pool, stations that all start at once; the bundled central system takes ws and wss on the same port, with a
certificate of its own authority that they check. CPU and memory are the pool's, from before the first connection
until all are Accepted. Then every connection is cut, and what coming back costs is counted as well.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path

import psutil

from chargepoint.api.pool import PoolVerb
from launcher.load.load import Plan
from launcher.load.pools import Pools
from launcher.load.profiles import PROFILES
from launcher.scenario.credentials import Credentials
from tests.benchmarks._rows import row
from tests.benchmarks.curve import OPEN_FILES, _cpu_s, _memory, _when
from tests.csms.program import running

SIZES = (200, 1_000, 2_000)
AT_ONCE = {"RetryBackOffWaitMinimum": "0", "RetryBackOffRandomRange": "2"}


@dataclass(frozen=True, slots=True)
class Cost:
    """Of each station: until Accepted, and of one more connection."""

    cpu_ms: float
    memory_kb: float
    again_ms: float
    csms_ms: float


async def measure(stations: int, url: str, credentials: Credentials, csms: psutil.Process) -> Cost:
    """``stations`` in one pool, to Accepted and back again."""
    plan = Plan(stations, url, PROFILES["idle"], ocpp_config=AT_ONCE, credentials=credentials)
    async with Pools(1) as pools:
        await asyncio.sleep(2)
        processes = [psutil.Process(pid) for pid in pools.pids]
        cpu_s, memory, csms_s = _cpu_s(processes), _memory(processes), _cpu_s([csms])
        await pools.start([plan.entry(each) for each in plan.ids], 0.0)
        await _when(pools, lambda now: now.registrations["Accepted"] == stations)
        await asyncio.sleep(1)
        booted_s, taken = _cpu_s(processes), _memory(processes)
        csms_s = _cpu_s([csms]) - csms_s
        await pools.order(plan.ids, {"type": "disturb", "kind": "outage", "for_s": 1})
        await _when(pools, lambda now: now.connections == 2 * stations and now.connected == stations)
        await asyncio.sleep(1)
        again_s = _cpu_s(processes) - booted_s
        await pools.power(PoolVerb.KILL)
    parts = (1000 * (booted_s - cpu_s), (taken - memory) / 1000, 1000 * again_s, 1000 * csms_s)
    return Cost(*(part / stations for part in parts))


def main() -> int:
    """Measure every size."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks tls")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, OPEN_FILES), hard))
    for size in options.sizes:
        costs = []
        for scheme in ("ws", "wss"):
            with (
                tempfile.TemporaryDirectory() as folder,
                running(Path(folder), "--log-level", "error", "--tls", "--plain") as csms,
            ):
                root = str(Path(folder, "ca", "ca.pem")) if scheme == "wss" else ""
                url = f"{scheme}:{csms.ws.partition(':')[2]}"
                credentials = Credentials(root=root)
                costs.append(asyncio.run(measure(size, url, credentials, psutil.Process(csms.process.pid))))
        plain, secure = costs
        row(f"{size} stations", "ws / wss / ratio")
        for each in fields(Cost):
            pair = getattr(plain, each.name), getattr(secure, each.name)
            row(f"   {each.name}", f"{pair[0]:.2f} / {pair[1]:.2f} / {pair[1] / pair[0]:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
