"""The processes of a yard, found by the mark that supervisord gives all its children."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from chargepoint.api.errors import InputError
from chargepoint.api.hosting import parse_roster
from chargepoint.api.topics import RESERVED_IDS
from launcher.fleet.programs import pool_of, program_name, station_id_of
from launcher.folder import Folder

MARK = "CP_SIMU_YARD"
"""The environment variable that holds the state folder in every process of a yard, and in no other."""

CHARGE_POINT = ["-m", "chargepoint"]

ORDER: Sequence[Callable[[str], bool]] = (
    lambda program: program in ("launcher", "zygote"),
    lambda program: program != "" and program not in RESERVED_IDS,
    lambda program: program in ("csms", "undertaker"),
    lambda program: program in ("broker", ""),
)
"""Which programs are ended together, and in what order; "" is supervisord."""

ORDERLY_S = 8.0
FORCED_S = 5.0
POLL_S = 0.05


def of_yard(folder: Folder) -> list[psutil.Process]:
    """The living processes of the yard in ``folder``, supervisord among them."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid != os.getpid() and process.environ().get(MARK) == str(folder.path) and _alive(process):
                found.append(process)
    return found


def program_of(process: psutil.Process) -> str:
    """The program that ``process`` is; "" for supervisord itself, and for what has ended meanwhile."""
    with contextlib.suppress(psutil.Error):
        words = process.cmdline()
        if words[1:3] == CHARGE_POINT:
            # Forked from the zygote, it shows the zygote's environment.
            return program_name(Path(words[words.index("--dir") + 1]).name)
        return process.environ().get("SUPERVISOR_PROCESS_NAME", "")
    return ""


def charge_point_of(process: psutil.Process) -> str | None:
    """The id of the charge point that ``process`` is."""
    program = program_of(process)
    return station_id_of(program) if program and program not in RESERVED_IDS and not pool_of(program) else None


def charge_points_of(process: psutil.Process, folder: Folder) -> list[str]:
    """The charge point that ``process`` is, or those that live in the pool that it is."""
    if pool := pool_of(program_of(process)):
        with contextlib.suppress(OSError, InputError):
            file = folder.roster(pool)
            return [each for each, up in parse_roster(file.read_bytes(), str(file)).items() if up]
    station_id = charge_point_of(process)
    return [station_id] if station_id else []


def supervisord_lives(folder: Folder) -> bool:
    """Whether the supervisord that wrote its pid into ``folder`` lives."""
    with contextlib.suppress(psutil.Error, OSError, ValueError):
        process = psutil.Process(int(folder.supervisord_pid.read_text()))
        return str(folder.supervisord_conf) in process.cmdline() and _alive(process)
    return False


def end_in_order(found: Sequence[psutil.Process]) -> None:
    """End processes of a yard one kind after the other: what could start others, the charge points, which have
    something to tell, those they tell it to, and the broker last."""
    programs = {process: program_of(process) for process in found}
    for wanted in ORDER:
        end([process for process, program in programs.items() if wanted(program)])


def end(processes: Sequence[psutil.Process], orderly_s: float = ORDERLY_S) -> None:
    """End all of ``processes`` at once: in good order, and with SIGKILL what is left after ``orderly_s``."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    for process in (left := _wait(processes, orderly_s)):
        with contextlib.suppress(psutil.Error):
            process.kill()
    _wait(left, FORCED_S)


def _wait(processes: Sequence[psutil.Process], timeout_s: float) -> list[psutil.Process]:
    """Those that still live after ``timeout_s``, sooner when none does."""
    deadline = time.monotonic() + timeout_s
    while (left := [process for process in processes if _alive(process)]) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    return left


def _alive(process: psutil.Process) -> bool:
    """Whether it runs: one that has ended and that its new parent has not noticed yet does not."""
    with contextlib.suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def listener(port: int) -> str:
    """Who listens on ``port``, for a message; "" when that cannot be told."""
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            address = connection.laddr
            if connection.status == psutil.CONN_LISTEN and address and address.port == port and connection.pid:
                return f" ({psutil.Process(connection.pid).name()}, pid {connection.pid})"
    return ""
