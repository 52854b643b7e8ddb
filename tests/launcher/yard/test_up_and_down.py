"""``cp-simu up`` and ``down`` for real."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from chargepoint.api.payloads import Registration
from launcher.yard import processes
from tests.support.ports import free_port
from tests.support.waiting import eventually
from tests.support.yard import Yard

pytestmark = pytest.mark.end_to_end


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port where something listens that is no MQTT broker: it hangs up on everybody."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", free_port()))
        listening.listen()
        yield listening.getsockname()[1]


def test_up_tells_what_it_started_and_where_and_down_ends_all_of_it(empty_yard: Yard) -> None:
    yard = empty_yard
    done = yard.up("--count", "2")
    for told in (
        f"mqtt://localhost:{yard.broker_port} (started)",
        yard.central_system,
        f"http://localhost:{yard.http_port}/docs",
        str(yard.folder.path),
        str(yard.folder.logs),
        f"-c {yard.folder.supervisord_conf} status",
    ):
        assert told in done.stdout
    assert yard.launcher_status == "Alive"
    assert yard.http.get("/health").json()["status"] == "ok"
    for station_id in ("simu_cp_001", "simu_cp_002"):
        yard.wait_for_status(station_id, Registration.ACCEPTED)
    assert {yard.folder.path.stat().st_mode & 0o777, yard.folder.yard_file.stat().st_mode & 0o077} == {0o700, 0}
    down = yard.cp_simu("down")
    assert down.returncode == 0
    assert yard.processes() == []
    assert not yard.folder.yard_file.exists()
    again = yard.cp_simu("down")
    assert (again.returncode, again.stderr) == (0, f"cp-simu: no yard is up in {yard.folder.path}\n")


def test_who_shares_a_process_is_told_so(empty_yard: Yard) -> None:
    """`supervisorctl status` then has no program of their names."""
    done = empty_yard.up("--count", "3", "--pool", "always")
    assert "cp-simu: 3 charge points in " in done.stderr
    assert "pool+1" in done.stderr
    assert "--pool never gives each its own" in done.stderr
    empty_yard.cp_simu("down")


def test_supervisorctl_works_on_every_charge_point_by_its_id(empty_yard: Yard) -> None:
    yard = empty_yard
    yard.up("--count", "1")
    assert "RUNNING" in yard.supervisorctl("status", "simu_cp_001").stdout
    assert "stopped" in yard.supervisorctl("stop", "simu_cp_001").stdout
    yard.wait_for_status("simu_cp_001", Registration.DEAD)
    assert "started" in yard.supervisorctl("start", "simu_cp_001").stdout
    yard.wait_for_status("simu_cp_001", Registration.ACCEPTED)
    assert "connected to" in yard.supervisorctl("tail", "simu_cp_001").stdout
    assert "started" in yard.supervisorctl("restart", "simu_cp_001").stdout
    assert "signalled" in yard.supervisorctl("signal", "KILL", "simu_cp_001").stdout
    yard.wait_for_status("simu_cp_001", Registration.DEAD)
    assert "No config updates" in yard.supervisorctl("reread").stdout


def test_up_on_a_yard_that_is_up_starts_what_is_missing(yard: Yard) -> None:
    os.kill(yard.pid_of_program("csms"), signal.SIGTERM)
    csms, supervisord = yard.pid_of_program("csms"), yard.supervisord_pid
    yard.supervisorctl("stop", "launcher", "csms")
    done = yard.up("--count", "1")
    assert "starting csms, launcher again" in done.stderr
    assert yard.supervisord_pid == supervisord
    assert yard.pid_of_program("csms") not in (0, csms)
    pid = yard.wait_for_status("simu_cp_001", Registration.ACCEPTED).pid
    yard.up("--count", "1")
    assert yard.pid_of_program("simu_cp_001") == pid, "one that lives is left alone"


def test_up_with_other_options_than_the_yards_is_refused(yard: Yard) -> None:
    other = yard.cp_simu("up", "--headless", "--csms-port", free_port())
    assert other.returncode == 1
    assert "--csms-port" in other.stderr
    assert "cp-simu down" in other.stderr
    assert yard.cp_simu("up", "--foreground").returncode == 1
    assert yard.pid_of_program("csms")


@pytest.mark.parametrize("broker", [(), ("--embedded-broker",)], ids=["mosquitto", "embedded"])
def test_a_yard_is_reached_from_this_machine_alone_until_exposed(empty_yard: Yard, broker: tuple[str, ...]) -> None:
    yard = empty_yard
    elsewhere = "127.0.0.2"  # an address of this machine that is not the one of "localhost"
    yard.up("--count", "1", *broker)
    ports = (yard.broker_port, yard.csms_port, yard.http_port)
    assert [listens(elsewhere, port) for port in ports] == [False, False, False]
    refusal = yard.cp_simu(*yard.up_words("--headless", "--expose"))
    assert "--expose" in refusal.stderr
    yard.cp_simu("down")
    yard.up("--count", "1", "--expose", *broker)
    assert [listens(elsewhere, port) for port in ports] == [True, True, True]
    yard.wait_for_status("simu_cp_001", Registration.ACCEPTED)


def listens(host: str, port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(5)
        return probe.connect_ex((host, port)) == 0


def test_two_yards_live_side_by_side_on_one_broker(yard: Yard, tmp_path: Path) -> None:
    """The second finds the first one's broker, and must choose another root."""
    other = Yard(tmp_path / "other", root="second/yard")
    other.broker, other.broker_port = yard.broker, yard.broker_port
    try:
        taken = other.cp_simu("up", "--headless", "--broker", yard.broker, "--central-system", yard.central_system)
        assert taken.returncode == 1
        assert "another launcher is alive" in taken.stderr
        assert "--root" in taken.stderr
        done = other.up("--count", "1")
        assert "(was there), root second/yard" in done.stdout
        yard.start({"id": "simu_cp_001"})
        other.wait_for_status("simu_cp_001", Registration.ACCEPTED)
        yard.wait_for_status("simu_cp_001", Registration.ACCEPTED)
        assert other.status("simu_cp_001").pid != yard.status("simu_cp_001").pid
    finally:
        other.end()
    assert yard.pid_of_program("broker")
    assert yard.status("simu_cp_001").status is Registration.ACCEPTED
    assert other.retained("cps/simu_cp_001/status"), "its Dead stays on a broker that is not its own"


