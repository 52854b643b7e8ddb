"""The newest lines of a station's log: in order, bounded, and shared by all who say the same."""

from __future__ import annotations

import tracemalloc

from chargepoint.dialects.journal import CAPACITY, Journal


def test_the_newest_lines_are_kept_in_order_with_their_moments() -> None:
    journal = Journal()
    for number in range(CAPACITY + 10):
        journal.record(float(number), [f"line {number}", "and another one"])
    lines = list(journal)
    assert len(lines) == CAPACITY
    assert lines[-2:] == [(CAPACITY + 9.0, f"line {CAPACITY + 9}"), (CAPACITY + 9.0, "and another one")]
    assert lines[0] == (260.0, "line 260")


def test_lines_that_all_stations_say_cost_a_place_each() -> None:
    first, *others = [Journal() for _ in range(11)]
    _say_all(first)
    tracemalloc.start()
    try:
        for journal in others:
            _say_all(journal)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken / 10 / CAPACITY < 40


def _say_all(journal: Journal) -> None:
    for number in range(CAPACITY):
        journal.record(1.5 * number, [f"connector {number % 2}: transaction of TAG{number:04} starts"])
