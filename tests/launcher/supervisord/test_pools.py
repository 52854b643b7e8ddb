"""Charge points that share a process, in a real yard: nobody who watches or commands sees a difference.

One test for each verb of supervisorctl, and one for each way in which a pool can end.
"""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator

import psutil
import pytest

from chargepoint.api.hosting import PoolOrder
from chargepoint.api.payloads import ConnectorState, Registration
from launcher.fleet.errands import Process
from launcher.fleet.placement import Placement, PoolMode
from launcher.pools import Pools
from launcher.verbs.programs import CORES, memory_bytes
from tests.support.waiting import eventually
from tests.support.yard import Yard, order
from tui.log_tail import tail

pytestmark = pytest.mark.end_to_end

POOL, PROGRAM = "east", "pool+east"
CROWD = [f"CP{number:02}" for number in range(1, 21)]


def start(yard: Yard, *ids: str, pool: str = POOL) -> None:
    """Start charge points in a pool and see them accepted."""
    yard.start(*({"id": each, "pool": pool} for each in ids))
    for station_id in ids:
        yard.wait_for_status(station_id, Registration.ACCEPTED)


def charge(yard: Yard, station_id: str) -> None:
    """Let a car charge there."""
    yard.publish(f"cps/{station_id}/connectors/1/car", {"cable": 20, "ready": True, "consumption_l1": 10})
    yard.wait_for_connector(station_id, 1, lambda told: told.car_cable_capacity == 20.0)
    yard.publish(f"cps/{station_id}/connectors/1/id_tag", {"id": "TAG"})
    yard.wait_for_connector(station_id, 1, lambda told: (told.transaction_id or 0) > 0)


def stop_reasons(yard: Yard) -> dict[str, str]:
    """Why each transaction that the central system knows has ended."""
    told = yard.http.get("/transactions").json()
    return {each["charge_point"]: each["stop_reason"] for each in told if each["stop_reason"]}


@pytest.fixture
def pooled(shared_yard: Yard) -> Iterator[Yard]:
    """A yard without charge points, before and after."""
    yield shared_yard
    ids = [path.name for path in shared_yard.folder.charge_points.iterdir()]
    assert set(shared_yard.verdicts(order("remove", *ids))) <= {"removed"}
    assert shared_yard.retained("cps/#") == shared_yard.retained("pools/#") == {}
    assert shared_yard.supervisord.infos([PROGRAM]) == {}, "an empty pool is no program any more"


def test_all_live_in_one_process_which_their_statuses_name(pooled: Yard) -> None:
    start(pooled, *CROWD)
    pid = pooled.pid_of_program(PROGRAM)
    assert {(pooled.status(each).pid, pooled.status(each).pool) for each in CROWD} == {(pid, POOL)}
    assert pooled.supervisord.infos(CROWD) == {}, "none of them is a program"
    assert psutil.Process(pid).ppid() == pooled.supervisord_pid
    said = pooled.cp_simu("status").stdout
    assert f"{PROGRAM} RUNNING" in said
    assert said.count(f"RUNNING  pid {pid:<8} pool {POOL}") == len(CROWD)


def test_a_pool_that_is_killed_is_told_for_all_and_a_restart_brings_back_what_they_were_doing(pooled: Yard) -> None:
    start(pooled, *CROWD)
    for station_id in CROWD[:3]:
        charge(pooled, station_id)
    pid = pooled.pid_of_program(PROGRAM)
    os.kill(pid, signal.SIGKILL)
    for station_id in CROWD:
        assert pooled.wait_for_status(station_id, Registration.DEAD).last_error == ""
        pooled.wait_for_state(station_id, 1, ConnectorState.UNAVAILABLE)
    assert pooled.connector(CROWD[0], 1).car_cable_capacity == 20.0
    assert pooled.pid_of_program(PROGRAM) == 0, "nobody starts it again but who is asked to"
    assert stop_reasons(pooled) == {}

    assert set(pooled.verdicts(order("restart", *CROWD))) == {"restarted"}
    for station_id in CROWD:
        assert pooled.wait_for_status(station_id, Registration.ACCEPTED).pid == pooled.pid_of_program(PROGRAM) != pid
    eventually(lambda: stop_reasons(pooled) == dict.fromkeys(CROWD[:3], "PowerLoss"), what="three PowerLoss")


