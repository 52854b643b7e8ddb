"""A charging session on the wire: its messages, their order and content (OCPP 1.6 sections 3.6, 4.8, 4.10)."""

from __future__ import annotations

import pytest

from chargepoint.model.vehicle import Vehicle
from tests.support.bench import Bench


def test_a_cable_without_an_id_tag_times_out_to_finishing_and_is_still_welcome() -> None:
    bench = Bench().connect()
    bench.plug()
    bench.advance(60)
    assert bench.statuses() == ["Available", "Preparing", "Finishing"]
    bench.forget()
    bench.tap()
    assert bench.actions() == ["Authorize", "StatusNotification", "StartTransaction", "StatusNotification"]
    assert bench.statuses() == ["Preparing", "Charging"]


def test_a_connection_time_out_of_0_waits_for_ever() -> None:
    bench = Bench({"ocpp_config": {"ConnectionTimeOut": "0"}}).connect()
    bench.tap()
    bench.advance(86_400)
    bench.plug()
    assert len(bench.calls("StartTransaction")) == 1


def test_the_same_tag_presented_again_before_the_cable_takes_the_intention_back() -> None:
    bench = Bench().connect()
    bench.tap("TAG")
    bench.tap("tag")
    assert bench.statuses() == ["Available", "Preparing", "Available"]
    bench.plug()
    assert bench.calls("StartTransaction") == []


def test_what_is_billed_is_told_before_the_state_it_leads_to_even_behind_a_slow_answer() -> None:
    """ocpp.md section 5.4: the transaction queue goes before status."""
    bench = Bench({"nb_connectors": 2, "max_current": 64, "ocpp_config": {"AllowOfflineTxForUnknownId": "true"}})
    bench.charging(2)
    bench.script["MeterValues"] = lambda _: None
    bench.advance(59)
    bench.plug(1)
    bench.advance(1)
    bench.call("RemoteStartTransaction", connectorId=1, idTag="REMOTE")
    bench.forget()
    bench.answer("MeterValues", {})
    assert bench.actions() == ["StartTransaction", "StatusNotification"]
    bench.advance(60)
    bench.tap("REMOTE", 1)
    bench.forget()
    bench.script.clear()
    bench.answer("MeterValues", {})
    assert bench.actions() == ["MeterValues", "StopTransaction", "StatusNotification"]


def test_pulling_the_cable_before_the_tag_frees_the_connector() -> None:
    bench = Bench().connect()
    bench.plug()
    bench.unplug()
    bench.advance(300)
    assert bench.statuses() == ["Available", "Preparing", "Available"]


def test_a_car_that_pauses_and_goes_on() -> None:
    bench = Bench()
    bench.charging()
    bench.forget()
    bench.car(ready=False)
    bench.advance(60)
    bench.car(ready=True)
    assert bench.statuses() == ["SuspendedEV", "Charging"]


def test_a_full_battery_takes_nothing_more() -> None:
    bench = Bench(vehicle=Vehicle(battery_wh=10_000, arrival_soc_pct=90))
    bench.charging()
    bench.advance(3600)
    assert bench.statuses()[-1] == "SuspendedEV"
    assert bench.status().soc_pct == 100.0
    assert bench.status().energy_wh == pytest.approx(1000 / 0.92, abs=0.1)


def test_a_second_session_begins_where_the_meter_stands() -> None:
    bench = Bench()
    bench.charging()
    bench.advance(3600)
    bench.unplug()
    bench.charging()
    assert [start["meterStart"] for start in bench.calls("StartTransaction")] == [0, 11_040]


def test_a_session_on_each_connector() -> None:
    bench = Bench({"nb_connectors": 2, "max_current": 64})
    first, second = bench.charging(1, "ONE"), bench.charging(2, "TWO")
    bench.advance(60)
    bench.tap("TWO", 2)
    assert [stop["transactionId"] for stop in bench.calls("StopTransaction")] == [second]
    assert {value["connectorId"]: value["transactionId"] for value in bench.calls("MeterValues")} == {
        1: first,
        2: second,
    }
