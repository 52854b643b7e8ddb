"""The command line of storms, checks and metrics; `--help` imports nothing else of a load."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def add_storms(load: argparse.ArgumentParser) -> None:
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


def add_metrics(add: Callable[..., argparse.ArgumentParser]) -> None:
    """The command that serves a yard's figures."""
    metrics = add(
        "metrics",
        ("metrics", "metrics"),
        "serve a yard's figures for Prometheus until Ctrl+C",
        "What is up by registration, connectors by status, power, energy and running transactions.",
    )
    metrics.add_argument("--listen", default="9103", metavar="[HOST:]PORT", help="(default: 127.0.0.1:9103)")