def test_a_central_system_of_ones_own_takes_the_place_of_the_bundled_one(empty_yard: Yard) -> None:
    yard = empty_yard
    done = yard.up("--central-system", "ws://localhost:9", "--count", "1")
    assert "HTTP" not in done.stdout
    assert not yard.pid_of_program("csms")
    told = yard.wait_for_status("simu_cp_001", Registration.DISCONNECTED)
    assert told.central_system == "ws://localhost:9"


def test_the_embedded_broker_serves_a_yard(empty_yard: Yard) -> None:
    yard = empty_yard
    yard.environment["CP_SIMU_EMBEDDED_BROKER"] = "1"
    yard.up("--count", "1")
    assert "launcher.broker" in psutil.Process(yard.pid_of_program("broker")).cmdline()
    yard.wait_for_status("simu_cp_001", Registration.ACCEPTED)
    assert yard.verdicts({"type": "remove", "charge_points": [{"id": "simu_cp_001"}]}) == ["removed"]
    assert yard.retained("cps/#") == {}


def test_a_setup_and_a_template_are_loaded(empty_yard: Yard, tmp_path: Path) -> None:
    yard = empty_yard
    setup, template = tmp_path / "setup.json", tmp_path / "config.ini"
    setup.write_text(json.dumps({"charge_points": [{"id": "A"}, {"id": "B", "vendor": "Own"}]}))
    template.write_text("[ChargePoint]\nvendor = Template\n")
    yard.up("--setup", setup, "--config", template)
    assert yard.wait_for_status("A", Registration.ACCEPTED).vendor == "Template"
    assert yard.wait_for_status("B", Registration.ACCEPTED).vendor == "Own"
    assert yard.folder.template.read_text() == template.read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_in_the_foreground_a_signal_ends_the_yard(empty_yard: Yard, number: signal.Signals) -> None:
    yard = empty_yard
    words = yard.command(*yard.up_words("--foreground", "--count", "1"))
    with subprocess.Popen(words, env=yard.environment, stderr=subprocess.PIPE, text=True) as foreground:
        assert foreground.stderr is not None
        for line in foreground.stderr:
            if "Ctrl+C ends it" in line:
                break
        assert yard.processes()
        foreground.send_signal(number)
        assert foreground.wait(30) == 0
    assert yard.processes() == []


def test_a_signal_half_way_leaves_nothing_behind(empty_yard: Yard) -> None:
    yard = empty_yard
    words = yard.command(*yard.up_words("--headless"))
    with subprocess.Popen(words, env=yard.environment, stderr=subprocess.PIPE, text=True) as coming_up:
        eventually(lambda: yard.folder.supervisord_pid.exists(), what="supervisord")
        coming_up.send_signal(signal.SIGINT)
        assert coming_up.wait(30) == 130
        assert coming_up.stderr is not None
        assert "Traceback" not in coming_up.stderr.read()
    assert yard.processes() == []


