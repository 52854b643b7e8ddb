"""The processes of a yard, found by the mark that supervisord gives all its children."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

import psutil

from launcher.folder import Folder

MARK = "CP_SIMU_YARD"
"""The environment variable that holds the state folder in every process of a yard, and in no other."""

ORDERLY_S = 8.0
FORCED_S = 5.0


def of_yard(folder: Folder) -> list[psutil.Process]:
    """The living processes of the yard in ``folder``, supervisord among them."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid == os.getpid() or process.environ().get(MARK) != str(folder.path):
                continue
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def charge_point_of(process: psutil.Process) -> str | None:
    """The id of the charge point that ``process`` is."""
    with contextlib.suppress(psutil.Error):
        words = process.cmdline()
        if "chargepoint" in words and "--dir" in words[:-1]:
            return Path(words[words.index("--dir") + 1]).name
    return None


def supervisord_lives(folder: Folder) -> bool:
    """Whether the supervisord that wrote its pid into ``folder`` lives."""
    with contextlib.suppress(psutil.Error, OSError, ValueError):
        process = psutil.Process(int(folder.supervisord_pid.read_text()))
        return str(folder.supervisord_conf) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
    return False


def end(processes: Sequence[psutil.Process], orderly_s: float = ORDERLY_S) -> None:
    """End all of ``processes`` at once: in good order, and with SIGKILL what is left after ``orderly_s``."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    _, left = psutil.wait_procs(processes, orderly_s)
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(left, FORCED_S)


def listener(port: int) -> str:
    """Who listens on ``port``, for a message; "" when that cannot be told."""
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            address = connection.laddr
            if connection.status == psutil.CONN_LISTEN and address and address.port == port and connection.pid:
                return f" ({psutil.Process(connection.pid).name()}, pid {connection.pid})"
    return ""
