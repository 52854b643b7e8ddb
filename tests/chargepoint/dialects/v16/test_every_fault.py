"""Each error code of the standard: what it is told as, and what it does to power, meter, reader and line."""

from __future__ import annotations

from typing import Any

import pytest

from chargepoint.api.payloads import ErrorCode
from chargepoint.model.faults import OF_STATION, WARNINGS, WORST_FIRST
from tests.support.bench import Bench

E = ErrorCode
SAMPLED = "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,Temperature"
ENTRY = {
    "nb_connectors": 2,
    "ocpp_config": {
        "MeterValueSampleInterval": 60,
        "MeterValuesSampledData": SAMPLED,
    },
}


def told(bench: Bench, connector: int = 1) -> list[tuple[str, str]]:
    return [
        (one["status"], one["errorCode"])
        for one in bench.calls("StatusNotification")
        if one["connectorId"] == connector
    ]


def metered(bench: Bench, measurand: str) -> list[float]:
    """The latest values of ``measurand``, a phase each."""
    samples = bench.calls("MeterValues")[-1]["meterValue"][0]["sampledValue"]
    return [float(one["value"]) for one in samples if one["measurand"] == measurand]


@pytest.fixture
def bench() -> Bench:
    """A station that charges at connector 1."""
    bench = Bench(ENTRY)
    bench.charging()
    bench.car(consumption_l1=32.0, consumption_l2=32.0, consumption_l3=32.0)
    bench.advance(60)
    bench.forget()
    return bench


def test_every_code_has_a_rank() -> None:
    assert set(WORST_FIRST) == set(E) - {E.NO_ERROR}


@pytest.mark.parametrize("code", WORST_FIRST)
def test_a_code_is_told_once_as_fault_or_warning_and_so_is_its_end(bench: Bench, code: ErrorCode) -> None:
    connector = 0 if code in OF_STATION else 1
    bench.fault(connector, code)
    before = "Available" if connector == 0 else "Charging"
    during = before if code in WARNINGS else "Faulted"
    if code is E.EV_COMMUNICATION_ERROR:
        during = "SuspendedEVSE"
    # What a weak signal lets through is late.
    bench.advance(30)
    assert told(bench, connector) == [(during, str(code))]
    bench.clear_fault(connector, code)
    bench.advance(30)
    assert told(bench, connector)[1:] == [(before, "NoError")]
    assert bench.calls("StopTransaction") == []


@pytest.mark.parametrize("code", sorted(OF_STATION))
def test_what_a_station_has_one_of_is_no_fault_of_a_connector(bench: Bench, code: ErrorCode) -> None:
    bench.fault(1, code)
    assert told(bench) == []
    assert b"name connector 0" in bench.published[-1].payload


FLOWS = {E.HIGH_TEMPERATURE: 0.5, E.POWER_SWITCH_FAILURE: 1.0} | dict.fromkeys(
    (E.POWER_METER_FAILURE, E.READER_FAILURE), 1.0
)


@pytest.mark.parametrize("code", [one for one in WORST_FIRST if one not in OF_STATION])
def test_what_flows_is_what_the_code_says(bench: Bench, code: ErrorCode) -> None:
    before_w = bench.status().power_w
    bench.fault(1, code)
    assert bench.status().power_w == pytest.approx(FLOWS.get(code, 0.0) * before_w)
    bench.clear_fault(1)
    assert bench.status().power_w == pytest.approx(before_w)


def test_a_reader_that_failed_reads_nothing_and_the_central_system_still_starts(bench: Bench) -> None:
    bench.fault(1, E.READER_FAILURE)
    bench.tap()
    assert bench.calls("StopTransaction") == []
    assert bench.call("RemoteStopTransaction", transactionId=1) == {"status": "Accepted"}
    bench.forget()
    bench.tap("OTHER")
    assert bench.actions() == []
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="TAG") == {"status": "Accepted"}
    assert bench.status().status == "Charging"
    bench.plug(2)
    bench.tap("TAG2", 2)
    assert bench.status(2).status == "Charging", "the other connector has a reader of its own"
    bench.clear_fault()
    bench.tap()
    assert bench.calls("StopTransaction")[0]["reason"] == "Local"


def test_a_reader_of_the_station_is_that_of_all_connectors(bench: Bench) -> None:
    bench.fault(0, E.READER_FAILURE)
    bench.plug(2)
    bench.tap("TAG2", 2)
    assert bench.calls("StartTransaction") == []


def test_a_meter_that_failed_stands_still_and_tells_its_register_alone(bench: Bench) -> None:
    bench.fault(1, E.POWER_METER_FAILURE)
    register_wh = bench.status().energy_wh
    soc_pct = bench.status().soc_pct or 0
    bench.advance(600)
    measured = {one["measurand"] for one in bench.calls("MeterValues")[-1]["meterValue"][0]["sampledValue"]}
    assert measured == {"Energy.Active.Import.Register", "Temperature"}
    assert metered(bench, "Energy.Active.Import.Register") == [int(register_wh)]
    bench.tap()
    assert bench.calls("StopTransaction")[0]["meterStop"] == int(register_wh)
    assert (bench.status().soc_pct or 0) >= soc_pct


