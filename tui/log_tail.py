"""The end of a charge point's log, from the state folder of a yard on this machine; blocks, called in a thread."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_MOST_BYTES: Final = 128 * 1024
_MOST_BYTES_OF_MANY: Final = 2 * 1024 * 1024


def tail(folder: Path, station_id: str) -> tuple[str, ...]:
    """The last lines of the log of ``station_id`` in ``folder``; raises OSError without one."""
    own, pools = folder / f"{station_id}.log", sorted(folder.glob("pool+*.log"))
    if pools and not own.exists():
        # It shares a process, and with it a log: its lines are those that name it. They begin with their moments, by
        # which those come first that it said in a pool where it lived before.
        mine = [line for log in pools for line in _last(log, _MOST_BYTES_OF_MANY) if f" {station_id}: " in line]
        if mine:
            return tuple(sorted(mine, key=lambda line: line.split(" ", 1)[0]))
    return tuple(_last(own, _MOST_BYTES))


def _last(file: Path, most_bytes: int) -> list[str]:
    with file.open("rb") as log:
        size = log.seek(0, os.SEEK_END)
        log.seek(max(0, size - most_bytes))
        content = log.read()
    lines = content.decode("utf-8", "replace").splitlines()
    return lines[1:] if size > most_bytes else lines
