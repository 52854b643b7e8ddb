"""The undertaker in a real yard: what is retained of charge points without a process is true within seconds."""

from __future__ import annotations

import os
import signal
import time

import pytest

from chargepoint.api.payloads import ConnectorState, Registration
from tests.support.waiting import eventually
from tests.support.yard import Yard

pytestmark = pytest.mark.end_to_end


def charging(yard: Yard, station_id: str) -> int:
    """A charge point that charges a car; returns its pid."""
    yard.start({"id": station_id, "nb_connectors": 2})
    yard.wait_for_status(station_id, Registration.ACCEPTED)
    yard.publish(f"cps/{station_id}/connectors/1/car", {"cable": 20, "ready": True, "consumption_l1": 10})
    yard.wait_for_connector(station_id, 1, lambda told: told.car_cable_capacity == 20.0)
    yard.publish(f"cps/{station_id}/connectors/1/id_tag", {"id": "TAG"})
    yard.wait_for_state(station_id, 1, ConnectorState.CHARGING)
    return yard.status(station_id).pid


def assert_connectors_dead(yard: Yard, station_id: str) -> None:
    told = yard.wait_for_state(station_id, 1, ConnectorState.UNAVAILABLE)
    assert (told.setpoint, told.consumption_l1, told.power_w, told.transaction_id) == (0.0, 0.0, 0.0, None)
    assert (told.car_cable_capacity, told.car_consumption_l1, told.id_tag) == (20.0, 10.0, "")
    yard.wait_for_state(station_id, 2, ConnectorState.UNAVAILABLE)


@pytest.mark.parametrize("how", ["launcher", "kill -9", "supervisorctl"])
def test_connectors_of_a_dead_charge_point_give_nothing(shared_yard: Yard, how: str) -> None:
    """S0-23, defect 9: whoever ended it."""
    yard = shared_yard
    station_id = f"dead_by_{how.replace(' ', '')}"
    pid = charging(yard, station_id)
    match how:
        case "launcher":
            yard.ask({"type": "kill", "charge_points": [{"id": station_id}]})
        case "kill -9":
            os.kill(pid, signal.SIGKILL)
        case "supervisorctl":
            yard.supervisorctl("signal", "KILL", station_id)
    told = yard.wait_for_status(station_id, Registration.DEAD)
    assert told.last_error == ""
    assert_connectors_dead(yard, station_id)


def test_a_charge_point_that_cannot_start_is_dead_with_the_reason(shared_yard: Yard) -> None:
    yard = shared_yard
    yard.publish_command({"type": "start", "charge_points": [{"id": "misfit", "vehicle": "spaceship"}]})
    told = yard.wait_for_status("misfit", Registration.DEAD)
    assert "exit code" in told.last_error
    assert "spaceship" in told.last_error
    assert told.entry["vehicle"] == "spaceship"
    yard.wait_for_state("misfit", 1, ConnectorState.UNAVAILABLE)


def test_a_false_death_of_a_living_one_does_not_stay(shared_yard: Yard) -> None:
    """One that is restarted over and over ends as what it is."""
    yard = shared_yard
    charging(yard, "phoenix")
    for _ in range(3):
        yard.ask({"type": "kill", "charge_points": [{"id": "phoenix"}]})
        yard.ask({"type": "restart", "charge_points": [{"id": "phoenix"}]})
    yard.wait_for_status("phoenix", Registration.ACCEPTED)
    time.sleep(1.0)  # Long enough for what the undertaker could still say of the earlier deaths.
    assert yard.status("phoenix").status is Registration.ACCEPTED
    assert yard.connector("phoenix", 2).status is ConnectorState.AVAILABLE


def test_deaths_while_the_undertaker_is_dead_are_told_when_it_is_back(shared_yard: Yard) -> None:
    yard = shared_yard
    pid = charging(yard, "unseen")
    undertaker = yard.pid_of_program("undertaker")
    os.kill(undertaker, signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)
    yard.wait_for_status("unseen", Registration.DEAD)
    assert_connectors_dead(yard, "unseen")
    eventually(lambda: yard.pid_of_program("undertaker") not in (0, undertaker))


def test_deaths_while_the_broker_is_away_are_told_when_it_is_back(yard: Yard) -> None:
    """Nobody publishes a will then; and what was dead before is told dead again by a broker that has forgotten it."""
    alive = charging(yard, "alive")
    dying = charging(yard, "dying")
    charging(yard, "dead")
    yard.ask({"type": "kill", "charge_points": [{"id": "dead"}]})
    assert_connectors_dead(yard, "dead")
    yard.supervisorctl("stop", "broker")
    os.kill(dying, signal.SIGKILL)
    yard.forget()
    yard.supervisorctl("start", "broker")
    yard.wait_for_status("dying", Registration.DEAD, 30)
    yard.wait_for_state("dying", 1, ConnectorState.UNAVAILABLE)
    yard.wait_for_status("dead", Registration.DEAD)
    yard.wait_for_state("dead", 1, ConnectorState.UNAVAILABLE)
    assert yard.wait_for_status("alive", Registration.ACCEPTED).pid == alive
    yard.wait_for_state("alive", 1, ConnectorState.CHARGING)


def test_a_launcher_that_ended_while_the_broker_was_away_is_not_left_alive(yard: Yard) -> None:
    """A broker that keeps its retained messages over a restart would say Alive for ever."""
    yard.ask({"type": "close"})
    eventually(lambda: not yard.pid_of_program("launcher"))
    yard.publish("launcher/status", b"Alive", retain=True)
    eventually(lambda: yard.launcher_status == "Dead", what="corrected")


def test_a_crowd_that_dies_at_once_is_told_completely(yard: Yard) -> None:
    ids = [f"CP{number}" for number in range(24)]
    yard.start(*({"id": each, "nb_connectors": 2} for each in ids))
    for process in yard.charge_point_processes():
        process.kill()
    for station_id in ids:
        yard.wait_for_status(station_id, Registration.DEAD)
        for number in (1, 2):
            yard.wait_for_state(station_id, number, ConnectorState.UNAVAILABLE)