@pytest.mark.parametrize(("code", "volts"), [(E.OVER_VOLTAGE, 276.0), (E.UNDER_VOLTAGE, 184.0)])
def test_the_voltage_is_what_the_fault_says(bench: Bench, code: ErrorCode, volts: float) -> None:
    bench.fault(1, code)
    bench.advance(60)
    assert metered(bench, "Voltage")[:3] == [volts] * 3
    bench.clear_fault()
    bench.advance(60)
    assert metered(bench, "Voltage")[:3] == [230.0] * 3


def test_the_current_that_tripped_the_protection_is_in_the_interruption(bench: Bench) -> None:
    bench.fault(1, E.OVER_CURRENT_FAILURE)
    samples = bench.calls("MeterValues")[-1]["meterValue"][0]["sampledValue"]
    assert {one["context"] for one in samples} == {"Interruption.Begin"}
    assert metered(bench, "Current.Import") == [48.0] * 3
    bench.advance(60)
    assert metered(bench, "Current.Import") == [0.0] * 3


def test_a_switch_that_does_not_open_gives_power_without_a_transaction(bench: Bench) -> None:
    bench.fault(1, E.POWER_SWITCH_FAILURE)
    bench.call("RemoteStopTransaction", transactionId=1)
    before_wh = bench.status().energy_wh
    bench.advance(60)
    assert bench.status().transaction_id is None
    assert bench.status().energy_wh > before_wh + 100
    bench.clear_fault()
    assert (bench.status().status, bench.status().power_w) == ("Finishing", 0.0)


def test_heat_gives_half_then_nothing_then_half_again(bench: Bench) -> None:
    """Warning, fault, warning: the thermostat switches off at 90 C and on again at 86 C."""
    bench.fault(1, E.HIGH_TEMPERATURE)
    assert bench.status().setpoint == 16.0
    bench.advance(60)
    assert metered(bench, "Temperature")[0] >= 85.0
    bench.advance(700)
    assert told(bench) == [("Charging", "HighTemperature"), ("Faulted", "HighTemperature")]
    assert bench.status().power_w == 0
    bench.advance(2000)
    assert told(bench)[2] == ("Charging", "HighTemperature")
    assert bench.calls("StopTransaction") == []
    bench.clear_fault()
    assert told(bench)[-1] == ("Charging", "NoError")
    assert bench.status().setpoint == 32.0


def test_a_weak_signal_is_slow_and_good_again_when_it_is_cleared(bench: Bench) -> None:
    bench.fault(0, E.WEAK_SIGNAL)
    assert bench.call("GetLocalListVersion") is None
    bench.advance(300)
    assert list(bench.answers.values())[-1] == {"listVersion": 0}
    bench.clear_fault(0)
    bench.advance(300)
    assert bench.call("GetLocalListVersion") == {"listVersion": 0}


def test_a_list_in_conflict_is_so_until_it_is_sent_anew(bench: Bench) -> None:
    bench.fault(0, E.LOCAL_LIST_CONFLICT)
    assert told(bench, 0) == [("Available", "LocalListConflict")]
    assert bench.call("SendLocalList", listVersion=1, updateType="Full") == {"status": "Accepted"}
    assert told(bench, 0)[1:] == [("Available", "NoError")]


def test_of_several_the_worst_is_told_and_then_what_is_left(bench: Bench) -> None:
    for code in (E.READER_FAILURE, E.OTHER_ERROR, E.GROUND_FAILURE, E.OVER_VOLTAGE):
        bench.fault(1, code)
    assert told(bench) == [
        ("Charging", "ReaderFailure"),
        ("Faulted", "OtherError"),
        ("Faulted", "GroundFailure"),
    ]
    bench.forget()
    for code in (E.GROUND_FAILURE, E.OTHER_ERROR, E.OVER_VOLTAGE, E.READER_FAILURE):
        bench.clear_fault(1, code)
    assert told(bench) == [
        ("Faulted", "OverVoltage"),
        ("Charging", "ReaderFailure"),
        ("Charging", "NoError"),
    ]


def test_a_fault_is_told_in_the_words_of_its_vendor(bench: Bench) -> None:
    bench.fault(1, E.OTHER_ERROR, vendor_code="CX012", info="a fan stands")
    (status,) = bench.calls("StatusNotification")
    assert (status["vendorErrorCode"], status["info"]) == ("CX012", "a fan stands")
    assert status["vendorId"] == bench.spec.vendor
    bench.fault(1, E.OTHER_ERROR, vendor_code="CX013")
    assert bench.calls("StatusNotification")[-1]["vendorErrorCode"] == "CX013"
    bench.clear_fault()
    assert "vendorErrorCode" not in bench.calls("StatusNotification")[-1]


def test_a_lock_that_does_not_close_lets_nobody_begin_and_does_not_open() -> None:
    bench = Bench(ENTRY).connect()
    bench.fault(1, E.CONNECTOR_LOCK_FAILURE)
    bench.plug()
    bench.tap()
    assert bench.calls("StartTransaction") == []
    assert bench.call("UnlockConnector", connectorId=1) == {"status": "UnlockFailed"}


@pytest.mark.parametrize("code", WORST_FIRST)
def test_a_code_that_came_and_went_leaves_nothing(code: ErrorCode) -> None:
    def session(*codes: ErrorCode) -> list[Any]:
        bench = Bench(ENTRY).connect()
        for one in codes:
            connector = 0 if one in OF_STATION else 1
            bench.fault(connector, one)
            bench.clear_fault(connector)
        # What was hot has cooled down.
        bench.advance(6000)
        bench.forget()
        bench.charging()
        bench.advance(600)
        bench.tap()
        return bench.sent

    assert session(code) == session()
