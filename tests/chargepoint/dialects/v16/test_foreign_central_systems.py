"""Central systems that are strange but within the standard, and some that are not: the station copes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.bench import Bench, CallError, Payload, verdict

ACCEPTED = verdict("Accepted")


@pytest.mark.parametrize("transaction_id", [0, -1, -7, 2**31 - 1, 2**40, 5.0])
def test_any_whole_number_is_a_transaction_id(transaction_id: float) -> None:
    bench = Bench(script={"StartTransaction": lambda _: {"transactionId": transaction_id, **ACCEPTED}}).connect()
    bench.plug()
    bench.tap()
    assert bench.status().transaction_id == transaction_id
    bench.advance(60)
    assert bench.calls("MeterValues")[0]["transactionId"] == transaction_id
    assert bench.call("RemoteStopTransaction", transactionId=int(transaction_id)) == {"status": "Accepted"}
    assert bench.calls("StopTransaction")[0]["transactionId"] == transaction_id


@pytest.mark.parametrize("transaction_id", [None, "17", True, 1.5, 10**400, [1]])
def test_what_is_no_transaction_id_is_a_failed_attempt(transaction_id: object) -> None:
    bench = Bench(
        {"ocpp_config": {"TransactionMessageRetryInterval": "5"}},
        script={"StartTransaction": lambda _: {"transactionId": transaction_id, **ACCEPTED}},
    ).connect()
    bench.plug()
    bench.tap()
    assert bench.status().transaction_id == -1
    bench.script.clear()
    bench.advance(5)
    assert bench.status().transaction_id == 1
    bench.power_cut()
    bench.connect()
    assert bench.calls("StopTransaction")[0]["transactionId"] == 1


@pytest.mark.parametrize("answer", [{}, {"idTagInfo": {}}, {"idTagInfo": None}, {"idTagInfo": []}, {"extra": 1}])
def test_whatever_is_answered_to_a_stop_the_stop_is_delivered(answer: Payload) -> None:
    bench = Bench(script={"StopTransaction": lambda _: answer})
    bench.charging()
    bench.tap()
    bench.advance(600)
    assert len(bench.calls("StopTransaction")) == 1


def test_an_answer_against_its_schema_is_noted() -> None:
    bench = Bench(script={"StopTransaction": lambda _: {"idTagInfo": {}}})
    bench.charging()
    bench.tap()
    assert [note for note in bench.notes if "StopTransaction" in note and "status" in note]


def test_extra_fields_in_answers_are_overlooked() -> None:
    bench = Bench(
        script={
            "Authorize": lambda _: {**ACCEPTED, "vendor": {"x": 1}},
            "StartTransaction": lambda _: {"transactionId": 1, **ACCEPTED, "custom": []},
        }
    )
    assert bench.charging() == 1


@pytest.mark.parametrize(
    "details",
    [[{}], [{"why": "because"}], ["text"], [None], [], ["description", {}], ["description", None]],
)
def test_call_errors_are_understood_in_every_shape_in_use(details: list[object]) -> None:
    bench = Bench(
        {"ocpp_config": {"TransactionMessageRetryInterval": "5"}}, script={"StartTransaction": lambda _: None}
    ).connect()
    bench.plug()
    bench.tap()
    (call_id,) = bench.unanswered
    bench.receive(json.dumps([4, call_id, "SomeError", *details]))
    bench.script.clear()
    bench.advance(5)
    assert bench.status().transaction_id == 1


def test_a_remote_stop_with_the_answer_to_the_start_still_owed_is_rejected_and_not_forgotten() -> None:
    bench = Bench(script={"StartTransaction": lambda _: None}).connect()
    bench.plug()
    bench.tap()
    assert bench.call("RemoteStopTransaction", transactionId=1) == {"status": "Rejected"}
    bench.answer("StartTransaction", {"transactionId": 1, **ACCEPTED})
    assert bench.call("RemoteStopTransaction", transactionId=1) == {"status": "Accepted"}


def test_the_same_call_asked_twice_is_done_once_and_answered_twice() -> None:
    bench = Bench().connect()
    bench.plug()
    bench.forget()
    call = json.dumps([2, "same", "RemoteStartTransaction", {"connectorId": 1, "idTag": "T"}])
    bench.receive(call)
    bench.receive(call)
    assert bench.order().count("answer") == 2
    assert bench.answers["same"] == {"status": "Accepted"}
    assert len(bench.calls("StartTransaction")) == 1


def test_an_id_tag_of_the_start_may_expire_in_the_answer_to_it() -> None:
    info = {"status": "Accepted", "expiryDate": "2020-01-01T00:00:00"}
    bench = Bench(script={"StartTransaction": lambda _: {"transactionId": 4, "idTagInfo": info}}).connect()
    bench.plug()
    bench.tap()
    assert bench.calls("StopTransaction")[0]["reason"] == "DeAuthorized"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "[2]",
        "[5,1]",
        '[3,"nobody",{}]',
        '[4,"nobody","E","",{}]',
        '[2,"x","Reset",{"type":"Hard","limit":NaN}]',
        '[2,"x","Reset",{"type":"Lukewarm"}]',
        '[2,"x","Reset",{}]',
        '[2,"x","Reset",[]]',
        '[2,7,"Reset",{"type":"Hard"}]',
        '[2,"x","SelfDestruct",{}]',
        '[2,"x","UnlockConnector",{"connectorId":"1"}]',
        '[2,"x","UnlockConnector",{"connectorId":1.5}]',
        '[2,"x","UnlockConnector",{"connectorId":1e400}]',
        '[2,"x","ChangeConfiguration",{"key":"HeartbeatInterval"}]',
        '[2,"x","SetChargingProfile",{"connectorId":1,"csChargingProfiles":{}}]',
        '[2,"x","RemoteStartTransaction",{"idTag":"a very long tag, much too long"}]',
        '[2,"x","RemoteStopTransaction",{"transactionId":' + "9" * 500 + "}]",
        "[" * 100_000,
    ],
)
def test_rubbish_changes_nothing(text: str) -> None:
    bench = Bench()
    bench.charging()
    bench.forget()
    bench.receive(text)
    assert bench.sent == []
    assert bench.status().status == "Charging"
    assert bench.call("ClearCache") == {"status": "Accepted"}


@pytest.mark.parametrize("action", ["StatusNotification", "MeterValues", "Heartbeat"])
def test_reports_that_are_refused_are_not_repeated_for_ever(action: str) -> None:
    bench = Bench(script={action: lambda _: CallError("NotImplemented")})
    bench.charging()
    bench.advance(310)
    told = len(bench.calls(action))
    assert 1 <= told <= {"StatusNotification": 4, "MeterValues": 15, "Heartbeat": 1}[action]


def _schedule(**changes: object) -> Payload:
    return {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}], **changes}


def _profile(**changes: object) -> Payload:
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": _schedule(),
        **changes,
    }


def _second_period(**changes: float) -> Payload:
    periods = [{"startPeriod": 0, "limit": 10.0}, {"startPeriod": 60, "limit": 8.0, **changes}]
    return _profile(chargingSchedule=_schedule(chargingSchedulePeriod=periods))


@pytest.mark.parametrize("large", [10**400, 1e300, 2**63])
@pytest.mark.parametrize(
    "made",
    [
        lambda large: _profile(chargingProfileId=large),
        lambda large: _profile(stackLevel=large),
        lambda large: _profile(transactionId=large, chargingProfilePurpose="TxProfile"),
        lambda large: _profile(chargingSchedule=_schedule(duration=large)),
        lambda large: _profile(chargingSchedule=_schedule(minChargingRate=large)),
        lambda large: _second_period(startPeriod=large),
        lambda large: _second_period(limit=large),
        lambda large: _second_period(numberPhases=large),
        lambda _: _profile(chargingSchedule=_schedule(startSchedule="0001-01-01T00:00:00Z")),
        lambda _: _profile(validFrom="0001-01-01T00:00:00+14:00", validTo="9999-12-31T23:59:59-12:00"),
    ],
)
def test_no_number_in_a_profile_brings_the_station_down_now_or_at_the_next_boot(made: Any, large: float) -> None:
    bench = Bench()
    bench.charging()
    bench.call("SetChargingProfile", connectorId=1, csChargingProfiles=made(large))
    bench.advance(120)
    assert bench.call("GetCompositeSchedule", connectorId=1, duration=60)["status"] == "Accepted"
    bench.call("GetCompositeSchedule", connectorId=0, duration=large, chargingRateUnit="W")
    bench.call("RemoteStartTransaction", connectorId=large, idTag="T")
    bench.power_cut()
    bench.connect()
    bench.tap()
    bench.advance(120)
    assert bench.status().transaction_id is not None
