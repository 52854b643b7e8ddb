"""What a station tells over MQTT: its own status, and that of its connectors (S0-22, S0-29, S0-30, S0-36)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chargepoint.api.payloads import ChargePointStatus, ConnectorStatus
from chargepoint.bus import Message
from chargepoint.model.vehicle import Vehicle
from tests.support.bench import Bench, CallError

STATUS = "cp_simu/cps/CP1/status"

FIRST_FIELDS = {
    "status": str,
    "id_tag": str,
    "max_setpoint": float,
    "ocpp_setpoint": float,
    "setpoint": float,
    "consumption_l1": float,
    "consumption_l2": float,
    "consumption_l3": float,
    "car_consumption_l1": float,
    "car_consumption_l2": float,
    "car_consumption_l3": float,
    "car_cable_capacity": float,
    "car_ready": bool,
}


def connector_topic(number: int = 1) -> str:
    return f"cp_simu/cps/CP1/connectors/{number}/status"


def told(bench: Bench, topic: str) -> list[dict[str, Any]]:
    return [json.loads(message.payload) for message in bench.published if message.topic == topic]


def test_the_first_fields_of_a_station_are_those_of_the_original_in_its_order() -> None:
    """S0-29."""
    bench = Bench({"vendor": "Open OCPP", "serial": "S/N1", "max_current": 32, "central_system": "ws://host:9000/"})
    status = told(bench.connect(), STATUS)[-1]
    assert list(status.items())[:10] == [
        ("pid", 4711),
        ("status", "Accepted"),
        ("vendor", "Open OCPP"),
        ("model", "Simulated CP"),
        ("serial", "S/N1"),
        ("nb_phases", 3),
        ("max_setpoint", 32.0),
        ("central_system", "ws://host:9000/"),
        ("type", "AC"),
        ("voltage", 230.0),
    ]
    assert isinstance(status["max_setpoint"], float)


SITUATIONS: list[Callable[[Bench], object]] = [
    lambda bench: None,
    lambda bench: bench.plug(cable=32, consumption_l1=10),
    lambda bench: bench.tap(),
    lambda bench: bench.charging(),
    lambda bench: (bench.charging(), bench.tap()),
    lambda bench: bench.fault(),
    lambda bench: bench.life.farewell(),
]


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("entry", [{}, {"type": "DC", "max_setpoint": 50_000}, {"max_current": 32, "nb_phases": 1}])
def test_the_first_fields_of_a_connector_are_those_of_the_original_in_its_order(
    situation: Callable[[Bench], object], entry: dict[str, object]
) -> None:
    """S0-30: with their types; a whole number of amperes is 32.0, which the original insists on."""
    bench = Bench(entry).connect()
    situation(bench)
    bench.published += bench.life.greeting(bench.now) + bench.life.farewell()
    for status in told(bench, connector_topic()):
        assert list(status)[: len(FIRST_FIELDS)] == list(FIRST_FIELDS)
        assert {name: type(status[name]) for name in FIRST_FIELDS} == FIRST_FIELDS


def test_all_statuses_are_retained_and_nothing_else_is() -> None:
    """S0-22."""
    bench = Bench({"nb_connectors": 2}).connect()
    bench.charging()
    bench.mqtt("cmd", b"rubbish")
    bench.published += bench.life.greeting(bench.now) + bench.life.farewell()
    assert {message.topic for message in bench.published if message.retain} == {
        STATUS,
        connector_topic(1),
        connector_topic(2),
    }
    assert {message.topic for message in bench.published if not message.retain} == {"cp_simu/cps/CP1/result"}


def test_everything_is_told_at_the_start() -> None:
    bench = Bench({"nb_connectors": 3})
    assert {message.topic for message in bench.published} >= {connector_topic(number) for number in (1, 2, 3)}


def test_the_registration_is_told_while_there_is_a_connection() -> None:
    bench = Bench(script={"BootNotification": lambda _: None}).connect()
    assert ChargePointStatus.from_json(bench.life.greeting(bench.now)[0].payload).status == "Disconnected"
    bench.answer("BootNotification", {"status": "Accepted", "currentTime": "2025-06-15T12:00:00Z", "interval": 60})
    bench.disconnect()
    bench.connect()
    assert [one["status"] for one in told(bench, STATUS)] == ["Accepted", "Disconnected", "Accepted"]


def test_why_there_is_no_connection_is_told() -> None:
    bench = Bench()
    bench.disconnect()
    bench.connect()
    errors = [one["last_error"] for one in told(bench, STATUS)]
    assert (errors[0], errors[-1]) == ("connection lost", "")


def test_the_complete_entry_is_told_so_that_anybody_can_save_it() -> None:
    entry = {"nb_connectors": 2, "fixed_cable": True, "ocpp_config": {"ConnectionTimeOut": "7"}}
    status = told(Bench(entry).connect(), STATUS)[-1]
    assert {**status["entry"], **entry, "id": "CP1"} == status["entry"]


def test_a_session_is_followed_field_by_field() -> None:
    """S0-31, S0-32: car inputs and id tags show in the status."""
    bench = Bench({"max_current": 20}).connect()
    bench.plug(cable=32, ready=True, consumption_l1=10, consumption_l2=12, consumption_l3=32)
    status = ConnectorStatus.from_json(bench.published[-1].payload)
    assert (status.status, status.car_cable_capacity, status.car_ready) == ("Preparing", 32.0, True)
    assert (status.car_consumption_l1, status.car_consumption_l2, status.car_consumption_l3) == (10, 12, 32)
    assert (status.setpoint, status.power_w, status.transaction_id, status.id_tag) == (0, 0, None, "")
    bench.tap("TAG")
    bench.advance(3600)
    status = ConnectorStatus.from_json(bench.published[-1].payload)
    assert (status.status, status.id_tag, status.transaction_id) == ("Charging", "TAG", 1)
    assert (status.max_setpoint, status.ocpp_setpoint, status.setpoint) == (20, 20, 20)
    assert (status.consumption_l1, status.consumption_l2, status.consumption_l3) == (10, 12, 20)
    assert status.power_w == 42 * 230
    assert status.energy_wh == pytest.approx(42 * 230, abs=10)
    assert status.soc_pct is not None
    assert status.soc_pct > 20
    bench.tap("TAG")
    status = ConnectorStatus.from_json(bench.published[-1].payload)
    assert (status.status, status.id_tag, status.transaction_id, status.power_w) == ("Finishing", "", None, 0)


def test_a_tag_that_waits_for_its_cable_is_shown() -> None:
    bench = Bench().connect()
    bench.tap("TAG")
    assert (bench.status().status, bench.status().id_tag) == ("Preparing", "TAG")


def test_a_fault_is_shown_with_its_code() -> None:
    """S0-33."""
    bench = Bench().connect()
    bench.mqtt("connectors/1/faulted", b'{"faulted": true}')
    assert (bench.status().status, bench.status().error_code) == ("Faulted", "OtherError")
    bench.mqtt("connectors/1/faulted", b'{"faulted": true, "error_code": "GroundFailure"}')
    assert bench.status().error_code == "GroundFailure"
    bench.mqtt("connectors/1/faulted", b'{"faulted": false}')
    assert (bench.status().status, bench.status().error_code) == ("Available", "NoError")


def test_what_does_not_change_is_not_told_again() -> None:
    bench = Bench({"nb_connectors": 2}).connect()
    bench.plug()
    bench.advance(60)
    bench.forget()
    bench.advance(3600)
    assert bench.published == []


def test_measurements_are_told_once_a_second_and_everything_else_at_once() -> None:
    bench = Bench()
    bench.charging()
    bench.forget()
    for _ in range(100):
        bench.advance(0.1)
        bench.life.advance(bench.now)
    assert 9 <= len(told(bench, connector_topic())) <= 11
    energies = [one["energy_wh"] for one in told(bench, connector_topic())]
    assert energies == sorted(energies)
    bench.forget()
    bench.car(consumption_l1=8)
    bench.car(consumption_l1=9)
    assert [one["consumption_l1"] for one in told(bench, connector_topic())] == [8, 9]


@pytest.mark.parametrize("current", [1e-9, 0.001, 0.01])
def test_a_trickle_that_cannot_be_seen_yet_keeps_nobody_busy(current: float) -> None:
    bench = Bench()
    bench.charging()
    bench.car(consumption_l1=current, consumption_l2=0, consumption_l3=0)
    bench.forget()
    bench.advance(600)
    assert len(told(bench, connector_topic())) <= 600


def test_no_statuses_come_from_a_connector_that_does_not_deliver() -> None:
    bench = Bench()
    bench.charging()
    bench.car(ready=False)
    bench.advance(60)
    bench.forget()
    bench.advance(600)
    assert told(bench, connector_topic()) == []


def test_death_is_announced_with_the_whole_status() -> None:
    """S0-23: the will is what the broker tells when the process is gone."""
    bench = Bench().connect()
    will = bench.mqtt_dialect.will()
    assert (will.topic, will.retain) == (STATUS, True)
    assert json.loads(will.payload)["status"] == "Dead"
    assert json.loads(will.payload)["serial"] == "S/NCP1"


def test_after_death_a_connector_gives_nothing_and_remembers_the_car() -> None:
    """Defect 9 of the original: after death the connector still showed Charging, 10 A."""
    bench = Bench({"nb_connectors": 2})
    bench.charging()
    bench.advance(60)
    station, first, _ = (json.loads(message.payload) for message in bench.life.farewell("out of memory"))
    assert (station["status"], station["last_error"]) == ("Dead", "out of memory")
    assert (first["status"], first["transaction_id"], first["id_tag"]) == ("Unavailable", None, "")
    for nothing in ("setpoint", "ocpp_setpoint", "consumption_l1", "consumption_l2", "consumption_l3", "power_w"):
        assert first[nothing] == 0
    assert (first["car_cable_capacity"], first["car_consumption_l1"], first["car_ready"]) == (32, 16, True)
    assert first["energy_wh"] == 184.0


@pytest.mark.parametrize("payload", ['{"status":"Dead"}', '{"pid":1,"status":"Dead"}', "rubbish", "[]", "5"])
def test_a_foreign_death_is_corrected_while_the_station_lives(payload: str) -> None:
    """Defect 1 of the original: a living station stayed Dead."""
    bench = Bench().connect()
    bench.forget()
    bench.mqtt("status", payload.encode())
    assert [message.topic for message in bench.published] == [STATUS, connector_topic()]
    assert told(bench, STATUS)[0]["status"] == "Accepted"


def test_its_own_word_and_the_end_of_it_are_not_corrected() -> None:
    bench = Bench().connect()
    own = told(bench, STATUS)[-1]
    bench.forget()
    bench.mqtt("status", json.dumps(own).encode())
    bench.mqtt("status", b"")
    assert bench.published == []


def test_messages_of_another_station_are_none_of_its_business() -> None:
    bench = Bench().connect()
    bench.forget()
    for leaf, payload in (
        ("status", b'{"status":"Dead"}'),
        ("cmd", b'{"type":"close"}'),
        ("connectors/1/id_tag", b'{"id":"TAG"}'),
    ):
        bench.life.heard(Message(f"cp_simu/cps/CP2/{leaf}", payload), bench.now)
    bench.advance(1)
    assert bench.published == []
    assert bench.sent == []
    assert bench.life.going_down is None


def test_the_configuration_is_told_on_demand_and_retained() -> None:
    """S0-35."""
    bench = Bench().connect()
    bench.call("ChangeConfiguration", key="ConnectionTimeOut", value="99")
    bench.forget()
    bench.mqtt("cmd", b'{"type":"ocpp_config"}')
    (message,) = bench.published
    assert (message.topic, message.retain) == ("cp_simu/cps/CP1/ocpp_config", True)
    configuration = json.loads(message.payload)
    assert configuration["ConnectionTimeOut"] == "99"
    assert all(isinstance(value, str) for value in configuration.values())
    entries = bench.call("GetConfiguration")["configurationKey"]
    assert configuration == {entry["key"]: entry["value"] for entry in entries if "value" in entry}
    assert "AuthorizationKey" not in configuration


def test_a_refused_start_is_seen_without_a_central_system_log() -> None:
    bench = Bench(script={"Authorize": lambda _: CallError("InternalError")}).connect()
    bench.plug()
    bench.tap("NOBODY")
    assert [note for note in bench.notes if "NOBODY" in note and "denied" in note]


def test_a_current_on_its_way_is_told_every_second() -> None:
    bench = Bench(vehicle=Vehicle(ac_rise_a_per_s=4))
    bench.charging()
    bench.published.clear()
    bench.advance(5)
    told = [ConnectorStatus.from_json(one.payload) for one in bench.published if "/connectors/" in one.topic]
    assert [one.consumption_l1 for one in told] == [4, 8, 12, 16, 16]
    assert all(one.power_w == 3 * 230 * one.consumption_l1 for one in told)
