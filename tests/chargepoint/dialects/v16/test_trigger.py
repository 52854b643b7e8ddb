"""TriggerMessage (OCPP 1.6 section 5.17)."""

from __future__ import annotations

import pytest

from tests.support.bench import Bench


def trigger(bench: Bench, message: str, **connector: int) -> str:
    status = bench.call("TriggerMessage", requestedMessage=message, **connector)["status"]
    assert isinstance(status, str)
    return status


def test_the_answer_comes_before_the_message() -> None:
    for message in ("Heartbeat", "StatusNotification", "MeterValues"):
        bench = Bench().connect()
        bench.forget()
        assert trigger(bench, message) == "Accepted"
        assert bench.order()[:2] == ["answer", message]


def test_states_are_told_though_nothing_changed() -> None:
    bench = Bench({"nb_connectors": 2}).connect()
    bench.forget()
    trigger(bench, "StatusNotification")
    assert [one["connectorId"] for one in bench.calls("StatusNotification")] == [0, 1, 2]
    bench.forget()
    trigger(bench, "StatusNotification", connectorId=2)
    assert [one["connectorId"] for one in bench.calls("StatusNotification")] == [2]


def test_meter_values_are_read_now_of_every_connector_or_the_one_named() -> None:
    bench = Bench({"nb_connectors": 2})
    transaction_id = bench.charging(2)
    bench.advance(30)
    bench.forget()
    trigger(bench, "MeterValues")
    told = [(one["connectorId"], one.get("transactionId")) for one in bench.calls("MeterValues")]
    assert told == [(1, None), (2, transaction_id)]
    sample = bench.calls("MeterValues")[1]["meterValue"][0]["sampledValue"][0]
    assert (sample["context"], sample["value"]) == ("Trigger", "92")
    bench.forget()
    trigger(bench, "MeterValues", connectorId=0)
    assert [one["connectorId"] for one in bench.calls("MeterValues")] == [0]


def test_a_transaction_that_has_no_id_yet_is_not_named_in_triggered_meter_values() -> None:
    bench = Bench(script={"StartTransaction": lambda _: None}).connect()
    bench.plug()
    bench.tap()
    trigger(bench, "MeterValues")
    bench.answer("StartTransaction", {"transactionId": 3, "idTagInfo": {"status": "Accepted"}})
    assert "transactionId" not in bench.calls("MeterValues")[0]


def test_triggered_meter_values_are_no_part_of_the_transaction_data() -> None:
    bench = Bench({"ocpp_config": {"StopTxnSampledData": "Energy.Active.Import.Register"}})
    bench.charging()
    trigger(bench, "MeterValues")
    bench.tap()
    assert len(bench.calls("StopTransaction")[0]["transactionData"]) == 2


def test_a_heartbeat_on_demand_restarts_the_interval() -> None:
    bench = Bench().connect()
    bench.advance(200)
    trigger(bench, "Heartbeat")
    bench.advance(200)
    assert len(bench.calls("Heartbeat")) == 1
    bench.advance(100)
    assert len(bench.calls("Heartbeat")) == 2


def test_an_accepted_station_does_not_boot_on_demand() -> None:
    """Errata 3.55."""
    bench = Bench().connect()
    assert trigger(bench, "BootNotification") == "Rejected"


def test_meter_values_without_anything_to_measure_cannot_be_had() -> None:
    bench = Bench({"ocpp_config": {"MeterValuesSampledData": ""}}).connect()
    bench.forget()
    assert trigger(bench, "MeterValues") == "Rejected"
    assert bench.sent == []


@pytest.mark.parametrize("connector", [2, 99, -1])
def test_an_unknown_connector_is_rejected(connector: int) -> None:
    bench = Bench().connect()
    bench.forget()
    assert trigger(bench, "MeterValues", connectorId=connector) == "Rejected"
    assert trigger(bench, "StatusNotification", connectorId=connector) == "Rejected"
    assert bench.sent == []


@pytest.mark.parametrize("message", ["DiagnosticsStatusNotification", "FirmwareStatusNotification"])
def test_what_nothing_goes_on_of_is_idle(message: str) -> None:
    """Sections 4.4 and 4.5: Idle is only said when it is asked for."""
    bench = Bench().connect()
    bench.forget()
    assert trigger(bench, message) == "Accepted"
    assert bench.sent == [(message, {"status": "Idle"})]