def test_one_that_is_restarted_brings_its_dead_pool_back_and_nobody_else(pooled: Yard) -> None:
    start(pooled, *CROWD[:3])
    os.kill(pooled.pid_of_program(PROGRAM), signal.SIGKILL)
    for station_id in CROWD[:3]:
        pooled.wait_for_status(station_id, Registration.DEAD)
    assert pooled.verdicts(order("restart", CROWD[1])) == ["restarted"]
    pooled.wait_for_status(CROWD[1], Registration.ACCEPTED)
    assert [pooled.status(each).alive for each in CROWD[:3]] == [False, True, False]


def test_a_kill_is_a_power_cut_of_one(pooled: Yard) -> None:
    start(pooled, "A", "B")
    charge(pooled, "A")
    alive = pooled.status("B")
    assert pooled.verdicts(order("kill", "A")) == ["killed"]
    assert pooled.wait_for_status("A", Registration.DEAD).last_error == ""
    told = pooled.wait_for_state("A", 1, ConnectorState.UNAVAILABLE)
    assert (told.consumption_l1, told.transaction_id, told.car_cable_capacity) == (0.0, None, 20.0)
    assert pooled.status("B") == alive
    assert "A" not in stop_reasons(pooled)
    assert pooled.verdicts(order("kill", "A")) == ["killed"], "as of one that is dead in a process of its own"
    assert pooled.verdicts(order("restart", "A")) == ["restarted"]
    eventually(lambda: stop_reasons(pooled).get("A") == "PowerLoss", what="its transaction ended")


def test_supervisorctl_stop_ends_all_in_good_order_and_start_boots_those_that_lived(pooled: Yard) -> None:
    start(pooled, "C", "D", "E")
    charge(pooled, "C")
    pooled.ask(order("kill", "E"))
    assert "stopped" in pooled.supervisorctl("stop", PROGRAM).stdout
    for station_id in ("C", "D"):
        pooled.wait_for_status(station_id, Registration.DEAD)
    assert stop_reasons(pooled)["C"] == "Reboot"
    assert "started" in pooled.supervisorctl("start", PROGRAM).stdout
    for station_id in ("C", "D"):
        assert pooled.wait_for_status(station_id, Registration.ACCEPTED).pid == pooled.pid_of_program(PROGRAM)
    assert not pooled.status("E").alive, "whose power was cut before"


def test_supervisorctl_restart_is_both(pooled: Yard) -> None:
    start(pooled, "F")
    pid = pooled.pid_of_program(PROGRAM)
    pooled.supervisorctl("restart", PROGRAM)
    eventually(lambda: pooled.status("F").pid not in (0, pid) and pooled.status("F").alive, 20, "another process")
    pooled.wait_for_status("F", Registration.ACCEPTED)


def test_supervisorctl_tail_shows_the_log_with_the_names_of_those_it_is_about(pooled: Yard) -> None:
    start(pooled, "G")
    said = eventually(lambda: pooled.supervisorctl("tail", PROGRAM).stdout, what="a log")
    assert f" G: connected to {pooled.central_system}/G" in said


def test_a_launcher_that_was_killed_finds_them_again(pooled: Yard) -> None:
    start(pooled, "H", "I")
    pid = pooled.pid_of_program(PROGRAM)
    os.kill(pooled.pid_of_program("launcher"), signal.SIGKILL)
    eventually(lambda: pooled.launcher_status == "Dead", what="the launcher's will")
    eventually(lambda: pooled.launcher_status == "Alive", 20, "the launcher's return")
    assert pooled.verdicts(order("start", "H")) == ["refused"], "it is running already"
    assert pooled.verdicts(order("kill", "I")) == ["killed"]
    assert pooled.pid_of_program(PROGRAM) == pid
    pooled.wait_for_status("I", Registration.DEAD)
    assert pooled.status("H").status is Registration.ACCEPTED


