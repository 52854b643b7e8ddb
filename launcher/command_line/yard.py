"""``up``, ``down``, ``status``, and the programs that supervisord runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from chargepoint.logs import LogLevel
from launcher.command_line.arguments import count, port
from launcher.command_line.parser import Add

POOL_MODES = ("auto", "never", "always")
"""Those of ``launcher.fleet.placement``; that they are the same is tested, for `--help` imports nothing."""


def add_up(add: Add) -> None:
    """A yard from start to end."""
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


def add_programs(add: Add) -> None:
    """What `up` has started."""
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
