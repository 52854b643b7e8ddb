"""The emergency-stop button: pressed it ends transactions with EmergencyStop, and stays in until it is released."""

from __future__ import annotations

import json

import pytest

from chargepoint.api.payloads import ChargePointStatus, ErrorCode
from tests.support.bench import Bench


def press(bench: Bench, connector: int = 0) -> None:
    order = {"type": "damage", "kind": "emergency_stop"} | ({"connector": connector} if connector else {})
    bench.mqtt("cmd", json.dumps(order).encode())


def release(bench: Bench, connector: int = 0) -> None:
    order = {"type": "damage", "kind": "emergency_stop", "clear": True, "connector": connector}
    bench.mqtt("cmd", json.dumps(order).encode())


def told(bench: Bench) -> list[tuple[int, str, str, str | None]]:
    return [
        (one["connectorId"], one["status"], one["errorCode"], one.get("info"))
        for one in bench.calls("StatusNotification")
    ]


def charging_twice() -> Bench:
    bench = Bench({"nb_connectors": 2, "max_setpoint": 64})
    bench.charging(1)
    bench.charging(2)
    bench.advance(60)
    bench.forget()
    return bench


def test_the_button_of_the_station_ends_every_transaction_and_takes_it_out_of_service() -> None:
    bench = charging_twice()
    press(bench)
    stops = bench.calls("StopTransaction")
    assert [(stop["transactionId"], stop["reason"], "idTag" in stop) for stop in stops] == [
        (1, "EmergencyStop", False),
        (2, "EmergencyStop", False),
    ]
    assert sorted(told(bench)) == [(n, "Faulted", "OtherError", "Emergency stop") for n in (0, 1, 2)]
    assert (bench.status(1).power_w, bench.status(2).error_code) == (0, "OtherError")


def test_the_button_of_a_connector_leaves_the_others_alone() -> None:
    bench = charging_twice()
    press(bench, 2)
    assert [stop["transactionId"] for stop in bench.calls("StopTransaction")] == [2]
    assert told(bench) == [(2, "Faulted", "OtherError", "Emergency stop")]
    assert bench.status(1).status == "Charging"


def test_nothing_starts_until_it_is_released_and_it_does_not_release_itself() -> None:
    bench = charging_twice()
    press(bench, 1)
    bench.tap("TAG", 1)
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="T") == {"status": "Rejected"}
    bench.clear_fault(1)
    bench.advance(86_400)
    assert (bench.calls("StartTransaction"), bench.status(1).status) == ([], "Faulted")
    bench.forget()
    release(bench, 1)
    assert told(bench) == [(1, "Finishing", "NoError", None)]
    bench.tap("TAG", 1)
    assert bench.status(1).status == "Charging"


def test_it_stays_pressed_over_a_power_cut_and_a_reset() -> None:
    bench = charging_twice()
    press(bench, 1)
    bench.power_cut()
    bench.forget()
    bench.connect()
    assert (1, "Faulted", "OtherError", "Emergency stop") in told(bench)
    assert [stop["reason"] for stop in bench.calls("StopTransaction")] == ["PowerLoss"], "of the other connector"
    status = ChargePointStatus.from_json(bench.life.greeting(bench.now)[0].payload)
    assert status.deviations == ("emergency_stop connector 1",)
    release(bench, 1)
    bench.power_cut()
    bench.connect()
    assert bench.status(1).status == "Finishing"


def test_all_that_is_broken_is_repaired_with_it() -> None:
    bench = charging_twice()
    press(bench)
    press(bench, 2)
    bench.mqtt("cmd", b'{"type":"damage","clear":true}')
    assert [bench.status(number).status for number in (1, 2)] == ["Finishing", "Finishing"]


def test_another_fault_is_told_by_its_own_code_and_a_car_that_says_nothing_is_none() -> None:
    bench = Bench().connect()
    bench.plug()
    bench.fault(1, ErrorCode.EV_COMMUNICATION_ERROR)
    press(bench)
    assert bench.status().error_code == "OtherError"
    bench.fault(1, ErrorCode.GROUND_FAILURE)
    assert bench.status().error_code == "GroundFailure"
    release(bench)
    assert (bench.status().status, bench.status().error_code) == ("Faulted", "GroundFailure")


@pytest.mark.parametrize("action", ["trigger", "reconnect"])
def test_the_info_is_told_whenever_the_state_is(action: str) -> None:
    bench = Bench().connect()
    if action == "reconnect":
        bench.disconnect()
    press(bench)
    bench.forget()
    if action == "reconnect":
        bench.connect()
    else:
        bench.call("TriggerMessage", requestedMessage="StatusNotification")
    assert told(bench) == [(n, "Faulted", "OtherError", "Emergency stop") for n in (0, 1)]
