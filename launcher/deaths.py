"""Why a program does not run: what supervisord knows of it, and the end of its log."""

from __future__ import annotations

import os
from pathlib import Path

from launcher.supervisord.client import ProcessInfo, ProcessState

_TAIL_BYTES = 8192


def cause_of_death(info: ProcessInfo, log: Path) -> str:
    """Why it ended, in words; "" for an orderly end or a kill."""
    if info.alive:
        return ""
    if info.state in (ProcessState.FATAL, ProcessState.BACKOFF):
        return f"it cannot be started: {info.spawn_error}" + _its_log(log)
    return f"it ended with exit code {info.exit_status}" + _its_log(log) if info.exit_status > 0 else ""


def last_lines(log: Path, count: int) -> list[str]:
    """The last lines of ``log`` that say something; none when it cannot be read."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            content = file.read()
    except OSError:
        return []
    lines = [line.strip() for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-count:]


def _its_log(log: Path) -> str:
    lines = last_lines(log, 1)
    return f" ({lines[0]:.300})" if lines else ""
