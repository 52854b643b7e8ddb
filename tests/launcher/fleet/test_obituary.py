"""What is retained of a charge point without a process."""

from __future__ import annotations

from dataclasses import replace

from chargepoint.api.payloads import ChargePointStatus, ConnectorState, ConnectorStatus, Registration
from chargepoint.api.spec import parse_spec
from chargepoint.api.topics import Topics
from launcher.fleet.obituary import obituary

SPEC = parse_spec({"id": "A", "central_system": "ws://x", "nb_connectors": 2, "max_setpoint_per_connector": 16})
TOPICS = Topics()
STATUS, FIRST, SECOND = (
    TOPICS.station("A", "status"),
    TOPICS.connector("A", 1, "status"),
    "cp_simu/cps/A/connectors/2/status",
)
CHARGING = ConnectorStatus(
    ConnectorState.CHARGING,
    id_tag="TAG",
    max_setpoint=16.0,
    ocpp_setpoint=16.0,
    setpoint=16.0,
    consumption_l1=10.0,
    car_consumption_l1=10.0,
    car_cable_capacity=32.0,
    car_ready=False,
    transaction_id=7,
    transaction_energy_wh=50.0,
    energy_wh=1234.5,
    power_w=2300.0,
    soc_pct=50.0,
)


def test_connectors_of_a_dead_one_give_nothing_and_its_car_stays() -> None:
    """Defect 9: it does not show Charging for ever."""
    living = ChargePointStatus.of(SPEC, Registration.ACCEPTED, pid=5)
    told = dict(obituary(SPEC, TOPICS, {STATUS: living.to_json(), FIRST: CHARGING.to_json()}))
    connector = ConnectorStatus.from_json(told[FIRST])
    assert connector == ConnectorStatus(
        ConnectorState.UNAVAILABLE,
        max_setpoint=16.0,
        car_consumption_l1=10.0,
        car_cable_capacity=32.0,
        car_ready=False,
        energy_wh=1234.5,
    )
    assert ConnectorStatus.from_json(told[SECOND]).status is ConnectorState.UNAVAILABLE
    assert ChargePointStatus.from_json(told[STATUS]).status is Registration.DEAD
    assert ChargePointStatus.from_json(told[STATUS]).pid == 5


def test_the_charge_points_own_status_comes_last() -> None:
    """So that one which lives after all corrects everything."""
    messages = obituary(SPEC, TOPICS, {FIRST: CHARGING.to_json()})
    assert [topic for topic, _ in messages] == [FIRST, SECOND, STATUS]


def test_one_of_which_nothing_was_ever_heard_is_told_from_its_entry() -> None:
    told = dict(obituary(SPEC, TOPICS, {}, "it cannot be started"))
    status = ChargePointStatus.from_json(told[STATUS])
    assert (status.status, status.pid, status.last_error) == (Registration.DEAD, 0, "it cannot be started")
    assert status.entry == SPEC.to_entry()


def test_nothing_is_said_twice() -> None:
    told = dict(obituary(SPEC, TOPICS, {FIRST: CHARGING.to_json()}, "broken"))
    assert obituary(SPEC, TOPICS, told) == []
    assert obituary(SPEC, TOPICS, told, "broken") == []


def test_its_own_last_words_are_better_than_ours() -> None:
    dead = replace(ChargePointStatus.of(SPEC, Registration.DEAD), last_error="broke down: ValueError")
    told = dict(obituary(SPEC, TOPICS, {STATUS: dead.to_json()}, "it ended with exit code 1"))
    assert ChargePointStatus.from_json(told[STATUS]).last_error == "broke down: ValueError"


def test_what_cannot_be_read_is_replaced() -> None:
    told = dict(obituary(SPEC, TOPICS, {STATUS: b"garbage", FIRST: b"[]"}))
    assert ChargePointStatus.from_json(told[STATUS]).status is Registration.DEAD
    assert ConnectorStatus.from_json(told[FIRST]).status is ConnectorState.UNAVAILABLE


def test_one_that_lives_in_a_pool_is_told_to_live_there_wherever_it_did_before() -> None:
    """It may have been killed before it could say so itself."""
    living = ChargePointStatus.of(SPEC, Registration.ACCEPTED, pid=5)
    dead = replace(living, status=Registration.DEAD)
    for retained in ({}, {STATUS: living.to_json()}, {STATUS: dead.to_json()}):
        told = dict(obituary(SPEC, TOPICS, retained, pool="east"))
        assert ChargePointStatus.from_json(told[STATUS]).pool == "east"
