"""The commands of ``cp-simu`` on a yard that is up: exit codes, data on stdout, what is wrong on stderr."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from chargepoint.api.payloads import ConnectorState, Registration
from tests.support.waiting import eventually
from tests.support.yard import Yard

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def peopled(shared_yard: Yard) -> Yard:
    """A yard with an AC charge point ``depot-1`` of two connectors and a DC one, ``hpc-1``."""
    shared_yard.start(
        {"id": "depot-1", "nb_connectors": 2, "max_setpoint": 63, "max_setpoint_per_connector": 20},
        {"id": "hpc-1", "type": "DC", "max_setpoint": 150_000},
    )
    for station_id in ("depot-1", "hpc-1"):
        shared_yard.wait_for_status(station_id, Registration.ACCEPTED)
    return shared_yard


def failed(yard: Yard, code: int, *words: object) -> str:
    """The command ends with ``code`` and one line on stderr, which is returned."""
    done = yard.cp_simu(*words)
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith("cp-simu: ")
    assert "Traceback" not in done.stderr
    return done.stderr


# Fleet


def test_a_setup_is_started_and_told_line_by_line(peopled: Yard, tmp_path: Path) -> None:
    setup = tmp_path / "setup.json"
    setup.write_text(json.dumps([{"id": "extra-1"}, {"id": "depot-1"}]))
    done = peopled.cp_simu("start", setup)
    assert done.returncode == 1
    assert done.stdout == "extra-1\tstarted\n"
    assert done.stderr == "cp-simu: depot-1: refused: it is running already: restart it, or kill it first\n"
    setup.write_text(json.dumps([{"id": "extra-2", "nb_connectors": 0}]))
    assert "charge_points[0].nb_connectors: 0 is not" in failed(peopled, 2, "start", setup)
    assert "No such file" in failed(peopled, 1, "start", tmp_path / "none.json")


def test_ids_may_be_globs(peopled: Yard) -> None:
    peopled.start({"id": "glob-1"}, {"id": "glob-2"})
    done = peopled.cp_simu("kill", "glob-*")
    assert (done.returncode, done.stdout) == (0, "glob-1\tkilled\nglob-2\tkilled\n")
    assert peopled.cp_simu("restart", "glob-1").stdout == "glob-1\trestarted\n"
    assert peopled.cp_simu("remove", "glob-?").returncode == 0
    assert peopled.retained("cps/glob-1/#") == peopled.retained("cps/glob-2/#") == {}
    assert "'glob-*' is not the pattern of any charge point here" in failed(peopled, 2, "kill", "glob-*")
    assert "nobody: refused: id: 'nobody' is not" in failed(peopled, 1, "kill", "nobody")


def test_status_tells_what_is_up_and_how_every_charge_point_is(peopled: Yard) -> None:
    done = peopled.cp_simu("status")
    assert done.returncode == 0
    [line] = [line for line in done.stdout.splitlines() if line.startswith("depot-1")]
    assert "Accepted" in line
    assert "RUNNING" in line
    told = json.loads(peopled.cp_simu("status", "--json").stdout)
    assert told["broker"] == peopled.broker
    assert told["launcher"] == "Alive"
    assert told["central_system"] == peopled.central_system
    assert told["programs"]["csms"] == "RUNNING"
    [station] = [each for each in told["charge_points"] if each["id"] == "hpc-1"]
    assert (station["status"], station["process"], station["type"]) == ("Accepted", "RUNNING", "DC")
    assert station["pid"] == peopled.pid_of_program("hpc-1")
    assert station["connectors"]["1"]["status"] == "Available"


# Connectors


def test_a_whole_session_from_the_command_line(peopled: Yard) -> None:
    yard = peopled
    done = yard.cp_simu("plug", "depot-1", "1", "--cable", "16", "--l1", "10", "--l2", "9", "--l3", "8")
    assert (done.returncode, done.stdout) == (0, "depot-1\t1\tPreparing\n")
    told = yard.connector("depot-1", 1)
    assert (told.car_cable_capacity, told.car_consumption_l3) == (16.0, 8.0)
    assert yard.cp_simu("tap", "depot-1", "1", "TAG").returncode == 0
    yard.wait_for_state("depot-1", 1, ConnectorState.CHARGING)
    assert yard.cp_simu("suspend", "depot-1", "1").returncode == 0
    yard.wait_for_state("depot-1", 1, ConnectorState.SUSPENDED_EV)
    assert yard.cp_simu("resume", "depot-1", "1").returncode == 0
    yard.wait_for_state("depot-1", 1, ConnectorState.CHARGING)
    assert yard.cp_simu("tap", "depot-1", "1", "TAG").returncode == 0
    yard.wait_for_state("depot-1", 1, ConnectorState.FINISHING)
    assert yard.cp_simu("unplug", "depot-1", "1").returncode == 0
    yard.wait_for_state("depot-1", 1, ConnectorState.AVAILABLE)


def test_a_cable_without_a_size_limits_nothing(peopled: Yard) -> None:
    assert peopled.cp_simu("plug", "hpc-1", "1").returncode == 0
    assert peopled.connector("hpc-1", 1).car_cable_capacity == 150_000.0
    assert peopled.cp_simu("plug", "hpc-1", "1").returncode == 0, "once more changes nothing, and is done"
    assert peopled.cp_simu("unplug", "hpc-1", "1").returncode == 0


def test_a_fault_appears_and_is_gone(peopled: Yard) -> None:
    assert peopled.cp_simu("fault", "depot-1", "2", "--code", "GroundFailure").returncode == 0
    assert peopled.connector("depot-1", 2).error_code == "GroundFailure"
    peopled.wait_for_state("depot-1", 2, ConnectorState.FAULTED)
    assert peopled.cp_simu("fault", "depot-1", "2", "--clear").returncode == 0
    peopled.wait_for_state("depot-1", 2, ConnectorState.AVAILABLE)
    assert peopled.cp_simu("fault", "depot-1", "0").returncode == 0
    peopled.wait_for_connector("depot-1", 1, lambda told: told.error_code == "OtherError")
    assert peopled.cp_simu("fault", "depot-1", "0", "--clear").returncode == 0


def test_what_is_not_there_or_dead_is_refused_with_a_reason(peopled: Yard) -> None:
    peopled.start({"id": "mortal"})
    peopled.cp_simu("kill", "mortal")
    assert "mortal is Dead: `cp-simu restart mortal`" in failed(peopled, 1, "plug", "mortal", "1")
    assert "there is no charge point nobody" in failed(peopled, 1, "tap", "nobody", "1", "TAG")
    assert "depot-1 has no connector 3; it has 1, 2" in failed(peopled, 1, "unplug", "depot-1", "3")


def test_what_the_charge_point_refuses_is_told(peopled: Yard) -> None:
    peopled.cp_simu("fault", "depot-1", "2")
    said = failed(peopled, 1, "tap", "depot-1", "2", "TAG")
    assert said == "cp-simu: depot-1 connector 2: refused: the connector is out of service\n"
    peopled.cp_simu("fault", "depot-1", "2", "--clear")


# Usage


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([], "there is no command"),
        (["explode"], "there is no command 'explode'"),
        (["strt"], "there is no command 'strt' (did you mean start or restart?)"),
        (["up", "--count", "many"], "'many' is not a number of charge points from 0 to 10000"),
        (["up", "--csms-port", "0"], "'0' is not a port from 1 to 65535"),
        (["kill"], "ID"),
        (["kill", "A", "--all"], "not allowed with argument"),
        (["plug", "A", "0"], "'0' is not a connector from 1 to 9999"),
        (["plug", "A", "1", "--cable", "thick"], "'thick' is not a number from 0 to 1e+07"),
        (["plug", "A", "1", "--cable", "nan"], "'nan' is not a number from 0"),
        (["plug", "A", "1", "--l1", "-3"], "'-3' is not a number from 0"),
        (["plug", "a b", "1"], "ID: 'a b' is not an id"),
        (["tap", "A", "1", "x" * 21], "is not a text of 1 to 20 printable characters"),
        (["fault", "A", "1", "--code", "Tired"], "invalid choice: 'Tired'"),
        (["status", "--broker", "http://x"], "broker: 'http://x' is not a broker URL"),
        (["status", "--broker", "mqtt://x", "--root", "a#"], "root: 'a#' is not a topic"),
    ],
)
def test_wrong_usage_is_told_in_a_line_with_exit_code_2(tmp_path: Path, words: list[str], wanted: str) -> None:
    done = Yard(tmp_path).cp_simu(*words)
    assert done.returncode == 2, done.stderr
    assert wanted in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    "words", [["status"], ["kill", "A"], ["kill", "--all"], ["plug", "A", "1"], ["tap", "A", "1", "T"]]
)
def test_without_a_yard_the_exit_code_is_3(tmp_path: Path, words: list[str]) -> None:
    yard = Yard(tmp_path / "nothing")
    yard.environment["CP_SIMU_BROKER"] = yard.broker
    assert "cp-simu up" in failed(yard, 3, *words)
    assert not yard.folder.path.exists()


def test_every_command_has_a_help_that_teaches(tmp_path: Path) -> None:
    yard = Yard(tmp_path)
    done = subprocess.run([*yard.command()[:3], "--help"], capture_output=True, text=True, check=True)
    told = {line.split()[0] for line in done.stdout.splitlines() if line.startswith("    ")}
    assert {"up", "down", "status", "tui", "start", "kill", "restart", "remove"} <= told
    assert {"plug", "unplug", "suspend", "resume", "tap", "fault", "csms", "chargepoint"} <= told
    assert "A first session" in done.stdout
    helped = subprocess.run([*yard.command()[:3], "plug", "--help"], capture_output=True, text=True, check=True)
    assert "--cable" in helped.stdout
    version = subprocess.run([*yard.command()[:3], "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.startswith("cp-simu ")


@pytest.mark.parametrize("program", ["csms", "chargepoint", "tui"])
def test_the_programs_are_started_with_their_own_options(tmp_path: Path, program: str) -> None:
    """S0-01: each of them also by itself."""
    words = [*Yard(tmp_path).command()[:3], program, "--help"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert program in done.stdout
    assert "--state-dir DIR         the yard's folder" not in done.stdout or program == "tui"


def test_ctrl_c_is_quiet(peopled: Yard) -> None:
    frozen = psutil.Process(peopled.pid_of_program("hpc-1"))
    words = peopled.command("plug", "hpc-1", "1", "--cable", "5000")
    frozen.suspend()
    with subprocess.Popen(words, env=peopled.environment, stderr=subprocess.PIPE, text=True) as waiting:
        topic = peopled.topics.connector("hpc-1", 1, "car")
        before = len(peopled.ear.said)
        eventually(lambda: any(said == topic for said, _ in peopled.ear.said[before:]), what="the command sent")
        waiting.send_signal(signal.SIGINT)
        assert waiting.wait(10) == 130
        assert waiting.stderr is not None
        assert waiting.stderr.read() == ""
    frozen.resume()


def test_a_reader_that_has_gone_is_no_error(peopled: Yard) -> None:
    read, write = os.pipe()
    os.close(read)
    words = peopled.command("status")
    done = subprocess.run(
        words, env=peopled.environment, stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
