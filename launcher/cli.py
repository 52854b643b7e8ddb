"""``cp-simu``: one command for the whole yard."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import NoReturn

from launcher.command_line.charge_points import add_connectors, add_fleet, add_station
from launcher.command_line.load import add_load, add_metrics
from launcher.command_line.misbehaving import add_misbehaving
from launcher.command_line.parser import Parser, add_command
from launcher.command_line.scenarios import add_scenarios
from launcher.command_line.yard import add_programs, add_up
from launcher.diagnostics import Ended, concluded

OWN_PROGRAMS = {
    "tui": "open the screen of a yard that is up",
    "csms": "run the central system alone, in the foreground",
    "chargepoint": "run one charge point alone, in the foreground",
}
"""Programs with a command line of their own, which get theirs as it is."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in OWN_PROGRAMS:
        os.execv(sys.executable, [sys.executable, "-m", *words])
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What the terminal cannot show is told all the same.
        sys.stdout.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(words)
    signal.signal(signal.SIGTERM, _end)
    return concluded(partial(_run, options))


def _run(options: argparse.Namespace) -> int:
    # What a command needs is imported when it runs: `cp-simu kill` waits for no psutil, `--help` for nothing.
    module, function = options.run
    run: Callable[[argparse.Namespace], int] = getattr(importlib.import_module(f"launcher.verbs.{module}"), function)
    return run(options)


def _end(number: int, frame: object) -> NoReturn:
    raise Ended


def _parser() -> Parser:
    parser = Parser(
        prog="cp-simu",
        description="A yard of simulated EV charge points: each a process, spoken to over MQTT, speaking OCPP.",
        epilog="A first session: cp-simu up --count 3 --headless; cp-simu plug simu_cp_001 1; "
        "cp-simu tap simu_cp_001 1 TAG; cp-simu status; cp-simu down",
    )
    parser.add_argument("--version", action="version", version=f"cp-simu {_version()}")
    verbs = parser.add_subparsers(dest="verb", metavar="COMMAND", required=True, parser_class=Parser)
    add = partial(add_command, verbs)
    add_up(add)
    for name, text in OWN_PROGRAMS.items():
        verbs.add_parser(name, help=text, add_help=False)
    add_fleet(add)
    add_connectors(add)
    add_load(verbs)
    add_metrics(add)
    add_scenarios(verbs)
    add_station(add)
    add_misbehaving(add)
    add_programs(add)
    return parser


def _version() -> str:
    try:
        return version("cp-simu")
    except PackageNotFoundError:
        return "(not installed)"
