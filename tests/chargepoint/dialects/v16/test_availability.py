"""StatusNotification and ChangeAvailability (OCPP 1.6 sections 4.9 and 5.2)."""

from __future__ import annotations

import pytest

from chargepoint.clock import iso
from tests.support.bench import NOON, Bench


def available(bench: Bench, connector: int, kind: str) -> str:
    """The answer to ChangeAvailability."""
    status = bench.call("ChangeAvailability", connectorId=connector, type=kind)["status"]
    assert isinstance(status, str)
    return status


def test_a_report_tells_connector_state_error_and_moment() -> None:
    bench = Bench().connect()
    bench.advance(5)
    bench.plug()
    assert bench.calls("StatusNotification")[-1] == {
        "connectorId": 1,
        "errorCode": "NoError",
        "status": "Preparing",
        "timestamp": iso(NOON + 5),
    }


def test_a_state_that_does_not_last_is_not_reported() -> None:
    bench = Bench({"ocpp_config": {"MinimumStatusDuration": "10"}}).connect()
    bench.plug()
    bench.advance(5)
    bench.unplug()
    bench.advance(60)
    assert bench.statuses() == ["Available"]


def test_a_state_that_lasts_is_reported_with_the_moment_it_began() -> None:
    bench = Bench({"ocpp_config": {"MinimumStatusDuration": "10"}}).connect()
    bench.advance(1)
    bench.plug()
    bench.advance(9.9)
    assert bench.statuses() == ["Available"]
    bench.advance(0.2)
    assert bench.statuses() == ["Available", "Preparing"]
    assert bench.calls("StatusNotification")[-1]["timestamp"] == iso(NOON + 1)


def test_a_fault_is_reported_at_once_and_its_end_when_that_lasts() -> None:
    bench = Bench({"ocpp_config": {"MinimumStatusDuration": "10"}}).connect()
    bench.fault()
    assert bench.statuses() == ["Available", "Faulted"]
    bench.clear_fault()
    bench.advance(5)
    assert bench.statuses() == ["Available", "Faulted"]
    bench.advance(5)
    assert bench.statuses() == ["Available", "Faulted", "Available"]


def test_a_transaction_is_told_of_whatever_is_held_back_of_its_states() -> None:
    bench = Bench({"ocpp_config": {"MinimumStatusDuration": "10"}}).connect()
    bench.forget()
    bench.plug()
    bench.tap()
    assert bench.actions() == ["Authorize", "StartTransaction"]
    bench.advance(10)
    assert bench.statuses() == ["Charging"]


def test_a_state_held_back_when_the_connection_is_lost_is_told_with_the_next_one() -> None:
    bench = Bench({"ocpp_config": {"MinimumStatusDuration": "10"}}).connect()
    bench.plug()
    bench.disconnect()
    bench.advance(30)
    bench.forget()
    bench.connect()
    assert bench.statuses() == ["Preparing"]


def test_an_idle_connector_goes_out_of_service_at_once() -> None:
    bench = Bench().connect()
    bench.forget()
    assert available(bench, 1, "Inoperative") == "Accepted"
    assert bench.order() == ["answer", "StatusNotification"]
    assert bench.statuses() == ["Unavailable"]
    bench.plug()
    bench.tap()
    assert bench.statuses() == ["Unavailable"]
    assert "Authorize" not in bench.actions()


def test_what_is_so_already_is_accepted_and_not_reported_again() -> None:
    bench = Bench().connect()
    bench.forget()
    assert available(bench, 1, "Operative") == "Accepted"
    available(bench, 1, "Inoperative")
    assert available(bench, 1, "Inoperative") == "Accepted"
    assert bench.statuses() == ["Unavailable"]


def test_an_unavailable_connector_becomes_available_again() -> None:
    bench = Bench().connect()
    available(bench, 1, "Inoperative")
    assert available(bench, 1, "Operative") == "Accepted"
    assert bench.statuses() == ["Available", "Unavailable", "Available"]


