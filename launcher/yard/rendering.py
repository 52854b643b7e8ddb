"""The files that supervisord and mosquitto run from, made of ``etc/`` for one yard."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

from chargepoint.bus import Broker
from chargepoint.logs import LogLevel
from chargepoint.settings import etc_dir
from chargepoint.zygote.line import SOCKET
from launcher.addresses import EVERY_ADDRESS, LOOPBACK
from launcher.fleet.placement import PoolMode
from launcher.fleet.programs import SupervisordTemplate, command_line
from launcher.folder import Folder, replace_file

EMBEDDED = "embedded"

COMMAND_LINE_ROOM = 1_000
"""More than the command line of a charge point is longer than that of the zygote."""

EVERY_TAG = """{
  "*": {"status": "Accepted"}
}
"""
"""The tags of a central system that accepts everybody, to be edited."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a yard is to be. ``broker_program``: "" for a broker that is there already, "embedded", or the path of
    mosquitto; ``zygote``: whether charge points are forked; ``pool``: whether they share processes; the ports are
    those of a central system of ours, None without one; ``tls``: whether it speaks TLS as well."""

    folder: Folder
    socket: Path
    broker_url: str
    root: str
    central_system: str
    broker_program: str = ""
    zygote: bool = True
    pool: PoolMode = PoolMode.AUTO
    csms_port: int | None = None
    http_port: int | None = None
    exposed: bool = False
    tls: bool = False
    log_level: LogLevel = LogLevel.INFO

    @property
    def broker(self) -> Broker:
        """Where the broker is."""
        return Broker.parse(self.broker_url)

    @property
    def broker_address(self) -> str:
        """Where a broker of the yard listens."""
        if self.exposed:
            return EVERY_ADDRESS
        return LOOPBACK if self.broker.host == "localhost" else self.broker.host


def supervisord_template() -> SupervisordTemplate:
    """``etc/supervisord.conf``. Raises OSError."""
    file = etc_dir() / "supervisord.conf"
    return SupervisordTemplate(file.read_text(encoding="utf-8"), str(file))


def render(plan: Plan) -> None:
    """Write the files of the yard. Raises OSError, and InputError for a wrong ``etc/supervisord.conf``."""
    folder = plan.folder
    values = {
        "state_dir": str(folder.path),
        "logs": str(folder.logs),
        "socket": str(plan.socket),
        "broker_url": plan.broker_url,
        "broker_command": _broker_command(plan),
        "csms_command": _csms_command(plan),
        "zygote_command": _zygote_command(plan),
        "launcher_command": _own_command(
            plan, "service", "--central-system", plan.central_system, "--pool", plan.pool
        ),
        "undertaker_command": _own_command(plan, "undertaker"),
    }
    leave_out = [] if plan.broker_program else ["program:broker"]
    leave_out += [] if plan.csms_port else ["program:csms"]
    leave_out += [] if plan.zygote else ["program:zygote", "rpcinterface:zygote"]
    replace_file(folder.supervisord_conf, supervisord_template().render(values, leave_out=leave_out))
    if not folder.programs_conf.exists():
        replace_file(folder.programs_conf, "")
    if plan.csms_port and not folder.tags.exists():
        replace_file(folder.tags, EVERY_TAG)
    if plan.broker_program not in ("", EMBEDDED):
        replace_file(folder.mosquitto_conf, _mosquitto_conf(plan))


def _own_command(plan: Plan, program: str, *more: str) -> str:
    return command_line(
        *(sys.executable, "-m", "launcher", program),
        *("--state-dir", plan.folder.path, "--socket", plan.socket),
        *("--root", plan.root, "--log-level", plan.log_level),
        *more,
    )


def _broker_command(plan: Plan) -> str:
    if plan.broker_program in ("", EMBEDDED):
        where = ("--port", plan.broker.port, "--bind", plan.broker_address)
        return command_line(sys.executable, "-m", "launcher.broker", *where)
    return command_line(plan.broker_program, "-c", plan.folder.mosquitto_conf)


def _csms_command(plan: Plan) -> str:
    folder = plan.folder
    # Plain TCP on the same port besides: charge points of all security profiles find it at one URL.
    tls = ("--ca", folder.ca, "--tls", "--plain", "--client-certificates", "optional") if plan.tls else ()
    return command_line(
        *(sys.executable, "-m", "csms", "--host", EVERY_ADDRESS if plan.exposed else LOOPBACK),
        *("--port", plan.csms_port, "--http-port", plan.http_port),
        *("--database", folder.csms / "csms.db", "--tags", folder.tags),
        *tls,
        *("--log-file", folder.log("csms"), "--log-level", plan.log_level),
    )


def _zygote_command(plan: Plan) -> str:
    return command_line(
        *(sys.executable, "-m", "chargepoint.zygote"),
        *("--socket", plan.socket.with_name(SOCKET)),
        *("--room", " " * COMMAND_LINE_ROOM),
    )


def _mosquitto_conf(plan: Plan) -> str:
    template = Template((etc_dir() / "mosquitto.conf").read_text(encoding="utf-8"))
    return template.safe_substitute(port=plan.broker.port, bind=plan.broker_address)
