"""Transactions: ids, retransmissions, what is running."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from csms.transactions import Transaction, Transactions

CHARGE_POINTS = st.sampled_from(["CP_1", "CP_2"])
CONNECTORS = st.integers(1, 2)


def test_ids_grow_from_the_next_free_one() -> None:
    transactions = Transactions(next_id=7)
    ids = [transactions.start("CP_1", connector, "T", 0, 0.0)[0].id for connector in (1, 2, 3)]
    assert ids == [7, 8, 9]


def test_the_same_start_again_is_the_same_transaction_while_it_runs() -> None:
    transactions = Transactions()
    first, new = transactions.start("CP_1", 1, "T", 5, 1.0, reservation_id=3)
    assert new
    assert transactions.start("CP_1", 1, "T", 5, 1.0, reservation_id=3) == (first, False)
    for different in (("CP_2", 1, "T", 5, 1.0), ("CP_1", 2, "T", 5, 1.0), ("CP_1", 1, "U", 5, 1.0)):
        assert transactions.start(*different)[1]


def test_the_same_call_is_the_same_transaction_also_when_it_has_ended_meanwhile() -> None:
    """A line that doubles messages may bring the second one as late as that."""
    transactions = Transactions()
    first, _ = transactions.start("CP_1", 1, "T", 5, 1.0, call_id="a")
    transactions.stop("CP_1", first.id, 8, 2.0)
    assert transactions.start("CP_1", 1, "T", 5, 1.0, call_id="a") == (first, False)
    assert transactions.of("CP_1") == [], "it has not begun anew"
    assert transactions.start("CP_1", 1, "T", 5, 1.0, call_id="b")[1]
    assert transactions.start("CP_1", 1, "T", 8, 2.0, call_id="b")[1]


def test_a_call_that_told_it_again_is_known_as_well() -> None:
    """The answer to the first was lost; of the second the line brings another copy, after the end."""
    transactions = Transactions()
    first, _ = transactions.start("CP_1", 1, "T", 5, 1.0, call_id="a")
    assert transactions.start("CP_1", 1, "T", 5, 1.0, call_id="b") == (first, False)
    transactions.stop("CP_1", first.id, 8, 2.0)
    assert transactions.start("CP_1", 1, "T", 5, 1.0, call_id="b") == (first, False)


def test_of_calls_without_an_id_none_is_known() -> None:
    transactions = Transactions()
    first, _ = transactions.start("CP_1", 1, "T", 5, 1.0)
    transactions.stop("CP_1", first.id, 8, 2.0)
    assert transactions.start("CP_1", 1, "T", 5, 1.0)[1]


def test_a_beginning_told_to_fractions_of_a_second_comes_but_once_whatever_its_call() -> None:
    transactions = Transactions()
    first, _ = transactions.start("CP_1", 1, "T", 5, 1.0, call_id="a", precisely=True)
    transactions.stop("CP_1", first.id, 8, 2.0)
    assert transactions.start("CP_1", 1, "T", 5, 1.0, call_id="b", precisely=True) == (first, False)
    assert transactions.start("CP_1", 1, "T", 5, 1.5, call_id="b", precisely=True)[1]


def test_what_ended_at_the_moment_of_its_beginning_may_be_followed_by_another() -> None:
    """As in virtual time, in which nothing takes any."""
    transactions = Transactions()
    first, _ = transactions.start("CP_1", 1, "T", 5, 1.0, call_id="a", precisely=True)
    transactions.stop("CP_1", first.id, 5, 1.0)
    assert transactions.start("CP_1", 1, "T", 5, 1.0, call_id="b", precisely=True)[1]


def test_a_copy_is_known_also_when_the_next_ones_have_begun_meanwhile() -> None:
    """As when a charge point is back that has queued several."""
    transactions = Transactions()
    first, _ = transactions.start("CP_1", 1, "T", 5, 1.0, call_id="a")
    transactions.stop("CP_1", first.id, 8, 2.0)
    second, _ = transactions.start("CP_1", 1, "T", 8, 3.0, call_id="c")
    assert transactions.start("CP_1", 1, "T", 5, 1.0, call_id="a") == (first, False)
    assert transactions.of("CP_1") == [second]


def test_a_start_that_was_kept_is_known_again_after_a_restart() -> None:
    kept = Transaction(41, "CP_1", 1, "T", 5, 1.0)
    transactions = Transactions([kept], next_id=42)
    assert transactions.start("CP_1", 1, "T", 5, 1.0) == (kept, False)


def test_a_stop_ends_it_once() -> None:
    transactions = Transactions()
    started, _ = transactions.start("CP_1", 1, "T", 100, 1.0)
    stopped = transactions.stop("CP_1", started.id, 350, 2.0, "Remote", "U")
    assert stopped is not None
    assert (stopped.running, stopped.energy_wh, stopped.stop_reason, stopped.stop_id_tag) == (
        False,
        250,
        "Remote",
        "U",
    )
    assert transactions.stop("CP_1", started.id, 350, 2.0) is None
    assert transactions.of("CP_1") == []


def test_of_a_connector_whose_stop_was_lost_the_newest_counts_and_the_late_stop_still_does() -> None:
    transactions = Transactions()
    lost, _ = transactions.start("CP_1", 1, "T", 0, 1.0)
    newest, _ = transactions.start("CP_1", 1, "T", 9, 2.0)
    assert transactions.of("CP_1") == [newest]
    assert transactions.stop("CP_1", lost.id, 8, 1.5) is not None
    assert transactions.of("CP_1") == [newest]


class AnyOrder(RuleBasedStateMachine):
    """Starts and stops of two charge points in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.transactions = Transactions()
        self.ids: list[int] = []
        self.running: dict[int, Transaction] = {}

    @rule(charge_point=CHARGE_POINTS, connector=CONNECTORS, meter=st.integers(0, 2))
    def start(self, charge_point: str, connector: int, meter: int) -> None:
        transaction, new = self.transactions.start(charge_point, connector, "T", meter, 0.0)
        assert new == (transaction.id not in self.running)
        if new:
            assert transaction.id > max(self.ids, default=0)
            self.ids.append(transaction.id)
            self.running[transaction.id] = transaction

    @rule(charge_point=CHARGE_POINTS, id=st.integers(0, 12))
    def stop(self, charge_point: str, id: int) -> None:
        stopped = self.transactions.stop(charge_point, id, 5, 1.0)
        ours = id in self.running and self.running[id].charge_point == charge_point
        assert (stopped is not None) == ours
        if ours:
            del self.running[id]

    @rule()
    def restart(self) -> None:
        self.transactions = Transactions(self.running.values(), max(self.ids, default=0) + 1)

    @invariant()
    def what_runs_is_what_was_started_and_not_stopped(self) -> None:
        assert len(self.transactions) == len(self.running)
        for charge_point in ("CP_1", "CP_2"):
            shown = self.transactions.of(charge_point)
            assert len({each.connector_id for each in shown}) == len(shown)
            assert all(self.running[each.id] == each for each in shown)


AnyOrder.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestAnyOrder = AnyOrder.TestCase
