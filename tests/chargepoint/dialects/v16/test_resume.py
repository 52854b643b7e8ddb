"""A transaction that outlives a power cut (TransactionResumeAfterPowerLoss), and interruptions in meter values."""

from __future__ import annotations

from typing import Any

import pytest

from chargepoint.clock import iso
from tests.support.bench import NOON, Bench

RESUME = {"TransactionResumeAfterPowerLoss": "true"}
ENERGY = "Energy.Active.Import.Register"


def told(payload: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Timestamp, context and value of every sampled value."""
    return [
        (value["timestamp"], one["context"], one["value"])
        for value in payload["meterValue"]
        for one in value["sampledValue"]
    ]


def interrupted(away_s: float = 300.0, **config: str) -> Bench:
    """A transaction of 90 s, a power cut of ``away_s``, and the station online again."""
    bench = Bench({"ocpp_config": {"MeterValuesSampledData": ENERGY, **RESUME, **config}})
    bench.charging()
    bench.advance(90)
    bench.forget()
    bench.now += away_s
    bench.power_on()
    bench.connect()
    return bench


def test_by_default_a_transaction_ends_with_the_power() -> None:
    bench = Bench()
    bench.charging()
    bench.advance(90)
    bench.power_cut()
    bench.connect()
    assert bench.calls("StopTransaction")[0]["reason"] == "PowerLoss"


def test_a_transaction_goes_on_with_its_id_and_no_second_start() -> None:
    bench = interrupted()
    assert bench.calls("StartTransaction") == []
    assert bench.calls("StopTransaction") == []
    assert bench.statuses() == ["Charging"]
    bench.advance(60)
    bench.tap()
    stop = bench.calls("StopTransaction")[0]
    assert (stop["transactionId"], stop["reason"]) == (1, "Local")
    assert stop["meterStop"] == pytest.approx(11_040 * 150 / 3600, abs=1)


def test_the_meter_is_read_where_the_interruption_begins_and_ends() -> None:
    first, last = interrupted().calls("MeterValues")
    assert told(first) == [(iso(NOON + 90), "Interruption.Begin", "276")]
    assert told(last) == [(iso(NOON + 390), "Interruption.End", "276")]
    assert {first["transactionId"], last["transactionId"]} == {1}


def test_the_interruption_is_in_the_data_of_the_stop() -> None:
    bench = interrupted(StopTxnSampledData=ENERGY)
    bench.tap()
    data = bench.calls("StopTransaction")[0]["transactionData"]
    assert [value["sampledValue"][0]["context"] for value in data] == [
        "Transaction.Begin",
        "Sample.Periodic",
        "Interruption.Begin",
        "Interruption.End",
        "Transaction.End",
    ]


def test_samples_go_on_by_the_interval_from_the_start_of_the_transaction() -> None:
    bench = interrupted()
    bench.forget()
    bench.advance(100)
    assert [told(one)[0][0] for one in bench.calls("MeterValues")] == [iso(NOON + 420), iso(NOON + 480)]


def test_intervals_lose_nothing_in_an_interruption() -> None:
    interval = "Energy.Active.Import.Interval"
    bench = interrupted(MeterValuesSampledData=interval)
    bench.advance(30)
    told_wh = [float(told(one)[0][2]) for one in bench.calls("MeterValues")]
    assert told_wh == [92.0, 0.0, 92.0]


def test_a_start_that_was_not_delivered_yet_is_delivered_once() -> None:
    bench = Bench({"ocpp_config": {"AllowOfflineTxForUnknownId": "true", **RESUME}})
    bench.plug()
    bench.tap()
    bench.advance(90)
    bench.power_cut()
    bench.connect()
    assert len(bench.calls("StartTransaction")) == 1
    assert {one["transactionId"] for one in bench.calls("MeterValues")} == {1}
    assert bench.status().status == "Charging"


def test_a_limit_for_the_transaction_goes_on_with_it() -> None:
    bench = Bench({"ocpp_config": RESUME})
    transaction_id = bench.charging()
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 9.0}]}
    profile = {
        "chargingProfileId": 1,
        "transactionId": transaction_id,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    bench.call("SetChargingProfile", connectorId=1, csChargingProfiles=profile)
    bench.power_cut()
    assert bench.status().consumption_l1 == 9


def test_a_shutdown_in_good_order_ends_a_transaction_all_the_same() -> None:
    bench = Bench({"ocpp_config": RESUME})
    bench.charging()
    bench.mqtt("cmd", b'{"type": "close"}')
    assert bench.calls("StopTransaction")[0]["reason"] == "Reboot"


def test_a_fault_is_an_interruption() -> None:
    bench = Bench({"ocpp_config": {"MeterValuesSampledData": ENERGY + ",Power.Active.Import"}})
    bench.charging()
    bench.advance(30)
    bench.fault()
    bench.advance(20)
    bench.clear_fault()
    begin, end = bench.calls("MeterValues")
    assert told(begin) == [
        (iso(NOON + 30), "Interruption.Begin", "92"),
        (iso(NOON + 30), "Interruption.Begin", "11040.0"),
    ]
    assert told(end) == [(iso(NOON + 50), "Interruption.End", "92"), (iso(NOON + 50), "Interruption.End", "0.0")]


def test_a_fault_of_the_station_interrupts_only_connectors_with_a_transaction_that_still_charged() -> None:
    bench = Bench({"nb_connectors": 3, "max_current": 96})
    bench.charging(1)
    bench.charging(2)
    bench.fault(2)
    bench.forget()
    bench.fault(0)
    bench.clear_fault(0)
    assert [(one["connectorId"], told(one)[0][1]) for one in bench.calls("MeterValues")] == [
        (1, "Interruption.Begin"),
        (1, "Interruption.End"),
    ]


def test_a_power_cut_during_a_fault_is_one_interruption() -> None:
    bench = Bench({"ocpp_config": {"MeterValuesSampledData": ENERGY, **RESUME}})
    bench.charging()
    bench.fault()
    bench.power_cut()
    bench.connect()
    assert [told(one)[0][1] for one in bench.calls("MeterValues")] == ["Interruption.Begin", "Interruption.End"]


def test_a_pause_by_car_or_limit_is_no_interruption() -> None:
    bench = Bench()
    bench.charging()
    bench.car(ready=False)
    bench.car(ready=True)
    assert bench.calls("MeterValues") == []
