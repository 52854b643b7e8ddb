"""``cp-simu start``, ``kill``, ``restart``, ``remove`` and ``status``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from chargepoint.api.payloads import ChargePointStatus, ConnectorState, ConnectorStatus
from chargepoint.zygote.line import SOCKET, is_ready
from launcher.api.commands import Kill, Remove, Restart, Start
from launcher.diagnostics import Exit, NotThere, narrate, say
from launcher.fleet.ids import chosen
from launcher.fleet.programs import pool_program, program_name
from launcher.fleet.setups import parse_setup
from launcher.folder import Yard
from launcher.supervisord.client import ProcessInfo, Supervisord, SupervisordGone
from launcher.verbs.pools import pools_told
from launcher.verbs.reach import ask, folder_of, remote_of
from launcher.verbs.results import told
from launcher.verbs.template import read_template

_COMMANDS: Mapping[str, type[Kill] | type[Restart] | type[Remove]] = {
    "kill": Kill,
    "restart": Restart,
    "remove": Remove,
}


def start(options: argparse.Namespace) -> int:
    """Start the charge points of a setup file."""
    template = read_template(folder_of(options).template)
    entries = parse_setup(options.setup.read_bytes(), str(options.setup), template)
    remote = remote_of(options)
    return Exit.DONE if told(ask(remote, remote.order(Start(entries))), data=True) else Exit.FAILED


def of_ids(options: argparse.Namespace) -> int:
    """Kill, restart or remove charge points."""
    remote = remote_of(options)
    present = list(ask(remote, remote.statuses()))
    ids = present if options.all else chosen(options.ids, present)
    if not ids:
        narrate("there is no charge point")
        return Exit.DONE
    command = _COMMANDS[options.verb].of(ids)
    return Exit.DONE if told(ask(remote, remote.order(command)), data=True) else Exit.FAILED


def status(options: argparse.Namespace) -> int:
    """Tell what is up, and how every charge point is."""
    folder = folder_of(options)
    yard = Yard.read(folder)
    if yard is None and not options.broker:
        raise NotThere(f"no yard is up in {folder.path}: `cp-simu up`")
    remote = remote_of(options)
    programs = _programs(yard) if yard else {}
    statuses = ask(remote, remote.statuses())
    connectors = ask(remote, remote.connectors())
    alive = ask(remote, remote.launcher_is_alive())
    pools = pools_told(programs, statuses)
    forking = yard is not None and is_ready(Path(yard.socket).with_name(SOCKET))
    overview = {
        "broker": remote.broker.url,
        "root": remote.topics.root,
        "launcher": "Alive" if alive else "Dead",
        "central_system": yard.central_system if yard else None,
        "http": yard.http or None if yard else None,
        "state_dir": str(folder.path) if yard else None,
        "new_processes": "forked from the zygote" if forking else "started one by one",
        "programs": {
            name: info.state.name for name, info in programs.items() if name not in map(program_name, statuses)
        },
        "pools": [asdict(pool) for pool in pools],
        "charge_points": [
            {
                "id": station_id,
                **{key: value for key, value in asdict(each).items() if key != "entry"},
                "process": _process(programs.get(_program(station_id, each))),
                "connectors": {
                    str(number): asdict(connector) for number, connector in connectors.get(station_id, {}).items()
                },
            }
            for station_id, each in statuses.items()
        ],
    }
    if options.json:
        say(json.dumps(overview, indent=2))
    else:
        _tell_overview(overview)
        for pool in pools:
            say(str(pool))
        for station_id, each in statuses.items():
            say(_line(station_id, each, connectors.get(station_id, {}), programs.get(_program(station_id, each))))
    return Exit.DONE


def _programs(yard: Yard) -> Mapping[str, ProcessInfo]:
    try:
        return Supervisord(Path(yard.socket)).all_infos()
    except SupervisordGone as error:
        narrate(f"{error}; `cp-simu up` brings it back")
        return {}


def _program(station_id: str, status: ChargePointStatus) -> str:
    return pool_program(status.pool) if status.pool else program_name(station_id)


def _process(info: ProcessInfo | None) -> str | None:
    return info.state.name if info else None


def _tell_overview(overview: Mapping[str, object]) -> None:
    for key in ("broker", "launcher", "central_system", "http", "state_dir", "new_processes"):
        if overview[key]:
            say(f"{key.replace('_', ' '):15} {overview[key]}")
    programs = overview["programs"]
    if isinstance(programs, Mapping) and programs:
        say(f"{'programs':15} " + ", ".join(f"{name} {state}" for name, state in programs.items()))


def _line(
    station_id: str,
    status: ChargePointStatus,
    connectors: Mapping[int, ConnectorStatus],
    info: ProcessInfo | None,
) -> str:
    charging = sum(connector.status is ConnectorState.CHARGING for connector in connectors.values())
    power_kw = sum(connector.power_w for connector in connectors.values()) / 1000
    parts = [
        f"{station_id:24} {status.status:12}",
        f"{info.state.name if info else '-':8} pid {status.pid if status.alive else '-':<8}",
        *([f"pool {status.pool}"] if status.pool else []),
        f"{charging}/{len(connectors)} charging {power_kw:8.1f} kW",
        status.last_error,
    ]
    return " ".join(parts).rstrip()
