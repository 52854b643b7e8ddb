"""The screen of one charge point on a real yard, in a real terminal of 80x24, by keys alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chargepoint.api.payloads import Registration
from chargepoint.api.traffic import TracedFrame
from tests.support.terminal import Terminal
from tests.support.waiting import eventually
from tests.support.yard import Yard

pytestmark = pytest.mark.end_to_end


def test_watch_send_configure_limit_reboot_and_kill_by_keys(yard: Yard, tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    yard.start({"id": "bay-1"})
    yard.wait_for_status("bay-1", Registration.ACCEPTED)
    with Terminal(yard.command("tui")) as terminal:
        terminal.wait_for("1 Accepted")
        terminal.keys("Enter")
        terminal.wait_for("▐1 Overview▌", "connector 1 ○ Available")

        terminal.keys("2")
        terminal.wait_for("→ BootNotification", "→ StatusNotification", "✓ as the schema wants it")
        terminal.keys("m")
        terminal.wait_for("Send from bay-1")
        terminal.keys("C-s")
        terminal.wait_for("→ Heartbeat", "bay-1 was answered", "currentTime")
        terminal.keys("w")
        terminal.wait_for("Save the traffic")
        terminal.type(str(trace))
        terminal.keys("Enter")
        eventually(trace.exists, what="the trace")
        frames = [TracedFrame.from_json(line) for line in trace.read_text().splitlines()]
        assert json.loads(frames[0].text)[2] == "BootNotification"

        terminal.keys("3")
        terminal.wait_for("AllowOfflineTxForUnknownId")
        terminal.keys("/")
        terminal.wait_for("words to look for")
        terminal.type("connectiontimeout")
        terminal.wait_for("▌  ConnectionTimeOut")
        terminal.keys("Enter")
        terminal.wait_for("/connect")
        terminal.keys("Enter")
        terminal.wait_for("ConnectionTimeOut of bay-1")
        terminal.type("never")
        terminal.keys("Enter")
        terminal.wait_for("bay-1 refused", "is not a whole")
        terminal.keys("Enter")
        terminal.wait_for("ConnectionTimeOut of bay-1")
        terminal.type("77")
        terminal.keys("Enter")
        terminal.wait_for("configure done", " 77 ")
        assert yard.cp_simu("configure", "bay-1", "ConnectionTimeOut", "88").returncode == 0
        terminal.wait_for(" 88 ")
        terminal.keys("Escape")
        terminal.wait_for("AllowOfflineTxForUnknownId")

        terminal.keys("p", "t")
        terminal.wait_for("Id tag at bay-1 connector 1")
        terminal.type("ALICE")
        terminal.keys("Enter")
        terminal.wait_for("[1►]")
        terminal.keys("1")
        terminal.wait_for("1 ► Charging", "11.0 kW", "limit 32.0 A")
        assert yard.http.post("/setmaxvalue", content='{"id": "bay-1", "limit": 9}').is_success
        terminal.wait_for("6.2 kW", "limit 9.0 A")
        terminal.keys("4")
        terminal.wait_for("ChargePointMaxProfile", "What connector 1 may draw", "9.0 A", "UTC")
        terminal.keys("5")
        terminal.wait_for("Authorization cache  1 id tag", "alice")

        terminal.keys("B", "2")
        terminal.wait_for("→ StopTransaction")
        terminal.keys("/")
        terminal.wait_for("words to look for")
        terminal.type("powerloss")
        terminal.wait_for("→ StopTransaction", '"PowerLoss"')
        terminal.keys("Enter")
        terminal.wait_for("/powerlo")
        terminal.keys("Escape")
        terminal.wait_for("→ BootNotification")
        terminal.keys("7")
        terminal.wait_for("transaction stops: PowerLoss")

        yard.cp_simu("kill", "bay-1")
        terminal.wait_for("✕ Dead")
        terminal.keys("6")
        terminal.wait_for("bay-1 is Dead")
        terminal.keys("x")
        terminal.wait_for("● Accepted", "The queue is empty", timeout_s=30)
        terminal.keys("q")
        terminal.wait_for("charge points", "1 of 1")
        terminal.keys("q")
        eventually(lambda: terminal.ended, what="the screen closed")
