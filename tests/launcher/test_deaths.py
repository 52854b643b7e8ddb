"""Why a program does not run."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.deaths import cause_of_death, last_lines
from launcher.supervisord.client import ProcessInfo, ProcessState


@pytest.mark.parametrize(
    ("info", "cause"),
    [
        (ProcessInfo("A", ProcessState.RUNNING, pid=5), ""),
        (ProcessInfo("A", ProcessState.STOPPED), ""),
        (ProcessInfo("A", ProcessState.EXITED, exit_status=0), ""),
        (ProcessInfo("A", ProcessState.EXITED, exit_status=-1), ""),
        (ProcessInfo("A", ProcessState.EXITED, exit_status=2), "it ended with exit code 2 (the last line)"),
        (
            ProcessInfo("A", ProcessState.FATAL, spawn_error="can't find command"),
            "it cannot be started: can't find command (the last line)",
        ),
    ],
)
def test_only_what_is_neither_orderly_nor_a_kill_has_a_cause(tmp_path: Path, info: ProcessInfo, cause: str) -> None:
    log = tmp_path / "A.log"
    log.write_text("the first line\nthe last line\n\n")
    assert cause_of_death(info, log) == cause


def test_a_cause_needs_no_log(tmp_path: Path) -> None:
    info = ProcessInfo("A", ProcessState.EXITED, exit_status=2)
    assert cause_of_death(info, tmp_path / "none.log") == "it ended with exit code 2"


def test_the_last_lines_of_a_long_log(tmp_path: Path) -> None:
    log = tmp_path / "A.log"
    log.write_bytes(b"x" * 100_000 + b"\n" + "ü\xff\n".encode("latin-1") + b"one\n  \ntwo\n")
    assert last_lines(log, 2) == ["one", "two"]
