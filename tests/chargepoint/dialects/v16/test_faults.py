"""Faults lie over every state, and what was there before comes back (OCPP 1.6 sections 4.9 and 7.6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chargepoint.api.payloads import ErrorCode
from tests.support.bench import Bench

SITUATIONS: dict[str, Callable[[Bench], object]] = {
    "Available": lambda bench: None,
    "Preparing": lambda bench: bench.plug(),
    "Charging": lambda bench: bench.charging(),
    "SuspendedEV": lambda bench: (bench.charging(), bench.car(ready=False)),
    "SuspendedEVSE": lambda bench: (bench.charging(), bench.car(cable=5.0)),
    "Finishing": lambda bench: (bench.charging(), bench.tap()),
    "Unavailable": lambda bench: bench.call("ChangeAvailability", connectorId=1, type="Inoperative"),
}


@pytest.mark.parametrize("connector", [0, 1])
@pytest.mark.parametrize("state", SITUATIONS)
def test_a_fault_lies_over_every_state_and_goes_back_to_it(state: str, connector: int) -> None:
    """S0-33, and defect 8 of the original: while Preparing a fault was ignored."""
    bench = Bench().connect()
    SITUATIONS[state](bench)
    assert bench.status().status == state
    transaction_id = bench.status().transaction_id
    bench.forget()
    bench.fault(connector, ErrorCode.GROUND_FAILURE)
    assert bench.statuses() == ["Faulted"]
    assert bench.status().power_w == 0
    bench.advance(30)
    bench.clear_fault(connector)
    assert bench.statuses() == ["Faulted", state]
    assert bench.status().transaction_id == transaction_id
    assert "StopTransaction" not in bench.actions()


def test_a_cable_that_cannot_be_locked_is_not_charged_through() -> None:
    """TC_024_CS."""
    bench = Bench().connect()
    bench.plug()
    bench.forget()
    bench.fault(1, ErrorCode.CONNECTOR_LOCK_FAILURE)
    bench.tap()
    told = [(one["status"], one["errorCode"]) for one in bench.calls("StatusNotification")]
    assert told == [("Faulted", "ConnectorLockFailure")]
    assert bench.calls("StartTransaction") == []


def test_a_fault_is_told_with_its_error_code_and_its_end_with_no_error() -> None:
    """Defect 8 of the original: a fault while Available was told with errorCode NoError."""
    bench = Bench().connect()
    bench.forget()
    bench.fault(1, ErrorCode.OVER_CURRENT_FAILURE)
    bench.clear_fault()
    told = [(one["status"], one["errorCode"]) for one in bench.calls("StatusNotification")]
    assert told == [("Faulted", "OverCurrentFailure"), ("Available", "NoError")]


def test_another_error_of_a_faulted_connector_is_told() -> None:
    bench = Bench().connect()
    bench.fault(1, ErrorCode.OVER_VOLTAGE)
    bench.fault(1, ErrorCode.OVER_VOLTAGE)
    bench.fault(1, ErrorCode.GROUND_FAILURE)
    assert [one["errorCode"] for one in bench.calls("StatusNotification")[2:]] == ["OverVoltage", "GroundFailure"]


def test_a_fault_of_the_station_is_one_of_every_connector() -> None:
    bench = Bench({"nb_connectors": 2}).connect()
    bench.fault(2, ErrorCode.GROUND_FAILURE)
    bench.forget()
    bench.fault(0, ErrorCode.INTERNAL_ERROR)
    assert sorted((one["connectorId"], one["errorCode"]) for one in bench.calls("StatusNotification")) == [
        (0, "InternalError"),
        (1, "InternalError"),
    ]
    bench.clear_fault(0)
    assert bench.status(2).error_code == "GroundFailure"
    assert bench.status(1).status == "Available"


def test_a_fault_while_offline_is_told_when_it_still_lasts() -> None:
    bench = Bench().connect()
    bench.disconnect()
    bench.fault()
    bench.forget()
    bench.connect()
    assert bench.statuses() == ["Faulted"]


def test_energy_stops_with_the_fault_and_goes_on_after_it() -> None:
    bench = Bench()
    bench.charging()
    bench.advance(1800)
    bench.fault()
    bench.advance(1800)
    bench.clear_fault()
    bench.advance(1800)
    assert bench.status().energy_wh == pytest.approx(11_040, abs=0.1)


def test_a_faulted_transaction_can_be_ended_and_its_meter_is_still_read() -> None:
    bench = Bench()
    transaction_id = bench.charging()
    bench.fault()
    bench.advance(60)
    told = [one["meterValue"][0]["sampledValue"][0]["context"] for one in bench.calls("MeterValues")]
    assert told == ["Interruption.Begin", "Sample.Periodic"]
    assert bench.call("RemoteStopTransaction", transactionId=transaction_id) == {"status": "Accepted"}
    assert bench.statuses()[-1] == "Faulted"
    bench.clear_fault()
    assert bench.statuses()[-1] == "Finishing"


def test_a_cable_that_comes_to_an_authorized_connector_during_a_fault_charges_after_it() -> None:
    bench = Bench().connect()
    bench.tap()
    bench.fault()
    bench.plug()
    assert bench.calls("StartTransaction") == []
    bench.clear_fault()
    assert len(bench.calls("StartTransaction")) == 1
    assert bench.status().status == "Charging"


def test_a_car_that_leaves_during_a_fault_leaves_an_available_connector() -> None:
    bench = Bench()
    bench.charging()
    bench.fault()
    bench.unplug()
    assert bench.calls("StopTransaction")[0]["reason"] == "EVDisconnected"
    bench.clear_fault()
    assert bench.statuses()[-1] == "Available"


def test_a_fault_does_not_outlive_a_power_cut() -> None:
    bench = Bench().connect()
    bench.fault()
    bench.power_cut()
    bench.connect()
    assert bench.statuses()[-1] == "Available"
