"""kill -9 of any single process: the rest works on, what is retained is true within seconds, and all comes back."""

from __future__ import annotations

import os
import signal

import pytest

from chargepoint.api.payloads import ConnectorState, Registration
from tests.support.terminal import Terminal
from tests.support.waiting import eventually
from tests.support.yard import Yard

pytestmark = pytest.mark.end_to_end


def charging(yard: Yard, station_id: str = "CP1") -> int:
    """A charge point that charges; returns its pid."""
    yard.start({"id": station_id, "central_system": yard.central_system})
    yard.wait_for_status(station_id, Registration.ACCEPTED)
    yard.cp_simu("plug", station_id, "1")
    yard.cp_simu("tap", station_id, "1", "TAG")
    yard.wait_for_state(station_id, 1, ConnectorState.CHARGING)
    return yard.status(station_id).pid


def test_a_killed_charge_point_is_dead_and_its_connectors_give_nothing(yard: Yard) -> None:
    """S0-23, defect 9: nothing of the death needs the charge point's help; the other one does not notice."""
    pid = charging(yard)
    other = charging(yard, "CP2")
    yard.wait_for_connector("CP1", 1, lambda told: told.transaction_energy_wh >= 3)
    os.kill(pid, signal.SIGKILL)
    yard.wait_for_status("CP1", Registration.DEAD)
    told = yard.wait_for_state("CP1", 1, ConnectorState.UNAVAILABLE)
    assert (told.consumption_l1, told.setpoint, told.power_w, told.transaction_id) == (0.0, 0.0, 0.0, None)
    assert told.car_cable_capacity == 32.0
    assert yard.status("CP2").pid == other
    assert yard.status("CP2").status is Registration.ACCEPTED

    assert yard.cp_simu("restart", "CP1").returncode == 0
    yard.wait_for_status("CP1", Registration.ACCEPTED)
    stopped = eventually(
        lambda: [one for one in yard.http.get("/transactions").json() if one["stop_reason"] == "PowerLoss"]
    )
    assert stopped[0]["charge_point"] == "CP1"
    assert stopped[0]["energy_wh"] >= 3, "no energy is lost by the kill"


def test_a_killed_launcher_comes_back_and_finds_the_charge_points(yard: Yard) -> None:
    """S0-07, S0-08, defect 5: the will says Dead although charge points live and go on; then all is served again."""
    pid = charging(yard)
    launcher = yard.pid_of_program("launcher")
    os.kill(launcher, signal.SIGKILL)
    eventually(lambda: yard.launcher_status == "Dead", what="the launcher's will")
    eventually(lambda: yard.launcher_status == "Alive", 20, what="the launcher back")
    assert yard.status("CP1").pid == pid
    assert yard.connector("CP1", 1).status is ConnectorState.CHARGING
    assert yard.cp_simu("kill", "CP1").returncode == 0
    yard.wait_for_status("CP1", Registration.DEAD)


def test_a_killed_broker_comes_back_with_every_status(yard: Yard) -> None:
    """Defect 1: after a broker's restart all statuses are there, also of the dead, and commands work."""
    pid = charging(yard)
    yard.start({"id": "CP2", "central_system": yard.central_system})
    yard.wait_for_status("CP2", Registration.ACCEPTED)
    assert yard.cp_simu("kill", "CP2").returncode == 0
    yard.wait_for_state("CP2", 1, ConnectorState.UNAVAILABLE)
    os.kill(yard.pid_of_program("broker"), signal.SIGKILL)
    yard.forget()
    yard.wait_for_status("CP1", Registration.ACCEPTED, 30)
    yard.wait_for_state("CP1", 1, ConnectorState.CHARGING)
    yard.wait_for_status("CP2", Registration.DEAD, 30)
    yard.wait_for_state("CP2", 1, ConnectorState.UNAVAILABLE)
    eventually(lambda: yard.launcher_status == "Alive")
    assert yard.status("CP1").pid == pid
    assert yard.cp_simu("kill", "CP1").returncode == 0
    yard.wait_for_status("CP1", Registration.DEAD)


def test_a_killed_central_system_is_found_again_and_the_transaction_goes_on(yard: Yard) -> None:
    charging(yard)
    os.kill(yard.pid_of_program("csms"), signal.SIGKILL)
    yard.wait_for_status("CP1", Registration.DISCONNECTED)
    assert yard.connector("CP1", 1).status is ConnectorState.CHARGING
    yard.wait_for_status("CP1", Registration.ACCEPTED, 60)
    assert yard.cp_simu("tap", "CP1", "1", "TAG").returncode == 0
    eventually(lambda: yard.http.get("/transactions").json()[0]["stop_reason"] == "Local", 20)


def test_a_killed_supervisord_leaves_the_charge_points_and_down_and_up_recover(yard: Yard) -> None:
    pid = charging(yard)
    os.kill(yard.supervisord_pid, signal.SIGKILL)
    assert yard.connector("CP1", 1).status is ConnectorState.CHARGING
    os.kill(pid, 0)
    assert yard.cp_simu("down").returncode == 0
    eventually(lambda: not yard.processes(), what="no process left")
    yard.up()
    yard.wait_for_status("CP1", Registration.DEAD, 20)
    assert yard.cp_simu("restart", "CP1").returncode == 0
    yard.wait_for_status("CP1", Registration.ACCEPTED)


def test_a_killed_screen_takes_nothing_with_it(yard: Yard) -> None:
    pid = charging(yard)
    for _ in range(2):
        with Terminal(yard.command("tui")) as terminal:
            terminal.wait_for("1 charging", "11.0 kW")
            os.kill(terminal.pid, signal.SIGKILL)
            eventually(lambda shown=terminal: shown.ended, what="the screen gone")
        assert yard.status("CP1").pid == pid
        assert yard.connector("CP1", 1).status is ConnectorState.CHARGING


@pytest.mark.parametrize("pool", [False, True], ids=["processes", "pools"])
def test_two_hundred_started_and_killed_in_the_next_breath(yard: Yard, pool: bool) -> None:
    """Defects 2 and 4: none survives, none is started twice, and both commands get their answer."""
    entries = [{"id": f"CP{number}", "central_system": yard.central_system, "pool": pool} for number in range(200)]
    started = yard.publish_command({"type": "start", "charge_points": entries, "request_id": "s"})
    killed = yard.publish_command({"type": "kill", "charge_points": entries, "request_id": "k"})
    results = yard.wait_for_result(killed, 60).results
    assert len(results) == 200
    assert {str(one.result) for one in results} == {"killed"}
    assert len(yard.wait_for_result(started, 60).results) == 200
    eventually(lambda: not yard.charge_point_processes(), 20, what="no charge point process left")
    for number in range(200):
        yard.wait_for_status(f"CP{number}", Registration.DEAD)
