"""The traces that every run leaves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.scenario.runs import KEPT

BOOT = "stations: L1\nsteps:\n  - start\n  - expect: {registration: Accepted}\n"


def cp_simu_run(home: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "launcher", "run", "--virtual", *map(str, words)]
    environment = {"XDG_STATE_HOME": str(home), "PYTHONPATH": ":".join(sys.path)}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)


@pytest.fixture
def boot(tmp_path: Path) -> Path:
    (tmp_path / "boot.yaml").write_text(BOOT)
    return tmp_path / "boot.yaml"


def test_a_run_leaves_its_traces_and_tells_where(boot: Path, tmp_path: Path) -> None:
    runs = tmp_path / "cp-simu" / "runs"
    runs.mkdir(parents=True)
    for number in range(KEPT + 2):
        (runs / f"20200101T00000{number % 10}-seed-{number}").mkdir()
    done = cp_simu_run(tmp_path, boot, boot, "--seed", 5)
    assert done.returncode == 0
    folder = Path(done.stdout.splitlines()[-1].removeprefix("traces: "))
    assert folder.parent == runs
    assert folder.name.endswith("-seed-5")
    assert sorted(file.name for file in folder.iterdir()) == ["boot-L1-2.jsonl", "boot-L1.jsonl"]
    record = json.loads((folder / "boot-L1.jsonl").read_text().splitlines()[0])
    assert (record["action"], record["meta"]["seed"]) == ("BootNotification", 5)
    assert len(list(runs.iterdir())) == KEPT


def test_who_says_where_has_them_there_and_nowhere_else(boot: Path, tmp_path: Path) -> None:
    done = cp_simu_run(tmp_path, boot, "--trace", tmp_path / "mine")
    assert "traces:" not in done.stdout
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["boot-L1.jsonl"]
    assert not (tmp_path / "cp-simu").exists()


def test_where_nothing_can_be_written_nothing_is_said_of_it(boot: Path) -> None:
    done = cp_simu_run(Path("/proc"), boot)
    assert (done.returncode, done.stderr) == (0, "")
    assert "traces:" not in done.stdout
