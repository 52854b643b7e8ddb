"""EVCommunicationError is no fault (OCPP 1.6 section 7.6): who charges is suspended, and everything else stays."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from chargepoint.api.payloads import ErrorCode
from tests.support.bench import Bench


def lose_the_car(bench: Bench) -> None:
    bench.fault(1, ErrorCode.EV_COMMUNICATION_ERROR)


def told(bench: Bench) -> list[tuple[str, str]]:
    return [(one["status"], one["errorCode"]) for one in bench.calls("StatusNotification")]


STATES: dict[str, Callable[[Bench], object]] = {
    "Preparing": lambda bench: bench.plug(),
    "SuspendedEVSE": lambda bench: (bench.charging(), bench.car(cable=5.0)),  # type: ignore[func-returns-value]
    "Finishing": lambda bench: (bench.charging(), bench.tap()),  # type: ignore[func-returns-value]
}


@pytest.mark.parametrize("state", STATES)
def test_a_state_with_a_car_stays_and_is_told_with_the_error(state: str) -> None:
    bench = Bench().connect()
    STATES[state](bench)
    bench.forget()
    lose_the_car(bench)
    bench.clear_fault()
    assert told(bench) == [(state, "EVCommunicationError"), (state, "NoError")]


def test_a_car_that_charges_is_suspended_by_the_station_until_it_is_understood_again() -> None:
    bench = Bench()
    transaction_id = bench.charging()
    bench.forget()
    lose_the_car(bench)
    assert bench.status().power_w == 0
    bench.advance(30)
    bench.clear_fault()
    assert told(bench) == [("SuspendedEVSE", "EVCommunicationError"), ("Charging", "NoError")]
    assert bench.status().transaction_id == transaction_id


@pytest.mark.parametrize("state", ["Available", "Reserved", "Unavailable"])
def test_without_a_car_there_is_nothing_to_tell(state: str) -> None:
    bench = Bench().connect()
    if state == "Reserved":
        expiry = "2030-01-01T00:00:00Z"
        bench.call("ReserveNow", connectorId=1, idTag="MINE", reservationId=7, expiryDate=expiry)
    if state == "Unavailable":
        bench.call("ChangeAvailability", connectorId=1, type="Inoperative")
    assert bench.status().status == state
    bench.forget()
    lose_the_car(bench)
    assert told(bench) == []
    assert bench.status().status == state


def test_no_transaction_starts_with_a_car_that_is_not_understood() -> None:
    bench = Bench().connect()
    bench.plug()
    lose_the_car(bench)
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="TAG") == {"status": "Rejected"}
    bench.tap()
    assert bench.calls("StartTransaction") == []
    bench.clear_fault()
    bench.tap()
    assert len(bench.calls("StartTransaction")) == 1


def test_the_station_itself_talks_to_no_car() -> None:
    bench = Bench().connect()
    bench.forget()
    bench.fault(0, ErrorCode.EV_COMMUNICATION_ERROR)
    assert told(bench) == []
    (refused,) = [json.loads(one.payload) for one in bench.published if one.topic.endswith("/result")]
    assert "EVCommunicationError" in refused["reason"]
