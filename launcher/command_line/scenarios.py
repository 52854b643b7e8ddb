"""``scenarios``, ``run`` and ``replay``."""

from __future__ import annotations

import argparse
from pathlib import Path

from launcher.command_line.arguments import duration, jobs, seed, speed
from launcher.command_line.credentials import add_credentials
from launcher.command_line.parser import Parser


def add_scenarios(verbs: argparse._SubParsersAction[Parser]) -> None:
    """They need no yard."""
    listing = verbs.add_parser(
        "scenarios", help="list the ready scenarios, and what each proves about a central system"
    )
    listing.set_defaults(run=("scenarios", "scenarios"))
    listing.add_argument(
        "--schema", action="store_true", help="give the JSON schema of scenario files in their place, for editors"
    )
    run = verbs.add_parser(
        "run",
        help="play scenarios against a central system, and get a verdict on it",
        description="Play scenarios, without a yard, against a central system of yours or the bundled one. Exit code "
        "0: all that were applicable have passed; 1: not; 2: a file is wrong; 3: the central system was not reached.",
        epilog="Example: cp-simu run boot_accepted my/*.yaml --central-system wss://staging/ocpp --junit report.xml",
    )
    run.set_defaults(run=("scenarios", "run"))
    option = run.add_argument
    option("scenarios", nargs="*", metavar="SCENARIO", help="files, or names of ready ones (default: all ready ones)")
    for parser in (listing, run):
        parser.add_argument(
            "--tag",
            action="append",
            default=[],
            metavar="TAG",
            help="only those with it; A+B: with both, '!A': without it; repeatable",
        )
    option("--central-system", metavar="URL", help="ws:// or wss:// of your own, in place of the bundled one")
    option(
        "--commands",
        metavar="URL",
        help="where your central system takes commands to charge points: http://.../{id}/.../{action}, POST, "
        "the payload as JSON",
    )
    option("--api", metavar="URL", help="HTTP address of a `cp-simu csms` of your own, which is driven by it then")
    option(
        "-p", dest="parameters", action="append", default=[], metavar="NAME=VALUE", help="give a variable; repeatable"
    )
    option(
        "--configure",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a configuration key of all stations that do not say otherwise, like WebSocketProxy=http://proxy:3128; "
        "repeatable",
    )
    option("--seed", type=seed, metavar="N", help="the same draws again (default: drawn, and told)")
    option("--jobs", type=jobs, default=8, metavar="N", help="scenarios at the same time (default: %(default)s)")
    option("--speed", type=speed, default=1.0, metavar="X", help="clocks and cars of stations go X times as fast")
    option("--virtual", action="store_true", help="no waiting: all in one process, whose clock jumps over idle time")
    option("--junit", type=Path, metavar="FILE", help="write JUnit XML there")
    option("--json", type=Path, metavar="FILE", help="write all steps and frames there")
    option("--html", type=Path, metavar="FILE", help="write a page with time lines there")
    option(
        "--trace",
        type=Path,
        metavar="DIR",
        help="write a trace of each station there (Open OCPP Trace Format; default: runs/ in the state folder)",
    )
    option("--github", action="store_true", help="tell failures as annotations of GitHub Actions")
    option("-v", "--verbose", action="store_true", help="tell every step")
    add_credentials(run)
    replay = verbs.add_parser(
        "replay",
        help="drive a trace against a central system again, and tell how its answers differ",
        description="Send the CALLs of charge points in a trace (Open OCPP Trace Format, as `run --trace` writes it) "
        "again, and compare the answers. Exit code 0: as they were; 1: not; 3: the central system was not reached.",
    )
    replay.set_defaults(run=("replay", "replay"))
    replay.add_argument("traces", nargs="+", type=Path, metavar="TRACE", help="files of JSON lines")
    replay.add_argument("--central-system", metavar="URL", help="ws:// or wss:// (default: the bundled one)")
    replay.add_argument(
        "--commands", metavar="URL", help="as of `run`: what the central system sent in the trace is asked for there"
    )
    replay.add_argument("--proxy", metavar="URL", help="http://[user:password@]host:port on the way there")
    replay.add_argument("--to-now", action="store_true", help="move the moments in CALLs from those of then to now")
    replay.add_argument(
        "--timeout", type=duration, default=30.0, metavar="TIME", help="to wait for an answer (default: 30s)"
    )
    add_credentials(replay)
