"""supervisord notices no difference between a charge point that was forked and one that it started itself.

One test for each verb of supervisorctl, for the seams that ``launcher.supervisord.forking`` uses are not documented.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest

from chargepoint.api.payloads import Registration
from chargepoint.api.topics import RESERVED_IDS
from tests.support.waiting import eventually
from tests.support.yard import Yard

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the zygote is for Linux"),
]

CP = "simu_cp_001"


@pytest.fixture(scope="module")
def forking(shared_yard: Yard) -> Yard:
    shared_yard.start({"id": CP})
    return shared_yard


def accepted(yard: Yard) -> psutil.Process:
    """The charge point, once its central system has accepted it."""
    return psutil.Process(yard.wait_for_status(CP, Registration.ACCEPTED).pid)


def was_forked(yard: Yard, pid: int) -> bool:
    """Whether the zygote bore it: supervisord tells when it had to start one itself."""
    said = yard.log("supervisord").splitlines()
    spawned = next(number for number, line in reversed([*enumerate(said)]) if line.endswith(f"with pid {pid}"))
    return "is started by exec" not in said[spawned - 1]


def test_a_forked_charge_point_is_a_child_of_supervisord_in_a_process_group_of_its_own(forking: Yard) -> None:
    process = accepted(forking)
    assert was_forked(forking, process.pid)
    assert process.ppid() == forking.supervisord_pid
    assert os.getpgid(process.pid) == process.pid
    assert process.cwd() == str(forking.folder.path)


def test_it_shows_the_command_line_of_one_that_was_started(forking: Yard) -> None:
    words = accepted(forking).cmdline()
    assert words[1:5] == ["-m", "chargepoint", "--dir", str(forking.folder.charge_point(CP))]
    assert f"command = {' '.join(words).rstrip()}\n" in forking.folder.programs_conf.read_text()
    assert [each.pid for each in forking.charge_point_processes(CP)] == [accepted(forking).pid]


def test_it_holds_no_descriptor_of_the_zygote(forking: Yard) -> None:
    sockets = _sockets(forking.pid_of_program("zygote"))
    assert sockets
    assert not sockets & _sockets(accepted(forking).pid)


def test_status_and_pid_tell_its_process(forking: Yard) -> None:
    pid = accepted(forking).pid
    assert f"pid {pid}," in forking.supervisorctl("status", CP).stdout
    assert forking.supervisorctl("pid", CP).stdout.strip() == str(pid)


def test_stop_ends_it_in_good_order_with_exit_code_0(forking: Yard) -> None:
    accepted(forking)
    assert "stopped" in forking.supervisorctl("stop", CP).stdout
    forking.wait_for_status(CP, Registration.DEAD)
    assert "the connection was closed: 1000" in forking.log(CP) or "going down" in forking.log(CP)
    info = forking.supervisord.infos([CP])[CP]
    assert (info.state.name, info.exit_status) == ("STOPPED", 0)
    assert "started" in forking.supervisorctl("start", CP).stdout
    assert was_forked(forking, accepted(forking).pid)


def test_restart_gives_another_process(forking: Yard) -> None:
    before = accepted(forking).pid
    assert "started" in forking.supervisorctl("restart", CP).stdout
    eventually(lambda: forking.status(CP).pid != before)
    assert was_forked(forking, accepted(forking).pid)


def test_signal_reaches_it_and_its_end_is_told(forking: Yard) -> None:
    accepted(forking)
    assert "signalled" in forking.supervisorctl("signal", "KILL", CP).stdout
    forking.wait_for_status(CP, Registration.DEAD)
    assert eventually(lambda: "terminated by SIGKILL" in forking.log("supervisord"))
    assert "EXITED" in forking.supervisorctl("status", CP).stdout
    forking.supervisorctl("start", CP)
    accepted(forking)


def test_tail_and_what_is_written_to_its_standard_streams(forking: Yard) -> None:
    accepted(forking)
    assert "connected to" in forking.supervisorctl("tail", CP).stdout


def test_what_cannot_start_says_why_in_its_log_and_by_its_exit_code(forking: Yard) -> None:
    forking.start({"id": "broken"})
    forking.ask({"type": "kill", "charge_points": [{"id": "broken"}]})
    forking.folder.spec("broken").write_text("{")
    forking.supervisorctl("start", "broken")
    assert eventually(lambda: "chargepoint: " in forking.log("broken"))
    assert eventually(lambda: forking.supervisord.infos(["broken"])["broken"].exit_status == 2)
    forking.ask({"type": "remove", "charge_points": [{"id": "broken"}]})


def test_reread_and_update_leave_it_alone(forking: Yard) -> None:
    pid = accepted(forking).pid
    assert "No config updates" in forking.supervisorctl("reread").stdout
    forking.supervisorctl("update")
    assert forking.status(CP).pid == pid


def test_without_its_zygote_a_charge_point_is_started_by_exec_and_later_forked_again(forking: Yard) -> None:
    zygote = forking.pid_of_program("zygote")
    forking.supervisorctl("stop", "zygote")
    pid = accepted(forking).pid
    assert psutil.pid_exists(pid), "the end of the zygote is nobody else's"
    forking.supervisorctl("restart", CP)
    eventually(lambda: forking.status(CP).pid != pid)
    assert not was_forked(forking, accepted(forking).pid)
    assert "started one by one" in forking.cp_simu("status").stdout
    forking.supervisorctl("start", "zygote")
    eventually(lambda: "forked from the zygote" in forking.cp_simu("status").stdout)
    assert forking.pid_of_program("zygote") not in (0, zygote)
    forking.supervisorctl("restart", CP)
    eventually(lambda: was_forked(forking, accepted(forking).pid))


def test_a_zygote_that_is_killed_comes_back(forking: Yard) -> None:
    zygote = forking.pid_of_program("zygote")
    os.kill(zygote, signal.SIGKILL)
    eventually(lambda: forking.pid_of_program("zygote") not in (0, zygote))
    eventually(lambda: "forked from the zygote" in forking.cp_simu("status").stdout)


def test_reload_of_supervisord_forks_again(empty_yard: Yard) -> None:
    yard = empty_yard
    yard.up("--count", "1")
    before = accepted(yard).pid
    yard.supervisorctl("reload")
    eventually(lambda: not psutil.pid_exists(before), 30.0)
    eventually(lambda: yard.supervisorctl("status", CP).stdout.split()[1:2] == ["STOPPED"], 30.0)
    eventually(lambda: "forked from the zygote" in yard.cp_simu("status").stdout, 30.0)
    yard.supervisorctl("start", CP)
    eventually(lambda: yard.status(CP).pid != before, 30.0)
    assert was_forked(yard, accepted(yard).pid)


def test_up_can_do_without(empty_yard: Yard) -> None:
    yard = empty_yard
    yard.up("--count", "1", "--no-zygote")
    accepted(yard)
    assert "zygote" in RESERVED_IDS
    assert "zygote" not in yard.supervisord.infos(sorted(RESERVED_IDS))
    assert "started one by one" in yard.cp_simu("status").stdout


def _sockets(pid: int) -> set[str]:
    links = [str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir()]
    return {link for link in links if link.startswith("socket:")}
