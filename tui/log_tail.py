"""The end of a charge point's log, from the state folder of a yard on this machine; blocks, called in a thread."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_MOST_BYTES: Final = 128 * 1024


def tail(folder: Path, station_id: str) -> tuple[str, ...]:
    """The last lines of the log of ``station_id`` in ``folder``; raises OSError without one."""
    with (folder / f"{station_id}.log").open("rb") as log:
        size = log.seek(0, os.SEEK_END)
        log.seek(max(0, size - _MOST_BYTES))
        content = log.read()
    lines = content.decode("utf-8", "replace").splitlines()
    return tuple(lines[1:] if size > _MOST_BYTES else lines)
