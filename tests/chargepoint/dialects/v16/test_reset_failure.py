"""A station that cannot reset tries again ResetRetries times, then goes on (OCPP 1.6 sections 5.14 and 9.1.22)."""

from __future__ import annotations

import json

import pytest

from chargepoint.api.payloads import ErrorCode
from tests.support.bench import Bench


def damage(bench: Bench, **order: object) -> None:
    bench.mqtt("cmd", json.dumps({"type": "damage", "kind": "reset_failure", **order}).encode())


def told(bench: Bench) -> list[tuple[str, str]]:
    """Status and error code of the station as a whole, as told."""
    return [(one["status"], one["errorCode"]) for one in bench.calls("StatusNotification") if one["connectorId"] == 0]


def test_a_reset_that_fails_is_tried_again_so_often_and_then_given_up() -> None:
    bench = Bench({"ocpp_config": {"ResetRetries": "3"}}).connect()
    damage(bench)
    bench.forget()
    assert bench.call("Reset", type="Soft") == {"status": "Accepted"}
    bench.advance(29)
    assert (bench.life.going_down, told(bench)) == (None, [])
    bench.advance(1)
    assert (bench.life.going_down, told(bench)) == (None, [("Available", "ResetFailure")])
    assert [note for note in bench.notes if "SoftReset" in note] == [
        "SoftReset has failed; retries: 3, next in 10 s",
        "SoftReset has failed; retries: 2, next in 10 s",
        "SoftReset has failed; retries: 1, next in 10 s",
        "SoftReset has failed; given up",
    ]


def test_without_retries_it_is_given_up_at_once() -> None:
    bench = Bench({"ocpp_config": {"ResetRetries": "0"}}).connect()
    damage(bench)
    bench.forget()
    bench.call("Reset", type="Hard")
    assert bench.order()[:2] == ["answer", "StatusNotification"]
    assert told(bench) == [("Available", "ResetFailure")]


def test_the_interval_is_a_key_and_both_are_obeyed_when_they_change_meanwhile() -> None:
    bench = Bench().connect()
    damage(bench)
    bench.call("ChangeConfiguration", key="ResetRetryInterval", value="60")
    bench.call("ChangeConfiguration", key="ResetRetries", value="1")
    bench.forget()
    bench.call("Reset", type="Hard")
    bench.advance(59)
    assert told(bench) == []
    bench.advance(1)
    assert told(bench) == [("Available", "ResetFailure")]


@pytest.mark.parametrize(("kind", "reason"), [("Hard", "HardReset"), ("Soft", "SoftReset")])
def test_transactions_end_before_the_first_attempt_and_none_begins_during_the_others(kind: str, reason: str) -> None:
    bench = Bench({"nb_connectors": 2})
    bench.charging(1)
    damage(bench)
    bench.forget()
    bench.call("Reset", type=kind)
    assert [stop["reason"] for stop in bench.calls("StopTransaction")] == [reason]
    bench.plug(2)
    bench.tap("OTHER", 2)
    assert bench.call("RemoteStartTransaction", connectorId=2, idTag="T") == {"status": "Rejected"}
    assert bench.calls("StartTransaction") == []
    bench.advance(30)
    bench.tap("OTHER", 2)
    assert len(bench.calls("StartTransaction")) == 1
    assert bench.statuses(1) == ["Finishing"]


def test_repaired_in_time_the_reset_goes_through() -> None:
    bench = Bench().connect()
    damage(bench)
    bench.forget()
    bench.call("Reset", type="Hard")
    bench.advance(15)
    damage(bench, clear=True)
    assert bench.life.going_down is None
    bench.advance(5)
    assert bench.life.going_down == "HardReset"
    assert told(bench) == []


def test_the_error_is_told_until_it_is_repaired() -> None:
    bench = Bench({"ocpp_config": {"ResetRetries": "0"}}).connect()
    damage(bench)
    bench.forget()
    bench.call("Reset", type="Hard")
    bench.call("Reset", type="Hard")
    damage(bench, clear=True)
    assert told(bench) == [("Available", "ResetFailure")] * 2 + [("Available", "NoError")]
    bench.call("Reset", type="Hard")
    assert bench.life.going_down == "HardReset"


def test_a_fault_reset_failure_of_the_station_does_the_same_but_leaves_it_faulted() -> None:
    bench = Bench({"ocpp_config": {"ResetRetries": "1"}}).connect()
    bench.fault(0, ErrorCode.RESET_FAILURE)
    bench.forget()
    bench.call("Reset", type="Soft")
    bench.advance(10)
    assert (bench.life.going_down, told(bench)) == (None, [("Faulted", "ResetFailure")])
    bench.call("Reset", type="Soft")
    bench.clear_fault(0)
    bench.advance(10)
    assert bench.life.going_down == "SoftReset"
    assert told(bench)[-1] == ("Available", "NoError")


def test_another_fault_keeps_no_station_from_resetting() -> None:
    bench = Bench().connect()
    bench.fault(0, ErrorCode.GROUND_FAILURE)
    bench.call("Reset", type="Soft")
    assert bench.life.going_down == "SoftReset"


def test_a_power_cut_in_between_is_the_boot_that_was_wanted() -> None:
    bench = Bench()
    bench.charging()
    damage(bench)
    bench.call("Reset", type="Soft")
    bench.power_cut()
    bench.forget()
    bench.connect()
    bench.advance(60)
    assert told(bench) == [("Available", "NoError")]
    assert "StopTransaction" not in bench.actions()


def test_a_station_that_is_switched_off_or_gets_firmware_goes_down_all_the_same() -> None:
    bench = Bench().connect()
    damage(bench)
    bench.mqtt("cmd", b'{"type":"close"}')
    assert bench.life.going_down == "Reboot"
