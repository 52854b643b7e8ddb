"""``cp-simu``: one command for the whole yard."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NoReturn

from chargepoint.api.payloads import ErrorCode
from chargepoint.api.topics import DEFAULT_ROOT
from chargepoint.logs import LogLevel
from chargepoint.settings import default_state_dir
from launcher.arguments import amount, connector, count, duration, jobs, pools, port, seed, speed, stations
from launcher.credential_options import add_credentials
from launcher.diagnostics import Ended, Exit, concluded
from launcher.load.options import add_metrics, add_storms
from launcher.misbehaving import add_misbehaving

OWN_PROGRAMS = {
    "tui": "open the screen of a yard that is up",
    "csms": "run the central system alone, in the foreground",
    "chargepoint": "run one charge point alone, in the foreground",
}
"""Programs with a command line of their own, which get theirs as it is."""

POOL_MODES = ("auto", "never", "always")
"""Those of ``launcher.fleet.placement``; that they are the same is tested, for `--help` imports nothing."""

PROFILE_NAMES = ("busy", "depot", "herd", "idle", "mixed", "storm")
"""Those of ``launcher.load.profiles``; that they are the same is tested, for `--help` imports nothing."""


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


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        if wrong := re.match(r"argument COMMAND: invalid choice: '(.*?)' \(choose from (.*)\)$", message):
            # Loaded for who has mistyped.
            from difflib import get_close_matches

            meant = " or ".join(get_close_matches(wrong[1], re.findall(r"\w+", wrong[2]), n=2))
            message = f"there is no command {wrong[1]!r}" + (f" (did you mean {meant}?)" if meant else "")
        self.exit(Exit.USAGE, f"cp-simu: {message}; `{self.prog} --help` explains\n")


def _parser() -> _Parser:
    parser = _Parser(
        prog="cp-simu",
        description="A yard of simulated EV charge points: each a process, spoken to over MQTT, speaking OCPP.",
        epilog="A first session: cp-simu up --count 3 --headless; cp-simu plug simu_cp_001 1; "
        "cp-simu tap simu_cp_001 1 TAG; cp-simu status; cp-simu down",
    )
    parser.add_argument("--version", action="version", version=f"cp-simu {_version()}")
    verbs = parser.add_subparsers(dest="verb", metavar="COMMAND", required=True, parser_class=_Parser)
    add = partial(_add, verbs)
    _add_up(add)
    for name, text in OWN_PROGRAMS.items():
        verbs.add_parser(name, help=text, add_help=False)
    _add_fleet(add)
    _add_connectors(add)
    _add_load(verbs)
    add_metrics(add)
    _add_scenarios(verbs)
    _add_station(add)
    add_misbehaving(add)
    _add_programs(add)
    return parser


_Add = Callable[..., argparse.ArgumentParser]


def _add(
    verbs: argparse._SubParsersAction[_Parser], name: str, run: tuple[str, str], text: str, epilog: str = ""
) -> argparse.ArgumentParser:
    """A command with the options that all have in common."""
    verb = verbs.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", epilog=epilog)
    verb.set_defaults(run=run)
    common = verb.add_argument_group("which yard")
    common.add_argument(
        "--state-dir",
        type=Path,
        default=default_state_dir(),
        metavar="DIR",
        help="the yard's folder (default: %(default)s)",
    )
    common.add_argument(
        "--broker",
        metavar="URL",
        help="mqtt://[user:password@]host[:port], or mqtts:// with ?cafile=, &certfile=, &keyfile= "
        "(default: that of the yard in its folder, else mqtt://localhost:1883)",
    )
    common.add_argument("--root", metavar="TOPIC", help=f"first level of the MQTT topics (default: {DEFAULT_ROOT})")
    return verb


def _add_up(add: _Add) -> None:
    up = add(
        "up",
        ("up", "up"),
        "bring a yard up and open its screen",
        "Uses the broker that listens at --broker, or starts one on this machine: mosquitto when it is installed, "
        "else the embedded one. Where a yard is up already, what is missing of it is started.",
    )
    up.add_argument("--headless", action="store_true", help="do not open the screen")
    up.add_argument("--foreground", action="store_true", help="stay until Ctrl+C or SIGTERM, then end the yard")
    up.add_argument(
        "--central-system", metavar="URL", help="ws:// or wss:// of your own, in place of the bundled one"
    )
    up.add_argument("--setup", type=Path, metavar="FILE", help="start the charge points of this setup file")
    up.add_argument("--count", type=count, default=0, metavar="N", help="start simu_cp_001 to simu_cp_N")
    up.add_argument("--config", type=Path, metavar="FILE", help="config.ini, the template of new charge points")
    up.add_argument("--csms-port", type=port, metavar="PORT", help="OCPP port of the bundled csms (default: 9000)")
    up.add_argument("--http-port", type=port, metavar="PORT", help="HTTP port of the bundled csms (default: 8080)")
    up.add_argument(
        "--expose",
        action="store_true",
        help="let other machines in: the broker and the csms of the yard, which ask for no password, listen on every "
        "address (default: this machine alone)",
    )
    up.add_argument("--tls", action="store_true", help="the bundled csms speaks TLS as well, on the same port")
    up.add_argument("--embedded-broker", action="store_true", help="start the embedded broker, not mosquitto")
    up.add_argument(
        "--pool",
        choices=POOL_MODES,
        metavar="MODE",
        help="whether charge points share processes: never, always, or auto (default), which means those of a start "
        "that makes them more than 50 for each core",
    )
    up.add_argument("--no-zygote", action="store_true", help="start each charge point anew instead of forking it")
    _add_log_level(up)
    add("down", ("up", "down"), "end everything that `up` started in this state folder")
    status = add("status", ("fleet", "status"), "tell what is up, and how every charge point is")
    status.add_argument("--json", action="store_true", help="as JSON")


def _add_fleet(add: _Add) -> None:
    start = add("start", ("fleet", "start"), "start the charge points of a setup file, with fresh data")
    start.add_argument("setup", type=Path, metavar="SETUP.json", help='{"charge_points": [{"id": ...}, ...]}')
    verbs = {
        "kill": "cut the power of charge points",
        "restart": "start charge points again, with the data they have",
        "remove": "kill charge points and forget them with all their data",
    }
    for name, text in verbs.items():
        verb = add(name, ("fleet", "of_ids"), text)
        which = verb.add_mutually_exclusive_group(required=True)
        which.add_argument("ids", nargs="*", default=[], metavar="ID", help="an id, or a glob like 'simu_cp_*'")
        which.add_argument("--all", action="store_true", help="every charge point")


def _add_connectors(add: _Add) -> None:
    verbs = {
        "plug": "plug a car in, or change what it asks for",
        "unplug": "unplug the car",
        "suspend": "let the car pause",
        "resume": "let the car go on",
        "tap": "hold an id tag to the reader",
        "fault": "let a fault appear",
    }
    parsers = {name: add(name, ("connectors", name), text) for name, text in verbs.items()}
    for name, verb in parsers.items():
        verb.add_argument("id", metavar="ID", help="the charge point")
        of = "0 is the whole charge point" if name == "fault" else "the first is 1"
        verb.add_argument("connector", type=connector(0 if name == "fault" else 1), metavar="CONNECTOR", help=of)
    plug = parsers["plug"]
    plug.add_argument(
        "--cable", type=amount, metavar="A", help="its capacity, W for DC (default: the connector's limit)"
    )
    for phase in ("l1", "l2", "l3"):
        plug.add_argument(f"--{phase}", type=amount, metavar="A", help=f"what the car asks for on {phase.upper()}")
    parsers["tap"].add_argument("tag", metavar="TAG", help="1 to 20 characters")
    fault = parsers["fault"]
    fault.add_argument("--clear", action="store_true", help="the fault is gone; without a CODE, all of them are")
    codes = [str(code) for code in ErrorCode if code is not ErrorCode.NO_ERROR]
    fault.add_argument("--code", choices=codes, metavar="CODE", help=f"{', '.join(codes)} (default: OtherError)")
    fault.add_argument("--vendor-code", default="", metavar="TEXT", help="told as vendorErrorCode")
    fault.add_argument("--info", default="", metavar="TEXT", help="told as info")


def _add_load(verbs: argparse._SubParsersAction[_Parser]) -> None:
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
    add_storms(load)
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


def _add_scenarios(verbs: argparse._SubParsersAction[_Parser]) -> None:
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
    replay.add_argument("--to-now", action="store_true", help="move the moments in CALLs from those of then to now")
    replay.add_argument(
        "--timeout", type=duration, default=30.0, metavar="TIME", help="to wait for an answer (default: 30s)"
    )
    add_credentials(replay)


def _add_station(add: _Add) -> None:
    verbs = {
        "frames": "follow the OCPP traffic of a charge point until Ctrl+C",
        "send": "let a charge point send a CALL, and tell the central system's answer; or any text",
        "configure": "give a configuration key of a charge point a value",
        "reboot": "cut the power of a charge point and switch it on again; its process lives on",
        "record": "write down what happens to a charge point until Ctrl+C, as a scenario for `run`",
    }
    parsers = {
        name: add(name, ("record" if name == "record" else "station", name), text) for name, text in verbs.items()
    }
    for verb in parsers.values():
        verb.add_argument("id", metavar="ID", help="the charge point")
    parsers["frames"].add_argument("--json", action="store_true", help="one JSON object a line")
    parsers["record"].add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write it there (default: to standard output)"
    )
    parsers["send"].add_argument("action", nargs="?", metavar="ACTION", help="such as Heartbeat")
    parsers["send"].add_argument("payload", nargs="?", default="{}", metavar="JSON", help="default: {}")
    parsers["send"].add_argument("--force", action="store_true", help="also what violates the standard")
    parsers["send"].add_argument("--text", metavar="TEXT", help="send this as it is, JSON or not, in place of a CALL")
    parsers["configure"].add_argument("key", metavar="KEY", help="such as HeartbeatInterval")
    parsers["configure"].add_argument("value", metavar="VALUE")


def _add_programs(add: _Add) -> None:
    for name, text in {"service": "the launcher itself", "undertaker": "its event listener"}.items():
        program = add(name, ("programs", name), f"{text}; supervisord runs it")
        program.add_argument(
            "--socket", type=Path, metavar="FILE", help="supervisord's (default: in the state folder)"
        )
        program.add_argument("--pool", choices=POOL_MODES, metavar="MODE", help="as of `up`")
        program.add_argument("--central-system", metavar="URL", help="of start entries that name none")
        _add_log_level(program)


def _add_log_level(parser: argparse.ArgumentParser) -> None:
    levels = [str(level) for level in LogLevel]
    parser.add_argument("--log-level", choices=levels, metavar="LEVEL", help=f"{', '.join(levels)} (default: info)")


def _version() -> str:
    try:
        return version("cp-simu")
    except PackageNotFoundError:
        return "(not installed)"