def test_a_cable_put_in_meanwhile_is_preparing_and_times_out_from_then() -> None:
    """Transition H2."""
    bench = Bench().connect()
    available(bench, 1, "Inoperative")
    bench.plug()
    bench.advance(600)
    available(bench, 1, "Operative")
    assert bench.statuses() == ["Available", "Unavailable", "Preparing"]
    bench.advance(59)
    assert bench.status().status == "Preparing"
    bench.advance(1)
    assert bench.status().status == "Finishing"


@pytest.mark.parametrize("what", ["plug", "tap"])
def test_a_connector_in_preparation_goes_out_of_service_by_way_of_available(what: str) -> None:
    bench = Bench().connect()
    getattr(bench, what)()
    available(bench, 1, "Inoperative")
    assert bench.statuses() == ["Available", "Preparing", "Available", "Unavailable"]
    bench.plug()
    assert bench.calls("StartTransaction") == []


def test_a_charging_connector_goes_out_of_service_after_its_transaction() -> None:
    bench = Bench()
    bench.charging()
    bench.forget()
    assert available(bench, 1, "Inoperative") == "Scheduled"
    assert bench.sent == []
    bench.advance(30)
    assert bench.status().status == "Charging"
    bench.tap()
    assert bench.statuses() == ["Unavailable"]
    assert [stop["reason"] for stop in bench.calls("StopTransaction")] == ["Local"]


def test_what_is_scheduled_can_be_taken_back() -> None:
    bench = Bench()
    bench.charging()
    assert available(bench, 1, "Inoperative") == "Scheduled"
    assert available(bench, 1, "Inoperative") == "Scheduled"
    assert available(bench, 1, "Operative") == "Accepted"
    bench.tap()
    assert bench.statuses()[-1] == "Finishing"


def test_what_is_scheduled_outlives_a_power_cut() -> None:
    bench = Bench()
    bench.charging()
    available(bench, 1, "Inoperative")
    bench.power_cut()
    bench.connect()
    assert bench.statuses()[-1] == "Unavailable"


def test_connector_0_is_the_station_and_every_connector() -> None:
    bench = Bench({"nb_connectors": 2}).connect()
    bench.forget()
    assert available(bench, 0, "Inoperative") == "Accepted"
    assert sorted((one["connectorId"], one["status"]) for one in bench.calls("StatusNotification")) == [
        (0, "Unavailable"),
        (1, "Unavailable"),
        (2, "Unavailable"),
    ]
    bench.power_cut()
    bench.forget()
    bench.connect()
    assert {one["status"] for one in bench.calls("StatusNotification")} == {"Unavailable"}
    bench.forget()
    assert available(bench, 0, "Operative") == "Accepted"
    assert {one["status"] for one in bench.calls("StatusNotification")} == {"Available"}


def test_connector_0_does_not_orphan_a_transaction() -> None:
    """Defect 7 of the original: making the whole station inoperative forgot the running transaction."""
    bench = Bench({"nb_connectors": 2})
    transaction_id = bench.charging(1)
    bench.forget()
    assert available(bench, 0, "Inoperative") == "Scheduled"
    assert bench.statuses(1) == []
    assert bench.statuses(2) == ["Unavailable"]
    assert bench.status(1).transaction_id == transaction_id
    bench.advance(60)
    bench.unplug(1)
    assert [stop["transactionId"] for stop in bench.calls("StopTransaction")] == [transaction_id]
    assert bench.statuses(1) == ["Unavailable"]


@pytest.mark.parametrize("connector", [2, 99, -1])
def test_an_unknown_connector_is_rejected(connector: int) -> None:
    bench = Bench().connect()
    assert available(bench, connector, "Inoperative") == "Rejected"


def test_a_faulted_connector_keeps_what_was_decided_for_after_the_fault() -> None:
    bench = Bench().connect()
    bench.fault()
    assert available(bench, 1, "Inoperative") == "Accepted"
    assert bench.statuses()[-1] == "Faulted"
    bench.clear_fault()
    assert bench.statuses()[-1] == "Unavailable"
