"""``python -m tests.benchmarks tls``: what wss costs charge points beside ws, in one run.

One pool, stations that all start at once; the bundled central system takes ws and wss on the same port, and its
certificate is checked. CPU and memory are counted from before the first connection until all are Accepted. Then
every link is down for a second, and what coming back costs is counted as well. ``--certificates``: each station shows
one of its own (security profile 3).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from launcher.load.load import Plan
from launcher.load.pools import Pools
from launcher.load.profiles import PROFILES
from launcher.scenario.credentials import Credentials
from tests.benchmarks._processes import cpu_of, memory_of, raise_open_files, when
from tests.benchmarks._rows import row
from tests.csms.program import running
from tests.support.authority import Authority

SIZES = (200, 1_000, 2_000)
SETTLE_S = 1.0
BACK_SOON = {"RetryBackOffWaitMinimum": "0", "RetryBackOffRandomRange": "2"}
RESUMING = {"TlsSessionResumption": "true"}


@dataclass(frozen=True, slots=True)
class Cost:
    """Of each station, and of each station at the central system: until Accepted, and to come back."""

    boot_ms: float
    memory_kb: float
    return_ms: float
    csms_boot_ms: float
    csms_return_ms: float


async def measure(plan: Plan, csms: psutil.Process) -> Cost:
    """All of ``plan`` in one pool, until Accepted and back again."""
    count = plan.count
    async with Pools(1) as pools:
        await asyncio.sleep(SETTLE_S)
        pool = [psutil.Process(pid) for pid in pools.pids]
        spent = [(cpu_of(pool), cpu_of([csms]))]
        held = memory_of(pool)
        await pools.start([plan.entry(each) for each in plan.ids], 0.0)
        await when(pools, lambda now: now.registrations["Accepted"] == count)
        await asyncio.sleep(SETTLE_S)
        spent.append((cpu_of(pool), cpu_of([csms])))
        held = memory_of(pool) - held
        await pools.order(plan.ids, {"type": "disturb", "kind": "outage", "for_s": 1})
        await when(pools, lambda now: now.connections >= 2 * count and now.connected == count)
        await asyncio.sleep(SETTLE_S)
        spent.append((cpu_of(pool), cpu_of([csms])))
    (boot, csms_boot), (back, csms_back) = (
        [1000 * (after - before) / count for before, after in zip(earlier, later, strict=True)]
        for earlier, later in itertools.pairwise(spent)
    )
    return Cost(boot, held / count / 1000, back, csms_boot, csms_back)


def cost(stations: int, scheme: str, *, resumes: bool = False, certificates: bool = False) -> Cost:
    """The same with a central system for it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        options = ["--log-level", "error", "--tls", "--plain"]
        credentials = Credentials(root=str(folder / "ca" / "ca.pem")) if scheme == "wss" else Credentials()
        if certificates:
            authority = Authority("Charge points")
            (folder / "charge_points.pem").write_text(authority.pem)
            options += ["--client-ca", str(folder / "charge_points.pem"), "--client-certificates", "optional"]
            shown = str(folder / "{id}.pem"), str(folder / "{id}.key")
            credentials = Credentials(root=credentials.root, certificate=shown[0], key=shown[1])
        with running(folder, *options) as csms:
            url = f"{scheme}:{csms.ws.partition(':')[2]}"
            settings = BACK_SOON | (RESUMING if resumes else {})
            plan = Plan(stations, url, PROFILES["idle"], ocpp_config=settings, credentials=credentials)
            for station in plan.ids if certificates else ():
                certificate, key = authority.issue(station)
                (folder / f"{station}.pem").write_text(certificate)
                (folder / f"{station}.key").write_text(key)
            return asyncio.run(measure(plan, psutil.Process(csms.process.pid)))


def compare(stations: int, *, certificates: bool) -> None:
    """Print one size."""
    plain, secure = cost(stations, "ws"), cost(stations, "wss", certificates=certificates)
    resuming = cost(stations, "wss", resumes=True, certificates=certificates)
    row(f"{stations} stations", "ws      wss    ratio")
    for what, unit, name in (
        ("CPU until Accepted", "ms", "boot_ms"),
        ("memory", "kB", "memory_kb"),
        ("CPU to come back", "ms", "return_ms"),
        ("CPU of the central system for a boot", "ms", "csms_boot_ms"),
        ("   to have one back", "ms", "csms_return_ms"),
    ):
        one, other, third = (getattr(each, name) for each in (plain, secure, resuming))
        row(f"   {what}, {unit}", f"{one:.2f} {other:8.2f} {other / one:8.2f}")
        if "return" in name:
            row("      by TLS session resumption", f"{third:8.2f} {third / one:8.2f}")


def main() -> int:
    """Measure every size."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks tls")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--certificates", action="store_true")
    options = parser.parse_args()
    raise_open_files()
    for size in options.sizes:
        compare(size, certificates=options.certificates)
    return 0


if __name__ == "__main__":
    sys.exit(main())
