"""The launcher in a real yard: it comes and goes, and finds again what lives on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from chargepoint.api.payloads import Registration
from chargepoint.bus import Broker
from launcher.api.commands import Verdict
from tests.support.waiting import eventually
from tests.support.yard import Yard, order

pytestmark = pytest.mark.end_to_end

START_LINES = [
    "OCPP charge point simulator launcher",
    "Connecting to the broker (tcp://localhost:1883)...",
    "Subscribing to simulated charge point's topics...",
    "Subscribing to launcher's command topic...",
    "Ready!",
]


# The program itself


def test_the_launcher_prints_the_lines_of_the_original_and_ctrl_c_makes_it_dead(
    shared_yard: Yard, tmp_path: Path
) -> None:
    """S0-05, S0-06: run by hand, beside the other one, under a root of its own."""
    words = ["service", "--broker", shared_yard.broker, "--root", "by/hand"]
    command = [*shared_yard.command(*words)[:-1], str(tmp_path)]
    status = "by/hand/launcher/status"
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=shared_yard.environment, text=True) as launcher:
        assert launcher.stdout is not None
        lines = [launcher.stdout.readline().rstrip() for _ in START_LINES]
        eventually(lambda: retained_at_root(shared_yard, status) == b"Alive", what="Alive")
        launcher.send_signal(signal.SIGINT)
        assert launcher.wait(10) == 0
    assert lines == [line.replace("1883", str(shared_yard.broker_port)) for line in START_LINES]
    assert retained_at_root(shared_yard, status) == b"Dead"


def test_the_default_broker_is_told_as_the_original_tells_it() -> None:
    """S0-05."""
    assert f"Connecting to the broker ({Broker.parse('mqtt://localhost').tcp_url})..." == START_LINES[1]


def retained_at_root(yard: Yard, topic: str) -> bytes:
    done = subprocess.run(
        ["mosquitto_sub", "-p", str(yard.broker_port), "-t", topic, "-C", "1", "-W", "2", "--retained-only"],
        capture_output=True,
        check=False,
    )
    return done.stdout.strip()


def test_the_launchers_status_is_plain_text(shared_yard: Yard) -> None:
    """S0-24."""
    assert shared_yard.retained("launcher/status") == {"cp_simu/launcher/status": b"Alive"}


# Bad days


def test_a_killed_launcher_is_dead_at_once_and_charge_points_go_on(yard: Yard) -> None:
    """S0-07, S0-08, S0-23, defect 5: a charge point holds nothing of the launcher's."""
    yard.start({"id": "CP1"}, {"id": "CP2"})
    pids = {each: yard.wait_for_status(each, Registration.ACCEPTED).pid for each in ("CP1", "CP2")}
    kill_launcher(yard)
    assert {each: yard.pid_of_program(each) for each in pids} == pids
    assert yard.http.get("/charge-points", params={"connected": True}).json()[0]["id"] == "CP1"
    assert yard.verdicts(order("start", "CP1")) == ["refused"]
    assert yard.verdicts(order("kill", "CP1")) == ["killed"]
    assert yard.verdicts(order("remove", "CP2")) == ["removed"]
    assert not yard.charge_point_processes()


def kill_launcher(yard: Yard) -> None:
    """Cut it down, see the broker publish its will, and wait until supervisord has brought it back."""
    topic = yard.topics.launcher("status")
    before = len(yard.ear.said)
    os.kill(yard.pid_of_program("launcher"), signal.SIGKILL)

    def said() -> list[bytes]:
        return [payload for said, payload in yard.ear.said[before:] if said == topic]

    eventually(lambda: b"Dead" in said(), what="the will")
    eventually(lambda: b"Alive" in said() and said()[-1] == b"Alive", what="the launcher back")


def test_close_ends_the_launcher_alone_and_up_brings_it_back(yard: Yard) -> None:
    """S0-07, S0-08."""
    yard.start({"id": "CP1"})
    pid = yard.wait_for_status("CP1", Registration.ACCEPTED).pid
    answer = yard.ask({"type": "close"})
    assert answer.result is Verdict.CLOSED
    eventually(lambda: yard.launcher_status == "Dead")
    eventually(lambda: not yard.pid_of_program("launcher"))
    assert yard.cp_simu("kill", "CP1").returncode == 3
    yard.up()
    assert yard.launcher_status == "Alive"
    assert yard.pid_of_program("CP1") == pid
    assert yard.verdicts(order("kill", "CP1")) == ["killed"]


def test_a_launcher_killed_in_the_midst_of_a_start_and_a_removal_finds_everything_again(yard: Yard) -> None:
    ids = [f"CP{number}" for number in range(12)]
    yard.publish_command(order("start", *ids))
    eventually(lambda: len(yard.charge_point_processes()) >= 3, what="some up")
    kill_launcher(yard)
    for station_id in filter(lambda each: yard.folder.spec(each).exists(), ids):
        topic = yard.topics.station(station_id, "status")
        eventually(lambda: topic in yard.ear.heard, what=topic)  # noqa: B023
    assert yard.verdicts(order("restart", *ids)) == ["restarted"] * 12
    assert len(yard.charge_point_processes()) == 12
    yard.publish_command(order("remove", *ids))
    # They go together, so that their graves may be empty again by the next look.
    eventually(lambda: not all(yard.folder.charge_point(each).exists() for each in ids), what="the removal under way")
    kill_launcher(yard)
    left = [each for each in ids if yard.folder.charge_point(each).exists()]
    if left:
        assert set(yard.verdicts(order("remove", *left))) == {"removed"}
    eventually(lambda: not yard.retained("cps/#"), what="nothing retained")
    assert not yard.charge_point_processes()


def test_after_a_broker_restart_the_launcher_is_alive_again_and_obeys(yard: Yard) -> None:
    """Defect 1: nothing is dead that lives, and a kill is not ignored."""
    yard.start({"id": "CP1"})
    yard.wait_for_status("CP1", Registration.ACCEPTED)
    os.kill(yard.pid_of_program("broker"), signal.SIGKILL)
    yard.forget()
    eventually(lambda: yard.launcher_status == "Alive", 30, what="the launcher back")
    yard.wait_for_status("CP1", Registration.ACCEPTED, 30)
    assert yard.verdicts(order("kill", "CP1")) == ["killed"]
    assert not yard.charge_point_processes()


def test_without_supervisord_commands_fail_with_a_reason(yard: Yard) -> None:
    yard.start({"id": "CP1"})
    os.kill(yard.supervisord_pid, signal.SIGKILL)
    [entry] = yard.ask(order("kill", "CP1")).results
    assert entry.result is Verdict.FAILED
    assert "cp-simu up" in entry.reason


def test_the_yards_processes_are_not_shells(shared_yard: Yard) -> None:
    """Defect 6: no program is started by way of a shell."""
    yard = shared_yard
    yard.start({"id": "CP:1=@.x"})
    assert yard.pid_of_program("CP~1=@.x")
    assert yard.wait_for_status("CP:1=@.x", Registration.ACCEPTED)
    parents = {process.ppid() for process in yard.processes() if process.pid != yard.supervisord_pid}
    assert parents == {yard.supervisord_pid}
    assert json.loads(yard.folder.spec("CP:1=@.x").read_text())["id"] == "CP:1=@.x"
