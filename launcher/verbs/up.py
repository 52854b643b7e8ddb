"""``cp-simu up`` and ``down``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.spec import check_central_system
from chargepoint.api.topics import DEFAULT_ROOT, Topics
from chargepoint.bus import Broker
from chargepoint.logs import LogLevel
from chargepoint.settings import default_broker
from launcher.addresses import EVERY_ADDRESS, LOOPBACK, is_loopback
from launcher.api.commands import Restart, Start
from launcher.diagnostics import Exit, Failure, NotThere, counted, narrate, say
from launcher.fleet.ids import series
from launcher.fleet.placement import PoolMode
from launcher.fleet.programs import pool_program, program_name
from launcher.fleet.setups import parse_setup
from launcher.fleet.templates import parse_template
from launcher.folder import Folder, Yard, replace_file
from launcher.pools import Pools
from launcher.remote import Remote
from launcher.supervisord.client import Supervisord
from launcher.verbs.reach import ask, folder_of
from launcher.verbs.results import told
from launcher.verbs.template import read_template
from launcher.yard import processes
from launcher.yard.checks import (
    broker_listens,
    check_port_free,
    checked_folder,
    find_mosquitto,
    socket_path,
)
from launcher.yard.down import take_down
from launcher.yard.rendering import EMBEDDED, Plan
from launcher.yard.up import all_or_nothing, bring_up, end_leftovers, revive

CSMS_PORT, HTTP_PORT = 9000, 8080


def up(options: argparse.Namespace) -> int:
    """Bring up a yard, or what is missing of one, with charge points in it."""
    os.umask(0o077)
    folder = checked_folder(options.state_dir)
    template = _template(options, folder)
    entries = _entries(options, template)
    with _locked(folder):
        socket = socket_path(folder)
        if Supervisord(socket).answers():
            if options.foreground:
                raise Failure(
                    f"a yard is up in {folder.path} already: `cp-simu down` first, or leave out --foreground"
                )
            yard = _found_up(options, folder)
            revive(folder, yard)
            code = _start(folder, yard, entries)
        else:
            lost = end_leftovers(folder)
            yard = bring_up(_plan(options, folder, socket))
            with all_or_nothing(folder, socket):
                code = _start(folder, yard, entries, lost)
    _tell(folder, yard)
    if options.foreground:
        return _stay(folder, yard) or code
    return code if options.headless else _open_tui(folder) or code


def down(options: argparse.Namespace) -> int:
    """End everything that ``up`` started in a state folder."""
    folder = folder_of(options)
    if not folder.supervisord_conf.exists():
        narrate(f"no yard is up in {folder.path}")
        return Exit.DONE
    with _locked(folder):
        count = take_down(folder, socket_path(folder))
    narrate(f"ended {counted(count, 'process', 'es')}" if count else f"no yard is up in {folder.path}")
    return Exit.DONE


def _template(options: argparse.Namespace, folder: Folder) -> Mapping[str, object]:
    if options.config is None:
        return read_template(folder.template)
    text = options.config.read_text(encoding="utf-8", errors="replace")
    template = parse_template(text, str(options.config))
    replace_file(folder.template, text)
    return template


def _entries(options: argparse.Namespace, template: Mapping[str, object]) -> list[Mapping[str, object]]:
    entries: list[Mapping[str, object]] = []
    if options.setup:
        entries += parse_setup(options.setup.read_bytes(), str(options.setup), template)
    present = {entry.get("id") for entry in entries}
    return entries + [{"id": each} for each in series(options.count) if each not in present]


@contextlib.contextmanager
def _locked(folder: Folder) -> Iterator[None]:
    with folder.lock_file.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(f"another `cp-simu up` or `down` is at work in {folder.path}: wait for its end") from None
        yield


def _plan(options: argparse.Namespace, folder: Folder, socket: Path) -> Plan:
    url = options.broker or default_broker()
    broker = Broker.parse(url)
    remote = Remote(broker, Topics(options.root or DEFAULT_ROOT))
    if any(sign.isspace() for sign in url):
        raise InputError("--broker", url, "a URL without blanks")
    program = ""
    if not asyncio.run(broker_listens(broker)):
        program = _broker_program(broker, embedded=options.embedded_broker)
    elif ask(remote, remote.launcher_is_alive()):
        raise Failure(
            f"another launcher is alive at {broker.url} with the root {remote.topics.root!r}: "
            "end it, or choose another --root or --broker"
        )
    central_system = options.central_system and check_central_system(options.central_system)
    csms_port, http_port = options.csms_port or CSMS_PORT, options.http_port or HTTP_PORT
    if central_system and options.tls:
        raise InputError("--tls", "given", "left out: it is of the bundled central system, not of --central-system")
    if not central_system:
        if csms_port == http_port:
            raise InputError("--http-port", http_port, "another port than --csms-port")
        address = EVERY_ADDRESS if options.expose else LOOPBACK
        check_port_free(csms_port, "--csms-port (or --central-system for one that is there)", address)
        check_port_free(http_port, "--http-port", address)
    return Plan(
        folder=folder,
        socket=socket,
        broker_url=url,
        root=remote.topics.root,
        central_system=central_system or f"ws://localhost:{csms_port}",
        broker_program=program,
        zygote=sys.platform == "linux" and not options.no_zygote,
        pool=PoolMode(options.pool or PoolMode.AUTO),
        csms_port=None if central_system else csms_port,
        http_port=None if central_system else http_port,
        exposed=options.expose,
        tls=options.tls,
        log_level=LogLevel(options.log_level or LogLevel.INFO),
    )


def _broker_program(broker: Broker, *, embedded: bool) -> str:
    if not is_loopback(broker.host):
        raise NotThere(f"no broker listens at {broker.url}: start it, or let `cp-simu up` start one on this machine")
    if broker.tls:
        raise NotThere(f"no broker listens at {broker.url}, and one started here would speak mqtt://, without TLS")
    program = None if embedded or os.environ.get("CP_SIMU_EMBEDDED_BROKER") == "1" else find_mosquitto()
    return program or EMBEDDED


def _found_up(options: argparse.Namespace, folder: Folder) -> Yard:
    """The yard that is up; raises Failure when other options are given than it was started with."""
    advice = "`cp-simu down` first, or choose another --state-dir"
    try:
        yard = Yard.read(folder)
    except InputError as error:
        raise Failure(f"{error}; {advice}") from None
    if yard is None:
        raise Failure(f"{folder.yard_file} is gone; {advice}")
    wanted = {
        "--broker": (options.broker, yard.broker),
        "--root": (options.root, yard.root),
        "--central-system": (options.central_system, yard.central_system),
        "--csms-port": (options.csms_port and f"ws://localhost:{options.csms_port}", yard.central_system),
        "--http-port": (options.http_port and f"http://localhost:{options.http_port}", yard.http),
        "--log-level": (options.log_level, yard.log_level),
        "--pool": (options.pool, yard.pool),
        "--tls": ("TLS" if options.tls else "", "TLS" if yard.tls else ""),
    }
    for option, (asked, there) in wanted.items():
        if asked and asked != there:
            raise Failure(f"{option}: the yard in {folder.path} has {there or 'none'}, not {asked}: {advice}")
    if options.expose and not yard.exposed:
        raise Failure(f"--expose: the yard in {folder.path} is reached from this machine alone: {advice}")
    return yard


def _start(folder: Folder, yard: Yard, entries: Sequence[Mapping[str, object]], lost: Sequence[str] = ()) -> int:
    """Start ``entries`` but for those that run, and ``lost`` again, which ran until their supervisord was killed."""
    remote = Remote(Broker.parse(yard.broker), Topics(yard.root))
    good = True
    if lost:
        narrate(f"starting {counted(len(lost), 'charge point')} again")
        good &= told(ask(remote, remote.order(Restart.of(lost))))
    running = _running(folder, Supervisord(Path(yard.socket)), [str(entry["id"]) for entry in entries])
    missing = tuple(entry for entry in entries if entry["id"] not in running)
    if missing:
        narrate(f"starting {counted(len(missing), 'charge point')}")
        good &= told(ask(remote, remote.order(Start(missing))))
        _tell_of_pools(folder, Supervisord(Path(yard.socket)), [str(entry["id"]) for entry in missing])
    return Exit.DONE if good else Exit.FAILED


def _tell_of_pools(folder: Folder, supervisord: Supervisord, ids: Iterable[str]) -> None:
    pools = Pools(folder, supervisord)
    pools.find()
    homes = [pools.homes[station_id] for station_id in ids if station_id in pools.homes]
    if homes:
        names = sorted(set(homes))
        processes = "one process" if len(names) == 1 else f"{len(names)} processes"
        programs = ", ".join(map(pool_program, names))
        narrate(f"{counted(len(homes), 'charge point')} in {processes} ({programs}); --pool never gives each its own")


def _running(folder: Folder, supervisord: Supervisord, ids: Iterable[str]) -> set[str]:
    """Which of ``ids`` have a process, their own or that of a pool."""
    stored = [station_id for station_id in ids if folder.spec(station_id).exists()]
    pools = Pools(folder, supervisord)
    pools.find()
    names = {program_name(station_id): station_id for station_id in stored if station_id not in pools.homes}
    single = {names[name] for name, info in supervisord.infos(names).items() if info.alive}
    return single | {station_id for station_id, process in pools.look(stored).items() if process.pid}


def _tell(folder: Folder, yard: Yard) -> None:
    broker = Broker.parse(yard.broker).url + (" (started)" if yard.own_broker else " (was there)")
    supervisorctl = Path(sys.executable).with_name("supervisorctl")
    control = str(supervisorctl) if supervisorctl.exists() else f"{sys.executable} -m supervisor.supervisorctl"
    lines = {
        "broker": broker + (f", root {yard.root}" if yard.root != DEFAULT_ROOT else ""),
        "central system": yard.central_system,
        "TLS": f"on the same port; whom to trust: {folder.root_certificate}" if yard.tls else "",
        "HTTP": f"{yard.http} (documentation at {yard.http}/docs)" if yard.http else "",
        "state folder": str(folder.path),
        "logs": str(folder.logs),
        "processes": f"{control} -c {folder.supervisord_conf} status",
    }
    for name, text in lines.items():
        if text:
            say(f"{name:15} {text}")


def _open_tui(folder: Folder) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        narrate("no terminal here: the yard is up as with --headless")
        return Exit.DONE
    code = subprocess.run([sys.executable, "-m", "tui", "--state-dir", folder.path], check=False).returncode
    narrate("the yard goes on: `cp-simu tui` opens it again, `cp-simu down` ends it")
    return code


def _stay(folder: Folder, yard: Yard) -> int:
    """Wait for SIGINT or SIGTERM, then end the yard; or for the yard's own end."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    narrate("up; Ctrl+C ends it")
    socket = Path(yard.socket)
    code = Exit.DONE
    while not ended.wait(1.0):
        if not processes.supervisord_lives(folder):
            narrate("supervisord has ended")
            code = Exit.FAILED
            break
    with _locked(folder):
        take_down(folder, socket)
    return code
