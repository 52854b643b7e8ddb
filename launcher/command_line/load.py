"""``load``, and ``metrics`` of a yard."""

from __future__ import annotations

import argparse
from pathlib import Path

from launcher.command_line.arguments import connector, duration, pools, seed, stations
from launcher.command_line.credentials import add_credentials
from launcher.command_line.parser import Add, Parser

PROFILE_NAMES = ("busy", "depot", "herd", "idle", "mixed", "storm")
"""Those of ``launcher.load.profiles``; that they are the same is tested, for `--help` imports nothing."""


def add_load(verbs: argparse._SubParsersAction[Parser]) -> None:
    """It needs no yard."""
    load = verbs.add_parser(
        "load",
        help="put thousands of charge points on a central system and see what it makes of them",
        description="Put a load on a central system, without a yard: charge points in a few processes, with cars "
        "that come and go, a line of figures each second and a table at the end. Exit code 0: every --fail-if was "
        "kept to; 1: not; 3: the central system was not reached.",
        epilog="Example: cp-simu load --central-system ws://localhost:9000 --count 1000 --ramp 30s --duration 5m "
        "--fail-if 'p99(BootNotification) > 2s' --fail-if 'unanswered > 0'",
    )
    load.set_defaults(run=("load", "load"))
    option = load.add_argument
    option("--central-system", metavar="URL", default="ws://localhost:9000", help="(default: %(default)s)")
    option("--count", type=stations, default=100, metavar="N", help="charge points (default: %(default)s)")
    option("--connectors", type=connector(1), default=1, metavar="N", help="of each (default: %(default)s)")
    option("--profile", choices=PROFILE_NAMES, default="mixed", help="what they do (default: %(default)s)")
    option("--list", action="store_true", help="tell what the profiles are, and end")
    option(
        "--ramp", type=duration, default=0.0, metavar="TIME", help="the last one starts then, like 60s (default: 0)"
    )
    option("--duration", type=duration, default=60.0, metavar="TIME", help="like 90s, 10m, 1h (default: 60s)")
    option("--seed", type=seed, default=1, metavar="N", help="the same cars at the same time (default: %(default)s)")
    option("--pools", type=pools, metavar="N", help="processes (default: one for each core)")
    option("--prefix", default="load_", metavar="TEXT", help="of their ids (default: %(default)s)")
    _add_storms(load)
    option(
        "--fail-if",
        action="append",
        default=[],
        metavar="CONDITION",
        help="like 'p99(Authorize) > 500ms'; repeatable",
    )
    option("--json", type=Path, metavar="FILE", help="write all figures there")
    option("--junit", type=Path, metavar="FILE", help="write the verdicts there")
    add_credentials(load)


def add_metrics(add: Add) -> None:
    """The command that serves a yard's figures."""
    metrics = add(
        "metrics",
        ("metrics", "metrics"),
        "serve a yard's figures for Prometheus until Ctrl+C",
        "What is up by registration, connectors by status, power, energy and running transactions.",
    )
    metrics.add_argument("--listen", default="9103", metavar="[HOST:]PORT", help="(default: 127.0.0.1:9103)")


def _add_storms(load: argparse.ArgumentParser) -> None:
    """What else can happen in a load, and who is told of it."""
    option = load.add_argument
    option(
        "--configure",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a configuration key of all of them, like MeterValueSampleInterval=10; repeatable",
    )
    option(
        "--outage",
        action="append",
        default=[],
        metavar="OUTAGE",
        help="their links are down while charging goes on: '45s at 2m', '45s at 2m of 50%%', '2s every 30s of 20%%'; "
        "repeatable",
    )
    option(
        "--metrics",
        metavar="[HOST:]PORT",
        help="serve the figures for Prometheus there (host: 127.0.0.1 unless given)",
    )
    option("--no-jitter", action="store_true", help="all come back in the same moment, not spread by their back-off")
    option(
        "--check",
        metavar="URL",
        help="HTTP API of the bundled central system, to compare its transactions with those of the charge points",
    )
