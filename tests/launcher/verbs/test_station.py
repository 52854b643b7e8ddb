"""``cp-simu frames``, ``send``, ``configure`` and ``reboot`` on a yard that is up; a frame as a line."""

from __future__ import annotations

import json
import signal
import subprocess

import pytest

from chargepoint.api.dialogue import Dialogue
from chargepoint.api.payloads import Registration
from chargepoint.api.traffic import Direction, TracedFrame
from launcher.verbs.station import line
from tests.support.yard import Yard


def lines(*said: tuple[Direction, str, str | None]) -> list[str]:
    dialogue = Dialogue()
    return [
        line(dialogue.take(TracedFrame(f"2026-06-15T12:00:0{n}.000Z", *one)), colours=False)
        for n, one in enumerate(said)
    ]


def test_a_frame_is_a_line() -> None:
    assert lines(
        (Direction.OUT, '[2,"1","Heartbeat",{}]', None),
        (Direction.IN, '[3,"1",{"currentTime":5}]', "currentTime must be string"),
        (Direction.IN, '[2,"2","Dance",{}]', None),
        (Direction.OUT, '[4,"2","NotImplemented","never",{}]', None),
        (Direction.IN, "rub\x1b[2Jbish", "not JSON"),
    ) == [
        "12:00:00.000 → Heartbeat {}",
        '12:00:01.000 ← Heartbeat answered 1000 ms {"currentTime": 5} ! currentTime must be string',
        "12:00:02.000 ← Dance {}",
        "12:00:03.000 → Dance refused 1000 ms: NotImplemented never {}",
        "12:00:04.000 ← no frame rub\\x1b[2Jbish ! not JSON",
    ]


@pytest.mark.end_to_end
def test_orders_to_one_charge_point_from_the_command_line(yard: Yard) -> None:
    yard.start({"id": "CP1"})
    yard.wait_for_status("CP1", Registration.ACCEPTED)

    done = yard.cp_simu("configure", "CP1", "HeartbeatInterval", "3600")
    assert done.stdout == "CP1\tHeartbeatInterval\t3600\n"
    wrong = yard.cp_simu("configure", "CP1", "HeartbeatInterval", "often")
    assert (wrong.returncode, wrong.stderr) == (
        1,
        "cp-simu: CP1: refused: HeartbeatInterval: 'often' is not a whole number from 1\n",
    )

    answered = yard.cp_simu("send", "CP1", "Heartbeat")
    assert "currentTime" in json.loads(answered.stdout)
    assert yard.cp_simu("send", "CP1", "Heartbeat", "[]").returncode == 2
    assert "idTag" in yard.cp_simu("send", "CP1", "Authorize").stderr
    forced = yard.cp_simu("send", "CP1", "Authorize", "--force")
    assert (forced.returncode, forced.stdout) == (1, "")
    assert "CALLERROR" in forced.stderr

    with subprocess.Popen(
        yard.command("frames", "CP1", "--json"), env=yard.environment, stdout=subprocess.PIPE, text=True
    ) as following:
        assert following.stdout is not None
        first = TracedFrame.from_json(following.stdout.readline())
        assert json.loads(first.text)[2] == "BootNotification"
        assert yard.cp_simu("reboot", "CP1").returncode == 0
        boots = 0
        while boots < 1:
            boots += "BootNotification" in TracedFrame.from_json(following.stdout.readline()).text
        following.send_signal(signal.SIGINT)
        assert following.wait(10) == 130
    assert yard.cp_simu("reboot", "nobody").returncode == 1
