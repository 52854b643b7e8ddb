"""Bringing a yard up: start what is missing, and wait until all of it works."""

from __future__ import annotations

import asyncio
import http.client
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiomqtt

from chargepoint.api.topics import RESERVED_IDS, Topics
from chargepoint.bus import Broker
from chargepoint.zygote.line import SOCKET, is_ready
from launcher.deaths import last_lines
from launcher.diagnostics import Failure, counted, narrate
from launcher.folder import Folder, Yard
from launcher.remote import Remote
from launcher.supervisord.client import ProcessState, Supervisord, SupervisordGone
from launcher.yard import processes
from launcher.yard.down import take_down
from launcher.yard.rendering import Plan, render

UP_TIMEOUT_S = 60.0
HTTP_TIMEOUT_S = 2.0
POLL_S = 0.1
LOG_LINES = 5
ZYGOTE = "zygote"
OPEN_FILES = 65_536
"""supervisord keeps three files open for each charge point."""


def end_leftovers(folder: Folder) -> list[str]:
    """End what runs on in ``folder`` after its supervisord was killed; returns the charge points among it."""
    left = processes.of_yard(folder)
    ids = [station_id for process in left for station_id in processes.charge_points_of(process, folder)]
    if left:
        narrate(f"ending {counted(len(left), 'process', 'es')} without a supervisord")
        processes.end_in_order(left)
    return ids


def bring_up(plan: Plan) -> Yard:
    """Bring up what ``plan`` says. Raises Failure when it does not come up, and ends what was started by then."""
    yard = Yard(
        broker=plan.broker_url,
        root=plan.root,
        central_system=plan.central_system,
        http=f"http://localhost:{plan.http_port}" if plan.http_port else "",
        socket=str(plan.socket),
        own_broker=bool(plan.broker_program),
        log_level=str(plan.log_level),
        pool=str(plan.pool),
        exposed=plan.exposed,
        tls=plan.tls,
    )
    with all_or_nothing(plan.folder, plan.socket):
        render(plan)
        yard.write(plan.folder)
        _start_supervisord(plan)
        _wait_until_up(plan.folder, yard)
    return yard


@contextmanager
def all_or_nothing(folder: Folder, socket: Path) -> Iterator[None]:
    """Whatever goes wrong inside, Ctrl+C included, takes the yard down."""
    try:
        yield
    except BaseException:
        # A second Ctrl+C would leave half a yard behind.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        take_down(folder, socket)
        raise


def revive(folder: Folder, yard: Yard) -> None:
    """Start those programs of a yard that is up which do not run. Raises Failure when they do not come up."""
    supervisord = Supervisord(Path(yard.socket))
    idle = [name for name, info in supervisord.infos(sorted(RESERVED_IDS)).items() if not info.alive]
    if idle:
        narrate(f"starting {', '.join(idle)} again")
        supervisord.batch([("startProcess", (name, False)) for name in idle])
    _wait_until_up(folder, yard)


def _start_supervisord(plan: Plan) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (room, hard))
    started = subprocess.run(
        [sys.executable, "-m", "supervisor.supervisord", "-c", plan.folder.supervisord_conf],
        cwd=plan.folder.path,
        env=os.environ | {processes.MARK: str(plan.folder.path), "PYTHONDONTWRITEBYTECODE": ""},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if started.returncode:
        said = started.stdout.decode(errors="replace").strip().splitlines()
        raise Failure(f"supervisord does not start: {said[0] if said else f'exit code {started.returncode}'}")


def _wait_until_up(folder: Folder, yard: Yard) -> None:
    supervisord = Supervisord(Path(yard.socket))
    remote = Remote(Broker.parse(yard.broker), Topics(yard.root))
    deadline = time.monotonic() + UP_TIMEOUT_S
    failed_at: dict[str, set[int]] = {}
    while time.monotonic() < deadline:
        all_run = _programs_run(folder, supervisord, failed_at)
        if all_run and _zygote_works(folder, yard) and _csms_works(yard) and asyncio.run(_launcher_works(remote)):
            return
        time.sleep(POLL_S)
    late = "zygote" if not _zygote_works(folder, yard) else "launcher" if _csms_works(yard) else "csms"
    raise Failure(f"the {late} does not work within {UP_TIMEOUT_S:.0f} s{_log_end(folder, late)}")


def _programs_run(folder: Folder, supervisord: Supervisord, failed_at: dict[str, set[int]]) -> bool:
    """Whether all of them have a process. Raises Failure when one has failed for good, or twice: once may be the
    end of something else."""
    try:
        infos = supervisord.infos(sorted(RESERVED_IDS - {ZYGOTE}))
    except SupervisordGone:
        if not processes.supervisord_lives(folder):
            raise Failure(f"supervisord has ended{_log_end(folder, 'supervisord')}") from None
        return False
    for name, info in infos.items():
        if info.state in (ProcessState.BACKOFF, ProcessState.FATAL):
            failed_at.setdefault(name, set()).add(info.started_at)
        if info.state is ProcessState.FATAL or len(failed_at.get(name, ())) > 1:
            raise Failure(f"the {name} does not start: {info.spawn_error}{_log_end(folder, name)}")
    return all(info.alive for info in infos.values())


def _csms_works(yard: Yard) -> bool:
    if not yard.http:
        return True
    parts = urlsplit(yard.http)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=HTTP_TIMEOUT_S)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _zygote_works(folder: Folder, yard: Yard) -> bool:
    """Whether it is warm, or there is none in this yard, or it failed: a yard can do without."""
    if is_ready(Path(yard.socket).with_name(SOCKET)):
        return True
    zygote = Supervisord(Path(yard.socket)).infos([ZYGOTE]).get(ZYGOTE)
    if zygote and zygote.state is ProcessState.FATAL:
        narrate(f"the zygote does not start: charge points are started one by one{_log_end(folder, ZYGOTE)}")
        return True
    return zygote is None


async def _launcher_works(remote: Remote) -> bool:
    try:
        return await remote.launcher_is_alive()
    except (aiomqtt.MqttError, Failure):
        return False


def _log_end(folder: Folder, program: str) -> str:
    lines = last_lines(folder.log(program), LOG_LINES)
    return "".join(f"\n  {line}" for line in [f"the end of {folder.log(program)}:", *lines]) if lines else ""
