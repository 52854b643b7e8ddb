"""The security log: bounded, filtered by time, stored event by event."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from chargepoint.model.security_log import CAPACITY, SecurityEvent, SecurityLog


def event(at: float) -> SecurityEvent:
    return SecurityEvent("StartupOfTheDevice", at, f"at {at}")


def test_events_come_back_in_order_and_by_time() -> None:
    log = SecurityLog()
    for at in (1.0, 2.0, 3.0):
        log.add(event(at))
    assert log.between() == [event(1.0), event(2.0), event(3.0)]
    assert log.between(oldest_at=2.0) == [event(2.0), event(3.0)]
    assert log.between(latest_at=2.0) == [event(1.0), event(2.0)]
    assert log.between(2.5, 2.6) == []


@given(st.lists(st.integers(1, 3 * CAPACITY // 2), max_size=4))
def test_the_newest_are_kept_over_any_number_of_lives(lives: list[int]) -> None:
    stored: dict[str, dict[str, object]] = {"station": {"operative": True}}
    at = 0
    for additions in lives:
        log = SecurityLog(stored)
        for _ in range(additions):
            at += 1
            log.add(event(at))
        stored |= log.changes()
        assert log.changes() == {}
    kept = SecurityLog(stored).between()
    assert kept == [event(one) for one in range(max(1, at - CAPACITY + 1), at + 1)]
    assert len(stored) <= CAPACITY + 1


def test_what_is_stored_in_memory_is_what_is_kept() -> None:
    """A pool has thousands of logs: an event is one record and not also something else."""
    log = SecurityLog()
    log.add(event(1.0))
    [stored] = log.changes().values()
    again = SecurityLog({"security_log/1": stored})
    assert again.between() == [event(1.0)]
    first = _full(SecurityLog())
    tracemalloc.start()
    try:
        kept = _full(log)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken / CAPACITY < 400
    assert kept.keys() == first.keys()


def _full(log: SecurityLog) -> dict[str, dict[str, object]]:
    """All records of a log that has seen as much as it keeps."""
    kept: dict[str, dict[str, object]] = {}
    for number in range(CAPACITY):
        log.add(SecurityEvent("ResetOrReboot", float(number), "PowerLoss"))
        kept |= log.changes()
    return kept
