"""What the screen makes of charge points that share a process."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from chargepoint.api.payloads import ChargePointStatus, Registration
from chargepoint.api.spec import parse_spec
from chargepoint.api.topics import Topics
from launcher.api.commands import Restart
from tui.log_tail import tail
from tui.processes import Processes
from tui.state.fleet import Fleet
from tui.state.progress import Errand

STATUS = ChargePointStatus.of(
    parse_spec({"id": "CP1", "central_system": "ws://csms.test"}),
    Registration.ACCEPTED,
    pid=7,
    started_at="2026-01-01T00:00:00.000Z",
    pool="1",
)


def test_the_log_of_one_in_a_pool_is_those_lines_of_the_pools_log_that_name_it(tmp_path: Path) -> None:
    lines = ["t INFO    CP1: one", "t INFO    CP11: other", "t INFO    pool+1: it", "t INFO    CP1: two"]
    (tmp_path / "pool+1.log").write_text("\n".join(lines))
    assert tail(tmp_path, "CP1") == (lines[0], lines[3])
    (tmp_path / "CP2.log").write_text("its own\n")
    assert tail(tmp_path, "CP2") == ("its own",)


def test_what_a_pool_costs_is_told_of_each_that_lives_in_it() -> None:
    pool = subprocess.Popen([sys.executable, "-m", "chargepoint.pool"], stdin=subprocess.PIPE)
    try:
        found = Processes().look([("CP1", pool.pid), ("CP2", pool.pid), ("CP3", os.getpid())])
    finally:
        pool.kill()
        pool.wait()
    assert found.keys() == {"CP1", "CP2"}
    assert found["CP1"] == found["CP2"]
    assert found["CP1"].memory_bytes > 0


def test_a_restart_is_done_when_another_life_has_begun_in_the_same_process() -> None:
    fleet = Fleet(Topics())
    topic = Topics().station("CP1", "status")
    fleet.apply(topic, STATUS.to_json())
    errand = Errand.of(Restart.of(["CP1"]), fleet)
    assert errand is not None
    assert not errand.progress(fleet).over
    fleet.apply(topic, replace(STATUS, started_at="2026-01-01T00:01:00.000Z").to_json())
    assert errand.progress(fleet).over
