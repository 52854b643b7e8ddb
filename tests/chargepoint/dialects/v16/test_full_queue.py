"""A queue that is full, and messages that are given up: what is dropped and what never is (section 3.7)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.dialects.v16.queue import TransactionQueue
from tests.support.bench import TRANSACTION_MESSAGES, Bench, CallError

START, METER, STOP = TRANSACTION_MESSAGES


def fill(*messages: tuple[str, int], most: int = 1000) -> TransactionQueue:
    """A queue with messages of an action and a transaction."""
    queue = TransactionQueue([])
    for action, handle in messages:
        queue.add(action, {"n": handle}, handle, most)
    return queue


def left(queue: TransactionQueue) -> list[int]:
    """The numbers of its messages, in order of delivery."""
    numbers = []
    while (entry := queue.head(0.0)) is not None:
        numbers.append(entry.number)
        queue.done(entry)
    return numbers


def test_a_full_queue_gives_up_every_second_meter_value() -> None:
    queue = fill((START, 1), *[(METER, 1)] * 8, (STOP, 1))
    assert queue.add(METER, {}, 2, most=10) == 5
    assert left(queue) == [1, 3, 5, 7, 9, 10]


def test_it_thins_out_each_transaction_by_itself() -> None:
    """Otherwise two connectors that measure in turns would lose all of one and none of the other."""
    queue = fill((START, 1), (START, 2), *[(METER, 1), (METER, 2)] * 4)
    assert queue.add(STOP, {}, 1, most=10) == 4
    assert left(queue) == [1, 2, 5, 6, 9, 10, 11]


def test_starts_and_stops_are_kept_however_many_there_are() -> None:
    queue = fill(*[(START, 1), (METER, 1), (STOP, 1)] * 20, most=10)
    assert len(queue) == 40


def test_the_head_is_kept_as_it_may_be_on_its_way() -> None:
    queue = fill(*[(METER, 1)] * 3)
    head = queue.head(0.0)
    assert head is not None
    queue.add(METER, {}, 1, most=2)
    queue.done(head)
    assert 1 not in left(queue)


def test_what_is_dropped_is_dropped_from_the_store() -> None:
    queue = fill((START, 1), *[(METER, 1)] * 4)
    queue.changes()
    queue.add(METER, {}, 1, most=3)
    changes = queue.changes()
    assert {number for number, entry in changes.items() if entry is None} == {2, 4, 6}
    assert left(queue) == [1, 3, 5]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(TRANSACTION_MESSAGES), st.integers(1, 3)), max_size=60),
    st.integers(1, 20),
)
def test_no_start_or_stop_is_lost_and_the_order_is_kept(messages: list[tuple[str, int]], most: int) -> None:
    queue = fill(*messages, most=most)
    kept = left(queue)
    assert kept == sorted(kept)
    essential = [number for number, (action, _) in enumerate(messages, 1) if action != METER]
    assert set(essential) <= set(kept)
    assert len(kept) <= max(most, len(essential) + 1)


# Of a station


def test_a_station_that_is_offline_for_long_keeps_its_transactions_and_says_what_it_dropped() -> None:
    config = {
        "MaxQueuedTransactionMessages": "10",
        "MeterValueSampleInterval": "60",
        "AllowOfflineTxForUnknownId": "true",
    }
    bench = Bench({"ocpp_config": config})
    bench.charging()
    bench.disconnect()
    for _ in range(3):
        bench.advance(1800)
        bench.tap()
        bench.unplug()
        bench.plug()
        bench.tap()
    assert any("transaction messages wait for the central system" in note for note in bench.notes)
    assert bench.life.dialect.transactions.meter_values_lost > 60
    bench.power_cut()
    bench.forget()
    bench.connect()
    told = [action for action, _ in bench.transaction_messages() if action != METER]
    assert told == [STOP, START, STOP, START, STOP, START, STOP]
    assert len(bench.transaction_messages()) <= 10


# What becomes of a transaction whose messages are given up

ONCE = {"TransactionMessageAttempts": "1", "MeterValueSampleInterval": "60", "MessageTimeout": "5"}


@pytest.mark.parametrize("failure", [CallError("GenericError"), None], ids=["refused", "silence"])
@pytest.mark.parametrize(
    ("failing", "delivered"),
    [
        # A start that was given up: what follows is told of transaction -1 (errata 3.18) and is tried nevertheless.
        (START, [(START, None), (METER, -1), (METER, -1), (STOP, -1)]),
        # A meter value that was given up is missing, and nothing else.
        (METER, [(START, None), (METER, 1), (METER, 1), (STOP, 1)]),
        # A stop that was given up is gone; the next transaction is not held back by it.
        (STOP, [(START, None), (METER, 1), (METER, 1), (STOP, 1)]),
    ],
)
def test_what_is_given_up_does_not_hold_back_what_follows(
    failing: str, delivered: list[tuple[str, int | None]], failure: CallError | None
) -> None:
    bench = Bench({"ocpp_config": ONCE}, script={failing: lambda _: failure}).connect()
    bench.plug()
    bench.tap()
    bench.advance(125)
    bench.tap()
    bench.advance(30)
    assert [(action, payload.get("transactionId")) for action, payload in bench.transaction_messages()] == delivered
    assert len(bench.queue) == 0
    bench.script.clear()
    bench.unplug()
    bench.forget()
    bench.charging()
    assert bench.actions().count(START) == 1


def test_a_transaction_whose_start_was_given_up_can_be_stopped_by_its_tag_and_is_told_once() -> None:
    bench = Bench({"ocpp_config": ONCE}, script={START: lambda _: CallError("InternalError")}).connect()
    bench.plug()
    bench.tap()
    bench.power_cut()
    bench.connect()
    bench.power_cut()
    bench.connect()
    assert [stop["transactionId"] for stop in bench.calls(STOP)] == [-1]


@pytest.mark.parametrize(
    ("attempts", "interval_s", "sent_after_s"),
    [(1, 60, [0]), (2, 60, [0, 60]), (3, 60, [0, 60, 180]), (4, 10, [0, 10, 30, 60]), (3, 0, [0, 0, 0])],
)
def test_attempts_and_their_growing_waits(attempts: int, interval_s: int, sent_after_s: list[int]) -> None:
    """Section 3.7.1."""
    config = {"TransactionMessageAttempts": attempts, "TransactionMessageRetryInterval": interval_s}
    bench = Bench({"ocpp_config": config, "nb_connectors": 1})
    sent_at: list[float] = []

    def refuse(_: object) -> CallError:
        sent_at.append(bench.now)
        return CallError("InternalError")

    bench.script[STOP] = refuse
    bench.charging()
    began_at = bench.now
    bench.tap()
    bench.advance(1000)
    assert [at - began_at for at in sent_at] == sent_after_s
