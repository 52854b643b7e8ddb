"""A whole charging session in the terminal UI, in a real terminal of 80x24, by keys alone.

A field that is entered is selected, so that typing replaces what stands in it.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from chargepoint.api.payloads import ConnectorState, Registration
from tests.support.ssh import SSHD, sshd
from tests.support.terminal import Terminal
from tests.support.waiting import eventually
from tests.support.yard import Yard


def remotely(command: Sequence[str]) -> str:
    """``command`` for a shell that was just logged into."""
    return f"cd {shlex.quote(str(Path.cwd()))} && exec {shlex.join(command)}"


pytestmark = pytest.mark.end_to_end


@pytest.mark.skipif(SSHD is None, reason="openssh-server is not installed")
def test_add_charge_limit_fault_kill_restart_save_remove_and_load_by_keys(yard: Yard, tmp_path: Path) -> None:
    """S0-10 .. S0-20 and S0-38, end to end and over SSH: everything of the original's window, from the keyboard."""
    setup = tmp_path / "saved.json"
    with sshd(tmp_path) as ssh, Terminal(ssh.command([remotely(yard.command("tui"))])) as terminal:
        terminal.wait_for("● launcher Alive", "No charge points yet")

        terminal.keys("a")
        terminal.wait_for("Add charge points", "None of this can be changed later", "Starts CP_1")
        terminal.type("bay-{1..3}")
        terminal.wait_for("Starts 3 charge points")
        terminal.keys("Enter")
        terminal.wait_for("3 Accepted", timeout_s=30)

        terminal.keys("g", "p")
        terminal.wait_for("Preparing")
        terminal.keys("t")
        terminal.wait_for("Id tag at bay-1 connector 1")
        terminal.type("ALICE")
        terminal.keys("Enter")
        terminal.wait_for("1 ► Charging", "16.0 A", "11.0 kW", "ALICE")
        assert yard.wait_for_state("bay-1", 1, ConnectorState.CHARGING).id_tag == "ALICE"

        assert yard.http.post("/setmaxvalue", content='{"id": "bay-1", "limit": 9}').is_success
        terminal.wait_for("9.0 A", "6.2 kW")

        terminal.keys("s")
        terminal.wait_for("SuspendedEV")
        terminal.keys("s")
        terminal.wait_for("1 ► Charging")

        terminal.keys("f")
        terminal.wait_for("Fault")
        terminal.keys("Enter")
        terminal.wait_for("Faulted", "OtherError")
        terminal.keys("f")
        terminal.wait_for("1 ► Charging")

        os.kill(yard.wait_for_status("bay-1", Registration.ACCEPTED).pid, signal.SIGKILL)
        terminal.wait_for("1 Dead")
        yard.wait_for_status("bay-1", Registration.DEAD)
        terminal.keys("x")
        terminal.wait_for("3 Accepted")

        terminal.keys("w")
        terminal.wait_for("Save")
        terminal.type(str(setup))
        terminal.keys("Enter")
        eventually(setup.exists, what="the setup file")
        saved = json.loads(setup.read_text())["charge_points"]
        assert [entry["id"] for entry in saved] == ["bay-1", "bay-2", "bay-3"]

        terminal.keys("d")
        terminal.wait_for("Remove bay-1?")
        terminal.keys("y")
        terminal.wait_for("2 charge points", timeout_s=20)

        terminal.keys("o")
        terminal.wait_for("Load")
        terminal.type(str(setup))
        terminal.wait_for("bay-1")
        terminal.keys("Enter")
        terminal.wait_for("3 Accepted", timeout_s=30)

        terminal.keys("q")
        eventually(lambda: terminal.ended, what="the screen closed")
    assert len(yard.charge_point_processes()) == 3