def test_a_pool_that_ends_while_nobody_listens_is_told_when_the_broker_is_back(pooled: Yard) -> None:
    start(pooled, "J", "K")
    pooled.supervisorctl("stop", "broker")
    os.kill(pooled.pid_of_program(PROGRAM), signal.SIGKILL)
    pooled.forget()
    pooled.supervisorctl("start", "broker")
    for station_id in ("J", "K"):
        pooled.wait_for_status(station_id, Registration.DEAD)
        pooled.wait_for_state(station_id, 1, ConnectorState.UNAVAILABLE)


def test_one_killed_while_the_broker_is_away_is_told_when_it_is_back(pooled: Yard) -> None:
    """Its pool lives, and greets the broker with those that live."""
    start(pooled, "L", "M")
    pooled.supervisorctl("stop", "broker")
    pooled.supervisorctl("stop", "launcher")
    # As the launcher would, which hears nothing without a broker.
    pools = Pools(pooled.folder, pooled.supervisord)
    pools.find()
    assert pools.command(PoolOrder(cut=("L",))) == ({"L": Process()}, {})
    pooled.forget()
    pooled.supervisorctl("start", "broker")
    pooled.supervisorctl("start", "launcher")
    pooled.wait_for_status("M", Registration.ACCEPTED)
    pooled.wait_for_status("L", Registration.DEAD)
    pooled.wait_for_state("L", 1, ConnectorState.UNAVAILABLE)


def test_one_that_cannot_come_up_has_failed_and_is_dead_with_the_reason(pooled: Yard) -> None:
    answer = pooled.ask({"type": "start", "charge_points": [
        {"id": "broken", "vehicle": "spaceship", "pool": POOL}, {"id": "N", "pool": POOL},
    ]})  # fmt: skip
    assert [str(entry.result) for entry in answer.results] == ["failed", "started"]
    assert "spaceship" in answer.results[0].reason
    assert "spaceship" in pooled.wait_for_status("broken", Registration.DEAD).last_error
    pooled.wait_for_state("broken", 1, ConnectorState.UNAVAILABLE)
    pooled.wait_for_status("N", Registration.ACCEPTED)


def test_a_start_moves_one_that_is_dead_and_a_restart_does_not(pooled: Yard) -> None:
    start(pooled, "O")
    pooled.ask(order("kill", "O"))
    [refused] = pooled.ask({"type": "restart", "charge_points": [{"id": "O", "pool": False}]}).results
    assert (str(refused.result), refused.field) == ("refused", "pool")
    pooled.start({"id": "O", "pool": False})
    assert pooled.wait_for_status("O", Registration.ACCEPTED).pid == pooled.pid_of_program("O") != 0
    pooled.ask(order("kill", "O"))
    start(pooled, "O")
    assert pooled.status("O").pool == POOL
    assert pooled.supervisord.infos(["O"]) == {}, "its program is gone"


def test_a_crowd_killed_in_the_next_breath_after_its_start_is_dead(pooled: Yard) -> None:
    started = pooled.publish_command(
        {"type": "start", "charge_points": [{"id": each, "pool": POOL} for each in CROWD]}
    )
    killed = pooled.publish_command(order("kill", *CROWD))
    assert {str(entry.result) for entry in pooled.wait_for_result(killed).results} == {"killed"}
    assert len(pooled.wait_for_result(started).results) == len(CROWD)
    for station_id in CROWD:
        pooled.wait_for_status(station_id, Registration.DEAD)


@pytest.mark.parametrize("end", ["kill -9", "supervisorctl stop"])
def test_of_a_dead_pool_whose_last_one_is_removed_nothing_is_left(pooled: Yard, end: str) -> None:
    start(pooled, "P", "Q")
    if end == "kill -9":
        os.kill(pooled.pid_of_program(PROGRAM), signal.SIGKILL)
    else:
        pooled.supervisorctl("stop", PROGRAM)
    for station_id in ("P", "Q"):
        pooled.wait_for_status(station_id, Registration.DEAD)
    assert pooled.verdicts(order("remove", "P")) == ["removed"]
    assert pooled.retained("pools/#") == {f"cp_simu/pools/{POOL}/status": b"Dead"}
    assert pooled.verdicts(order("remove", "Q")) == ["removed"]
    assert pooled.retained("pools/#") == {}
    start(pooled, "Q")
    assert pooled.retained("pools/#") == {f"cp_simu/pools/{POOL}/status": b"Alive"}


