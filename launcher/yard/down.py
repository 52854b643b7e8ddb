"""Taking a yard down: everything it started, nothing else."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterable
from pathlib import Path

from launcher.folder import Folder
from launcher.supervisord.client import Call, Supervisord, SupervisordGone
from launcher.yard import processes

STOP_TIMEOUT_S = 35.0
"""Longer than the stopwaitsecs of any program: supervisord kills what does not end by itself."""

SHUTDOWN_TIMEOUT_S = 10.0


def take_down(folder: Folder, socket: Path) -> int:
    """End the yard in ``folder``; returns how many processes it had. Whatever supervisord cannot end, or does not
    because it was killed itself, is found by its mark."""
    found = processes.of_yard(folder)
    with contextlib.suppress(SupervisordGone):
        _by_supervisord(Supervisord(socket))
        _wait_for_end(folder)
    processes.end_in_order(processes.of_yard(folder))
    for file in (folder.yard_file, folder.supervisord_pid, socket):
        file.unlink(missing_ok=True)
    if socket.parent != folder.path:
        _remove_outside(socket.parent)
    return len(found)


def _remove_outside(runtime: Path) -> None:
    """The folder that sockets are in when the state folder's path is too long for them."""
    for left in runtime.glob("*.sock"):
        left.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # What somebody else put there stays.
        runtime.rmdir()


def _by_supervisord(supervisord: Supervisord) -> None:
    alive = {name for name, info in supervisord.all_infos().items() if info.alive}
    # supervisord's own shutdown ends one program after the other, up to a second each; so all are ended before.
    for wanted in processes.ORDER:
        _stop(supervisord, [name for name in alive if wanted(name)])
    supervisord.one("shutdown")


def _stop(supervisord: Supervisord, names: Collection[str]) -> None:
    calls: list[Call] = [("stopProcess", (name, False)) for name in names]
    supervisord.batch(calls)
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while (names := _alive(supervisord, names)) and time.monotonic() < deadline:
        time.sleep(0.1)


def _alive(supervisord: Supervisord, names: Iterable[str]) -> list[str]:
    return [name for name, info in supervisord.infos(names).items() if info.alive]


def _wait_for_end(folder: Folder) -> None:
    deadline = time.monotonic() + SHUTDOWN_TIMEOUT_S
    while processes.of_yard(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
