"""LocalListConflict: the central system contradicts its own list (OCPP 1.6 section 3.5.2)."""

from __future__ import annotations

import pytest

from tests.chargepoint.dialects.v16.local_lists import entry, listing, send, station_reports, verdict, version
from tests.support.bench import Bench, CallError, Payload

CONFLICT = "LocalListConflict"


def test_a_verdict_on_an_authorize_that_contradicts_the_list_is_a_conflict() -> None:
    bench = listing(entry("TAG"))
    bench.script["Authorize"] = lambda _: verdict("Blocked")
    bench.tap()
    assert station_reports(bench) == [("Available", CONFLICT)]
    assert bench.statuses() == []
    assert version(bench) == 1, "the station leaves the list as it is"


@pytest.mark.parametrize("operative", [True, False])
def test_a_conflict_leaves_the_status_of_the_station_as_it_is(operative: bool) -> None:
    bench = listing(entry("TAG"), LocalPreAuthorize="true")
    bench.script["StartTransaction"] = lambda _: None
    bench.plug()
    bench.tap()
    if not operative:
        bench.call("ChangeAvailability", connectorId=0, type="Inoperative")
    bench.forget()
    bench.answer("StartTransaction", {"transactionId": 7, **verdict("Invalid")})
    assert station_reports(bench)[-1] == ("Available" if operative else "Unavailable", CONFLICT)
    assert bench.calls("StopTransaction")[0]["reason"] == "DeAuthorized"


def test_a_verdict_on_the_tag_that_stopped_a_transaction_may_be_a_conflict_too() -> None:
    bench = listing(entry("TAG"))
    bench.charging()
    bench.script["StopTransaction"] = lambda _: verdict("Expired")
    bench.tap()
    assert station_reports(bench) == [("Available", CONFLICT)]


@pytest.mark.parametrize("answer", [verdict("Accepted"), verdict("ConcurrentTx"), CallError("InternalError"), {}])
def test_a_verdict_that_agrees_or_says_nothing_of_the_tag_is_no_conflict(answer: Payload | CallError) -> None:
    bench = listing(entry("TAG"))
    bench.script["Authorize"] = lambda _: answer
    bench.tap()
    assert station_reports(bench) == []


def test_a_tag_that_is_not_listed_or_a_list_that_is_switched_off_makes_no_conflict() -> None:
    bench = listing(entry("TAG"))
    bench.script["Authorize"] = lambda _: verdict("Blocked")
    bench.tap("OTHER")
    bench.call("ChangeConfiguration", key="LocalAuthListEnabled", value="false")
    bench.tap("TAG")
    assert station_reports(bench) == []


def conflicting(**config: str) -> Bench:
    bench = listing(entry("TAG"), **config)
    bench.script["Authorize"] = lambda _: verdict("Blocked")
    bench.tap()
    return bench


def test_a_conflict_is_told_each_time_it_happens() -> None:
    bench = conflicting()
    bench.tap()
    assert station_reports(bench) == [("Available", CONFLICT)] * 2


def test_a_conflict_ends_when_the_list_is_updated() -> None:
    bench = conflicting()
    bench.forget()
    assert send(bench, 2, entry("TAG", "Blocked"), update="Differential") == "Accepted"
    assert bench.order() == ["answer", "StatusNotification"]
    assert station_reports(bench) == [("Available", "NoError")]
    bench.tap()
    assert len(station_reports(bench)) == 1


def test_a_conflict_ends_when_the_central_system_agrees_again() -> None:
    bench = conflicting()
    bench.script["Authorize"] = lambda _: verdict("Accepted")
    bench.tap()
    assert station_reports(bench) == [("Available", CONFLICT), ("Available", "NoError")]


def test_a_refused_update_ends_no_conflict() -> None:
    bench = conflicting()
    assert send(bench, 1, update="Differential") == "VersionMismatch"
    assert station_reports(bench) == [("Available", CONFLICT)]


def test_a_conflict_does_not_wait_for_the_minimum_status_duration() -> None:
    bench = conflicting(MinimumStatusDuration="30")
    assert station_reports(bench) == [("Available", CONFLICT)]


def test_a_fault_of_the_station_lies_over_a_conflict() -> None:
    bench = conflicting()
    bench.fault(0)
    bench.clear_fault(0)
    assert station_reports(bench) == [("Available", CONFLICT), ("Faulted", "OtherError"), ("Available", CONFLICT)]


def test_a_reconnection_does_not_repeat_a_conflict_that_was_told() -> None:
    bench = conflicting()
    bench.forget()
    bench.disconnect()
    bench.connect()
    assert station_reports(bench) == []
    bench.call("TriggerMessage", requestedMessage="StatusNotification", connectorId=0)
    assert station_reports(bench) == [("Available", CONFLICT)]


def test_a_conflict_whose_report_was_lost_is_told_after_the_reconnection() -> None:
    bench = listing(entry("TAG"))
    bench.script["Authorize"] = lambda _: verdict("Blocked")
    bench.script["StatusNotification"] = lambda _: None
    bench.tap()
    bench.forget()
    bench.disconnect()
    bench.script.clear()
    bench.connect()
    assert station_reports(bench) == [("Available", CONFLICT)]


def test_a_conflict_ends_when_the_list_is_switched_off() -> None:
    bench = conflicting()
    bench.forget()
    bench.call("ChangeConfiguration", key="LocalAuthListEnabled", value="false")
    bench.tap("OTHER")
    assert station_reports(bench) == [("Available", "NoError")]


def test_the_end_of_a_conflict_is_told_at_once_when_the_list_is_switched_off() -> None:
    bench = conflicting()
    bench.forget()
    bench.call("ChangeConfiguration", key="LocalAuthListEnabled", value="false")
    assert bench.order() == ["answer", "StatusNotification"]
    assert station_reports(bench) == [("Available", "NoError")]
