"""``python -m tests.benchmarks outage``: the way back from 45 s without a link, with and without jitter.

Most stations charge and send MeterValues every five seconds; the link of all goes down at the same moment. What is
told: until all are connected again, until all that had waited is delivered, how fast, and whether it was all, once
and in order, by the stations' own accounts and by the list of the bundled central system.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from launcher.load.aftermath import books
from launcher.load.load import Plan, put_on
from launcher.load.outages import Outage
from launcher.load.profiles import Profile
from tests.benchmarks._rows import row
from tests.csms.program import running

ALL_CHARGE = Profile("benchmark", "", occupancy=0.95, session_s=20.0)
OUTAGE = Outage.parse("45s at 30s")
DURATION_S = 110.0
KEYS = {"MeterValueSampleInterval": "5", "RetryBackOffWaitMinimum": "1", "RetryBackOffRepeatTimes": "2"}


def measure(stations: int, range_s: int) -> bool:
    """One outage of ``stations`` whose back-off varies by ``range_s``; returns whether nothing was lost."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), "--log-level", "error") as csms:
        plan = Plan(
            count=stations,
            central_system=csms.ws,
            profile=ALL_CHARGE,
            duration_s=DURATION_S,
            pools=2,
            ocpp_config=KEYS | {"RetryBackOffRandomRange": str(range_s)},
            outages=(OUTAGE,),
            drain_s=30.0,
            ledger=csms.http,
        )
        outcome = asyncio.run(put_on(plan, lambda elapsed_s, figures: None, asyncio.Event()))
    [storm] = outcome.storms.all
    row(
        f"{stations} stations, {OUTAGE.for_s:.0f} s without a link, jitter of {range_s} s: messages that waited",
        f"{storm.backlog:,}",
    )
    row("   all connected again after", _seconds(storm.connected_s))
    row("   all delivered after", _seconds(storm.drained_s))
    row("   connections a second, at most", f"{storm.connections_per_s}")
    row("   transaction messages delivered a second, at most", f"{storm.delivered_per_s}")
    for line in (*books(outcome), *outcome.trouble):
        print(f"  {line}")
    return outcome.in_order and not outcome.trouble


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f} s"


def main() -> int:
    """Measure both."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks outage")
    parser.add_argument("--stations", type=int, default=500)
    options = parser.parse_args()
    results = [measure(options.stations, range_s) for range_s in (5, 0)]
    return int(not all(results))


if __name__ == "__main__":
    sys.exit(main())
