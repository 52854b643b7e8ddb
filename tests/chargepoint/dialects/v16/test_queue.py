"""The queue of transaction messages against failures, silence and power cuts (OCPP 1.6 sections 3.7, 3.7.1)."""

from __future__ import annotations

import pytest

from chargepoint.clock import iso
from tests.support.bench import NOON, Bench, CallError, verdict


def test_a_power_cut_between_the_start_and_its_answer_sends_the_start_again_unchanged() -> None:
    bench = Bench(script={"StartTransaction": lambda _: None}).connect()
    bench.plug()
    bench.tap()
    bench.power_cut()
    bench.script.clear()
    bench.connect()
    first, second = bench.calls("StartTransaction")
    assert first == second
    assert [stop["transactionId"] for stop in bench.calls("StopTransaction")] == [1]


def test_a_power_cut_between_a_stop_and_its_answer_sends_the_stop_again_unchanged() -> None:
    bench = Bench(script={"StopTransaction": lambda _: None})
    bench.charging()
    bench.tap()
    bench.power_cut()
    bench.script.clear()
    bench.connect()
    first, second = bench.calls("StopTransaction")
    assert first == second
    bench.power_cut()
    bench.forget()
    bench.connect()
    assert bench.transaction_messages() == []


def test_a_connection_lost_with_a_message_on_its_way_is_no_failed_attempt() -> None:
    bench = Bench(
        {"ocpp_config": {"TransactionMessageAttempts": "1"}}, script={"StartTransaction": lambda _: None}
    ).connect()
    bench.plug()
    bench.tap()
    for _ in range(5):
        bench.disconnect()
        bench.connect()
    bench.script.clear()
    bench.answer("StartTransaction", {"transactionId": 8, **verdict("Accepted")})
    assert bench.status().transaction_id == 8


@pytest.mark.parametrize("failure", [CallError("InternalError", "no database"), None])
def test_a_message_that_fails_is_repeated_after_a_growing_wait_and_then_given_up(failure: CallError | None) -> None:
    """Section 3.7.1: 3 attempts, 10 s apart, twice 10 s, and no fourth."""
    config = {"TransactionMessageAttempts": "3", "TransactionMessageRetryInterval": "10", "MessageTimeout": "1"}
    bench = Bench({"ocpp_config": config}, script={"StartTransaction": lambda _: failure}).connect()
    bench.plug()
    bench.tap()
    sent_at: list[float] = []
    for _ in range(1000):
        if len(bench.calls("StartTransaction")) > len(sent_at):
            sent_at.append(bench.now)
        bench.advance(0.1)
    answer_s = 1 if failure is None else 0
    assert [at - NOON for at in sent_at] == pytest.approx([0, 10 + answer_s, 30 + 2 * answer_s], abs=0.2)


def test_a_message_that_fails_holds_back_those_behind_it() -> None:
    config = {"TransactionMessageRetryInterval": "100"}
    bench = Bench({"ocpp_config": config}, script={"StartTransaction": lambda _: CallError("GenericError")}).connect()
    bench.plug()
    bench.tap()
    bench.advance(70)
    assert [action for action, _ in bench.transaction_messages()] == ["StartTransaction"]
    bench.script.clear()
    bench.advance(31)
    assert [action for action, _ in bench.transaction_messages()] == [
        "StartTransaction",
        "StartTransaction",
        "MeterValues",
    ]


def test_statuses_and_authorizations_overtake_a_queue_that_waits() -> None:
    bench = Bench({"nb_connectors": 2}, script={"StartTransaction": lambda _: CallError("GenericError")}).connect()
    bench.plug()
    bench.tap()
    bench.forget()
    bench.plug(2)
    bench.tap("OTHER", 2)
    assert bench.actions() == ["StatusNotification", "Authorize", "StatusNotification"]


def test_a_transaction_whose_start_was_given_up_is_told_of_as_minus_1() -> None:
    """Errata 3.18."""
    config = {"TransactionMessageAttempts": "1"}
    bench = Bench({"ocpp_config": config}, script={"StartTransaction": lambda _: CallError("GenericError")}).connect()
    bench.plug()
    bench.tap()
    bench.advance(60)
    bench.tap()
    assert [payload["transactionId"] for _, payload in bench.transaction_messages()[1:]] == [-1, -1]


def test_attempts_are_remembered_over_a_power_cut() -> None:
    config = {"TransactionMessageAttempts": "2", "TransactionMessageRetryInterval": "5"}
    refuse = {"StopTransaction": lambda _: CallError("InternalError")}
    bench = Bench({"ocpp_config": config}, script=refuse)
    bench.charging()
    bench.tap()
    bench.power_cut()
    bench.connect()
    assert len(bench.calls("StopTransaction")) == 2
    bench.advance(100)
    assert len(bench.calls("StopTransaction")) == 2


def test_a_pending_station_keeps_its_transaction_messages() -> None:
    bench = Bench()
    bench.charging()
    bench.power_cut()
    bench.script["BootNotification"] = lambda _: {"status": "Pending", "currentTime": iso(bench.now), "interval": 60}
    bench.forget()
    bench.connect()
    assert bench.actions() == ["BootNotification"]
    bench.script.clear()
    bench.advance(60)
    assert bench.actions()[-1] == "StopTransaction"