def test_a_killed_supervisord_is_replaced_and_its_charge_points_started_again(empty_yard: Yard) -> None:
    yard = empty_yard
    yard.up("--count", "2")
    yard.verdicts({"type": "kill", "charge_points": [{"id": "simu_cp_002"}]})
    pid = yard.wait_for_status("simu_cp_001", Registration.ACCEPTED).pid
    os.kill(yard.supervisord_pid, signal.SIGKILL)
    eventually(lambda: not processes.supervisord_lives(yard.folder))
    assert psutil.pid_exists(pid), "charge points go on"
    done = yard.up()
    assert "without a supervisord" in done.stderr
    assert "starting 1 charge point again" in done.stderr
    eventually(lambda: yard.pid_of_program("simu_cp_001") not in (0, pid))
    yard.wait_for_status("simu_cp_001", Registration.ACCEPTED)
    yard.wait_for_status("simu_cp_002", Registration.DEAD)
    assert len(yard.charge_point_processes()) == 1


def test_down_ends_what_a_killed_supervisord_left_and_no_strangers(empty_yard: Yard) -> None:
    yard = empty_yard
    yard.up("--count", "2")
    words = ["-m", "chargepoint", "--id", "stranger", "--central-system", yard.central_system]
    with subprocess.Popen([yard.command()[0], *words], env=yard.environment, stderr=subprocess.DEVNULL) as stranger:
        os.kill(yard.supervisord_pid, signal.SIGKILL)
        assert yard.cp_simu("down").returncode == 0
        assert yard.processes() == []
        assert stranger.poll() is None
        stranger.terminate()


# What is in the way


def refused(yard: Yard, *words: object) -> str:
    """``up`` fails with one cause on stderr and leaves nothing behind; returns stderr."""
    done = yard.cp_simu(*yard.up_words("--headless", *words))
    assert done.returncode in (1, 2, 3), done.stdout
    assert "Traceback" not in done.stderr
    assert yard.processes() == []
    assert not yard.folder.yard_file.exists()
    return done.stderr


@pytest.mark.parametrize("option", ["--csms-port", "--http-port"])
def test_a_taken_port_says_who_has_it_and_which_option_moves_ours(
    empty_yard: Yard, option: str, taken_port: int
) -> None:
    said = refused(empty_yard, option, taken_port)
    assert f"port {taken_port} is taken" in said
    assert str(os.getpid()) in said
    assert option in said


def test_what_listens_but_is_no_broker_is_not_taken_for_one(empty_yard: Yard) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def refuse_beside_it() -> str:
        async with await asyncio.start_server(hang_up, "127.0.0.1", empty_yard.broker_port):
            return await asyncio.to_thread(refused, empty_yard)

    said = asyncio.run(refuse_beside_it())
    assert "not an MQTT broker" in said
    assert "--broker" in said


def test_a_broker_elsewhere_that_does_not_listen_is_not_started_here(empty_yard: Yard) -> None:
    empty_yard.broker = "mqtt://broker.invalid:1883"
    assert "broker.invalid" in refused(empty_yard)


def test_a_program_that_does_not_start_is_told_with_the_end_of_its_log(empty_yard: Yard) -> None:
    (empty_yard.folder.csms / "csms.db").mkdir(parents=True)
    said = refused(empty_yard)
    assert "the csms does not start" in said
    assert "csms.log" in said
    assert "unable to open database file" in said


def test_a_state_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / 'quo"te', tmp_path / "star*"):
        done = Yard(path).cp_simu("up", "--headless")
        assert done.returncode == 2
        assert done.stderr.startswith("cp-simu: --state-dir: ")


def test_wrong_files_are_told_before_anything_starts(empty_yard: Yard, tmp_path: Path) -> None:
    file = tmp_path / "wrong"
    file.write_text('{"charge_points": [{"id": "a b"}]}')
    assert "charge_points[0].id: 'a b'" in refused(empty_yard, "--setup", file)
    assert "nowhere.json: No such file" in refused(empty_yard, "--setup", tmp_path / "nowhere.json")
    file.write_text("[ChargePoint]\nvendr = x\n")
    assert "[ChargePoint] vendr" in refused(empty_yard, "--config", file)
    assert "central_system: 'http://x'" in refused(empty_yard, "--central-system", "http://x")
    assert "'a #b' is not" in refused(Yard(empty_yard.folder.path, "x"), "--root", "a #b")


def test_a_broken_yard_file_is_told_and_down_works_without_it(yard: Yard) -> None:
    yard.folder.yard_file.write_text("{")
    for words in (["status"], ["kill", "A"], yard.up_words("--headless")):
        done = yard.cp_simu(*words)
        assert done.returncode in (1, 2)
        assert "yard.json" in done.stderr
        assert "Traceback" not in done.stderr
    assert yard.cp_simu("down").returncode == 0
    assert yard.processes() == []


def test_a_state_folder_too_deep_for_a_socket_works_all_the_same(tmp_path: Path) -> None:
    yard = Yard(tmp_path / ("deep folder/" * 9))
    try:
        yard.up("--count", "1")
        yard.wait_for_status("simu_cp_001", Registration.ACCEPTED)
        assert "RUNNING" in yard.supervisorctl("status", "simu_cp_001").stdout
        assert not (yard.folder.path / "supervisord.sock").exists()
    finally:
        yard.end()