def test_what_is_left_of_a_dead_pool_is_cleared_when_the_broker_is_back(pooled: Yard) -> None:
    """Even by another launcher than the one that removed its last inhabitant."""
    start(pooled, "R")
    os.kill(pooled.pid_of_program(PROGRAM), signal.SIGKILL)
    pooled.wait_for_status("R", Registration.DEAD)
    pooled.supervisorctl("stop", "launcher")
    # As the launcher does it, before it can tell anybody.
    pools = Pools(pooled.folder, pooled.supervisord)
    pools.find()
    pools.part(["R"])
    pooled.folder.charge_point("R").rename(pooled.folder.removed / "R")
    pooled.supervisorctl("start", "launcher")
    eventually(lambda: pooled.retained("#").keys() == {"cp_simu/launcher/status"}, what="all is cleared")


def test_one_that_moves_has_the_log_of_where_it_lives(pooled: Yard) -> None:
    pooled.start({"id": "S", "pool": False})
    pooled.wait_for_status("S", Registration.ACCEPTED)
    pooled.ask(order("kill", "S"))
    assert pooled.folder.log("S").exists()
    start(pooled, "S")
    assert not pooled.folder.log("S").exists()
    assert tail(pooled.folder.logs, "S")[-1:] != ()
    pooled.ask(order("kill", "S"))
    start(pooled, "S", pool="west")
    eventually(lambda: "connected to" in tail(pooled.folder.logs, "S")[-1], what="its new log")
    [last] = [line for line in pooled.log("pool+west").splitlines() if "connected to" in line]
    assert tail(pooled.folder.logs, "S")[-1] == last
    pooled.ask(order("kill", "S"))
    pooled.start({"id": "S", "pool": False})
    pooled.wait_for_status("S", Registration.ACCEPTED)
    said = eventually(lambda: pooled.supervisorctl("tail", "S").stdout, what="a log of its own")
    assert said.count("connected to") == 1
    assert tail(pooled.folder.logs, "S") == tuple(said.strip().splitlines())


def test_one_killed_before_it_could_say_anything_is_told_to_live_in_its_pool(pooled: Yard) -> None:
    pooled.start({"id": "T", "pool": False})
    pooled.wait_for_status("T", Registration.ACCEPTED)
    pooled.ask(order("kill", "T"))
    crowd = [{"id": each, "pool": POOL} for each in ("T", *CROWD)]
    started = pooled.publish_command({"type": "start", "charge_points": crowd})
    pooled.wait_for_result(pooled.publish_command(order("kill", "T", *CROWD)))
    pooled.wait_for_result(started)
    for station_id in ("T", *CROWD):
        _told_to_live_in_its_pool(pooled, station_id)
        assert not pooled.status(station_id).alive


def _told_to_live_in_its_pool(yard: Yard, station_id: str) -> None:
    eventually(lambda: yard.status(station_id).pool == POOL, what=f"{station_id} in its pool")


def test_a_pool_that_had_no_broker_for_a_while_tells_who_died_meanwhile(pooled: Yard) -> None:
    """The broker takes it for dead when it is silent, and has all the others."""
    start(pooled, "Y", "Z")
    pid = pooled.pid_of_program(PROGRAM)
    os.kill(pid, signal.SIGSTOP)
    try:
        killed = pooled.publish_command(order("kill", "Y"))
        topic = f"cp_simu/pools/{POOL}/status"
        eventually(lambda: pooled.ear.heard.get(topic) == b"Dead", 30, "the pool's will")
    finally:
        os.kill(pid, signal.SIGCONT)
    pooled.wait_for_result(killed, 40)
    eventually(lambda: pooled.ear.heard.get(topic) == b"Alive", 30, "the pool is back")
    pooled.wait_for_status("Y", Registration.DEAD)
    pooled.wait_for_state("Y", 1, ConnectorState.UNAVAILABLE)
    pooled.wait_for_status("Z", Registration.ACCEPTED)


