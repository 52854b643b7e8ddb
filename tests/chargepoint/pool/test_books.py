"""The books of a pool: what is begun, told, ended; what is lost, doubled and out of order."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest

from chargepoint.api.account import Account
from chargepoint.inputs import Observed
from chargepoint.model.facts import TransactionStarted, TransactionStopped
from chargepoint.model.metering import Reading
from chargepoint.model.transaction import StopReason, Transaction
from chargepoint.ocpp.events import Answered, Lane, Request
from chargepoint.pool import books as books_module
from chargepoint.pool.books import Books

ACCEPTED = {"idTagInfo": {"status": "Accepted"}}
STATION = "P1"


def transaction(handle: int = 1) -> Transaction:
    return Transaction(handle, 1, f"TAG{handle}", "", 0.0, 100)


def start_told(handle: int = 1, central_id: int = 7, at: str = "2030-01-01T00:00:00Z") -> Answered:
    payload = {"connectorId": 1, "idTag": f"TAG{handle}", "meterStart": 100, "timestamp": at}
    return answered("StartTransaction", payload, {"transactionId": central_id, **ACCEPTED})


def values_told(at: str, central_id: int = 7) -> Answered:
    values = [{"timestamp": at, "sampledValue": [{"value": "1"}]}]
    return answered("MeterValues", {"connectorId": 1, "transactionId": central_id, "meterValue": values})


def stop_told(at: str = "2030-01-01T00:10:00Z", central_id: int = 7, meter_stop_wh: int = 900) -> Answered:
    return answered("StopTransaction", {"transactionId": central_id, "meterStop": meter_stop_wh, "timestamp": at})


def answered(action: str, payload: dict[str, object], answer: dict[str, object] | None = None) -> Answered:
    return Answered(Request(action, payload, Lane.TRANSACTION), answer or {})


def stopped(handle: int = 1) -> TransactionStopped:
    return TransactionStopped(transaction(handle), StopReason.LOCAL, "", Reading(600.0, 3, 900.0))


def books(*events: Observed) -> Books:
    kept = Books(keeping=True)
    for event in events:
        kept.observe(STATION, event)
    return kept


def stands(kept: Books, alive: dict[str, set[tuple[str, int]]]) -> Account:
    """How it stands, all parts together."""
    return Account.of(kept.accounts(alive))


BEGUN = TransactionStarted(transaction())


def test_a_transaction_that_is_told_from_begin_to_end_is_in_order() -> None:
    whole = books(BEGUN, start_told(), values_told("2030-01-01T00:05:00Z"), stopped(), stop_told())
    account = stands(whole, {})
    assert (account.begun, account.told, account.ended, account.closed) == (1, 1, 1, 1)
    assert account.in_order
    [told] = account.transactions
    assert (told.station, told.transaction_id, told.meter_stop_wh, told.values) == (STATION, 7, 900, 1)


def test_what_is_in_the_queue_still_waits_and_what_is_not_is_lost() -> None:
    begun = books(BEGUN)
    assert stands(begun, {STATION: {("StartTransaction", 1)}}).waiting == 1
    assert stands(begun, {STATION: {("StartTransaction", 1)}}).lost == 0
    assert stands(begun, {STATION: set()}).lost == 1


def test_the_queue_of_a_station_that_has_gone_down_counts() -> None:
    ended = books(BEGUN, start_told(), stopped())
    ended.went_down(STATION, {("StopTransaction", 1)})
    assert (stands(ended, {}).waiting, stands(ended, {}).lost) == (1, 0)
    ended.went_down(STATION, set())
    assert (stands(ended, {}).waiting, stands(ended, {}).lost) == (0, 1)


def test_a_transaction_that_goes_on_owes_nothing() -> None:
    running = stands(books(BEGUN, start_told()), {STATION: set()})
    assert (running.lost, running.waiting, len(running.transactions)) == (0, 0, 1)


@pytest.mark.parametrize(
    "events",
    [
        (BEGUN, start_told(), start_told(central_id=8)),
        (BEGUN, start_told(), stopped(), stop_told(), stop_told()),
    ],
    ids=["start", "stop"],
)
def test_what_is_answered_twice_is_doubled(events: tuple[Observed, ...]) -> None:
    assert stands(books(*events), {}).doubled == 1


@pytest.mark.parametrize(
    "events",
    [
        (BEGUN, values_told("2030-01-01T00:05:00Z"), start_told()),
        (BEGUN, start_told(), values_told("2030-01-01T00:05:00Z"), values_told("2030-01-01T00:04:00Z")),
        (BEGUN, start_told(), stopped(), stop_told(), values_told("2030-01-01T00:11:00Z")),
        (BEGUN, start_told(), stopped(), stop_told(meter_stop_wh=99)),
        (BEGUN, start_told(), stop_told()),
    ],
    ids=["values before start", "time runs back", "values after stop", "register runs back", "stop of a running one"],
)
def test_what_is_out_of_order_is_found(events: tuple[Observed, ...]) -> None:
    assert stands(books(*events), {}).disordered == 1


def test_a_start_that_is_answered_without_an_id_is_not_told() -> None:
    payload = start_told().request.payload
    account = stands(books(BEGUN, answered("StartTransaction", dict(payload), {})), {STATION: set()})
    assert (account.told, account.lost) == (0, 1)


def test_transactions_of_one_station_are_told_apart() -> None:
    second = TransactionStarted(replace(transaction(2)))
    both = books(BEGUN, second, start_told(1, 7), start_told(2, 8), stopped(2), stop_told(central_id=8))
    account = stands(both, {STATION: set()})
    assert (account.begun, account.told, account.closed) == (2, 2, 1)
    assert account.in_order


def told_to_the_end(kept: Books, number: int) -> None:
    """A whole transaction, of this handle and id."""
    at = f"2030-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"
    told = start_told(number, number, at), stopped(number), stop_told(at, number)
    for event in (TransactionStarted(transaction(number)), *told):
        kept.observe(STATION, event)


def test_what_is_told_to_the_end_is_not_kept_in_memory() -> None:
    """A load of days has millions of transactions."""
    kept = Books(keeping=True)

    for number in range(1, 101):
        told_to_the_end(kept, number)
    tracemalloc.start()
    try:
        for number in range(101, 1101):
            told_to_the_end(kept, number)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken / 1000 < 60
    account = stands(kept, {})
    assert account.in_order
    assert [told.transaction_id for told in account.transactions] == list(range(1, 1101))


def test_an_account_of_many_transactions_comes_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books_module, "ROWS_IN_A_PART", 2)
    kept = Books(keeping=True)
    for number in range(1, 6):
        told_to_the_end(kept, number)
    parts = list(kept.accounts({}))
    assert [(len(part.transactions), part.goes_on) for part in parts] == [(2, True), (2, True), (1, True), (0, False)]
    assert Account.of(parts).closed == 5
