"""StopTransaction.transactionData by StopTxnSampledData and StopTxnAlignedData (OCPP 1.6 sections 4.10, 9.1)."""

from __future__ import annotations

from typing import Any

from tests.support.bench import Bench

ENERGY = "Energy.Active.Import.Register"


def stopped(**config: str) -> list[dict[str, Any]] | None:
    """transactionData of a transaction of 150 s, sampled every minute and, by the clock, every 100 s."""
    bench = Bench({"ocpp_config": config})
    bench.charging()
    bench.advance(150)
    bench.tap()
    return bench.calls("StopTransaction")[0].get("transactionData")


def told(data: list[dict[str, Any]] | None) -> list[tuple[str, str]]:
    return [(one["context"], one["value"]) for value in data or () for one in value["sampledValue"]]


def test_without_the_keys_a_stop_carries_no_meter_data() -> None:
    assert stopped() is None


def test_sampled_data_goes_along_from_begin_to_end() -> None:
    assert told(stopped(StopTxnSampledData=ENERGY)) == [
        ("Transaction.Begin", "0"),
        ("Sample.Periodic", "184"),
        ("Sample.Periodic", "368"),
        ("Transaction.End", "460"),
    ]


def test_aligned_data_goes_along_from_begin_to_end() -> None:
    data = stopped(StopTxnAlignedData=ENERGY, ClockAlignedDataInterval="100", MeterValueSampleInterval="0")
    assert told(data) == [("Transaction.Begin", "0"), ("Sample.Clock", "306"), ("Transaction.End", "460")]


def test_the_end_tells_what_is_sampled() -> None:
    data = stopped(StopTxnSampledData=ENERGY + ",Power.Active.Import,Frequency")
    assert data is not None
    assert [one["measurand"] for one in data[-1]["sampledValue"]] == [ENERGY, "Power.Active.Import", "Frequency"]


def test_sampled_data_of_the_stop_is_independent_of_that_of_the_meter_values() -> None:
    bench = Bench({"ocpp_config": {"StopTxnSampledData": "Voltage.L1-N", "MeterValuesSampledData": ""}})
    bench.charging()
    bench.advance(60)
    bench.tap()
    assert bench.calls("MeterValues") == []
    data = bench.calls("StopTransaction")[0]["transactionData"]
    assert [value["sampledValue"][0]["measurand"] for value in data] == [ENERGY, "Voltage", "Voltage"]


def test_an_interval_is_counted_for_the_stop_and_for_the_meter_values_alike() -> None:
    interval = "Energy.Active.Import.Interval"
    bench = Bench({"ocpp_config": {"StopTxnSampledData": interval, "MeterValuesSampledData": interval}})
    bench.charging()
    bench.advance(150)
    bench.tap()
    assert told(bench.calls("StopTransaction")[0]["transactionData"]) == [
        ("Transaction.Begin", "0"),
        ("Sample.Periodic", "184.0"),
        ("Sample.Periodic", "184.0"),
        ("Transaction.End", "92.0"),
    ]
    assert [told(one["meterValue"])[0][1] for one in bench.calls("MeterValues")] == ["184.0", "184.0"]


def test_the_data_survives_a_power_cut() -> None:
    bench = Bench({"ocpp_config": {"StopTxnSampledData": ENERGY}})
    bench.charging()
    bench.advance(130)
    bench.power_cut()
    bench.connect()
    data = bench.calls("StopTransaction")[0]["transactionData"]
    assert told(data) == [
        ("Transaction.Begin", "0"),
        ("Sample.Periodic", "184"),
        ("Sample.Periodic", "368"),
        ("Transaction.End", "398"),
    ]


def test_each_transaction_tells_its_own_data() -> None:
    bench = Bench({"nb_connectors": 2, "max_current": 64, "ocpp_config": {"StopTxnSampledData": ENERGY}})
    bench.charging(1)
    bench.charging(2)
    bench.advance(60)
    bench.unplug(2)
    bench.advance(60)
    bench.unplug(1)
    second, first = bench.calls("StopTransaction")
    assert told(second["transactionData"])[-1] == ("Transaction.End", "184")
    assert [value for _, value in told(first["transactionData"])] == ["0", "184", "368", "368"]


def test_a_key_that_is_set_while_charging_counts_from_then_on() -> None:
    bench = Bench()
    bench.charging()
    bench.advance(90)
    bench.call("ChangeConfiguration", key="StopTxnSampledData", value=ENERGY)
    bench.advance(60)
    bench.tap()
    assert told(bench.calls("StopTransaction")[0]["transactionData"]) == [
        ("Sample.Periodic", "368"),
        ("Transaction.End", "460"),
    ]


def test_a_long_transaction_keeps_its_first_and_last_values_and_thins_out_those_between() -> None:
    config = {"StopTxnSampledData": ENERGY, "MeterValueSampleInterval": "10", "StopTransactionMaxMeterValues": "20"}
    bench = Bench({"ocpp_config": config})
    bench.charging()
    bench.advance(3600)
    bench.tap()
    data = told(bench.calls("StopTransaction")[0]["transactionData"])
    assert len(data) <= 20
    assert (data[0], data[-1]) == (("Transaction.Begin", "0"), ("Transaction.End", "11040"))
    values = [int(value) for _, value in data]
    assert values == sorted(values)