def test_a_broker_that_has_forgotten_all_is_told_of_dead_pools_too(pooled: Yard) -> None:
    start(pooled, "AA")
    start(pooled, "AB", pool="west")
    os.kill(pooled.pid_of_program(PROGRAM), signal.SIGKILL)
    pooled.wait_for_status("AA", Registration.DEAD)
    pooled.supervisorctl("stop", "broker")
    pooled.forget()
    pooled.supervisorctl("start", "broker")
    wanted = {f"cp_simu/pools/{POOL}/status": b"Dead", "cp_simu/pools/west/status": b"Alive"}
    eventually(lambda: pooled.retained("pools/#") == wanted, 20, "both are told")
    pooled.wait_for_status("AA", Registration.DEAD)


def test_the_status_tells_of_pools_what_is_true(pooled: Yard) -> None:
    start(pooled, "U", "V", "W")
    start(pooled, "X", pool="west")
    pooled.ask(order("kill", "V"))
    pid = pooled.pid_of_program(PROGRAM)
    told = {each["name"]: each for each in json.loads(pooled.cp_simu("status", "--json").stdout)["pools"]}
    east = told[POOL]
    assert (east["process"], east["pid"], east["charge_points"], east["alive"]) == ("RUNNING", pid, 3, 2)
    assert east["memory_mb"] > 10
    assert east["cpu_pct"] >= 0
    assert f"pool {POOL:10} RUNNING  pid {pid:<8} 3 charge points, 2 alive" in pooled.cp_simu("status").stdout
    os.kill(pid, signal.SIGKILL)
    for station_id in ("U", "W"):
        pooled.wait_for_status(station_id, Registration.DEAD)
    said = pooled.cp_simu("status").stdout
    assert f"pool {POOL:10} EXITED   pid -        3 charge points, 0 alive\n" in said
    assert "pool west       RUNNING" in said


def test_more_than_there_can_be_processes_for_live_in_one_pool_for_each_core(empty_yard: Yard) -> None:
    most = Placement.of_machine(PoolMode.AUTO, CORES, memory_bytes()).most_processes
    empty_yard.up("--count", "2")
    empty_yard.up("--count", str(most + 1))
    for number in range(1, most + 2):
        empty_yard.wait_for_status(f"simu_cp_{number:03}", Registration.ACCEPTED, 60)
    pools = Counter(empty_yard.status(f"simu_cp_{number:03}").pool for number in range(1, most + 2))
    assert pools.pop("") == 2, "who lives stays where it is"
    assert pools.keys() == {str(number) for number in range(1, CORES + 1)}


def test_down_ends_a_pool_in_good_order_and_up_starts_again_what_a_killed_supervisord_lost(empty_yard: Yard) -> None:
    yard = empty_yard
    yard.up("--pool", "always", "--count", "4")
    for number in range(1, 5):
        yard.wait_for_status(f"simu_cp_{number:03}", Registration.ACCEPTED)
    yard.ask(order("kill", "simu_cp_002"))
    other = yard.cp_simu("up", "--headless", "--pool", "never")
    assert other.returncode == 1
    assert "--pool" in other.stderr
    assert "starting" not in yard.up("--count", "1").stderr, "one that lives is left alone"
    os.kill(yard.supervisord_pid, signal.SIGKILL)
    assert "starting 3 charge points again" in yard.up("--pool", "always").stderr
    yard.wait_for_status("simu_cp_001", Registration.ACCEPTED)
    charge(yard, "simu_cp_001")
    entries = [yard.status(f"simu_cp_{number:03}") for number in range(1, 5)]
    assert [status.alive for status in entries] == [True, False, True, True]
    assert not any("pool" in status.entry for status in entries), "what was found is no wish"
    assert yard.cp_simu("down").returncode == 0
    assert not yard.processes()
