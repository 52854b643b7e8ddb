"""Time never runs backwards, and is written as the standard wants it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.clock import Clock, iso, since, speed
from chargepoint.ocpp.schema import schemas


def test_a_step_of_the_system_s_clock_moves_no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    before = clock.now()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert before <= clock.now() < before + 60


def test_a_clock_begins_with_the_system_s_time() -> None:
    assert abs(Clock().now() - time.time()) < 60


def test_a_clock_can_go_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    clock = Clock(60.0)
    began_at = clock.now()
    monkeypatch.setattr(time, "monotonic", lambda: now + 1)
    assert clock.now() - began_at == pytest.approx(60.0)


def test_clocks_of_one_speed_and_one_beginning_agree_whenever_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    wall, monotonic = time.time(), time.monotonic()
    early = Clock(60.0, since=wall)
    monkeypatch.setattr(time, "time", lambda: wall + 10)
    monkeypatch.setattr(time, "monotonic", lambda: monotonic + 10)
    late = Clock(60.0, since=early.since)
    assert late.now() == pytest.approx(wall + 600, abs=30)
    assert late.now() == pytest.approx(early.now(), abs=30)


@pytest.mark.parametrize("text", ["0.5", "1001", "nan", "fast"])
def test_what_is_no_speed_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        speed(text)


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "0", "1e300", "now"])
def test_a_clock_began_to_go_faster_within_the_last_day(text: str) -> None:
    assert since(str(time.time() - 10)) <= time.time()
    with pytest.raises(ValueError):
        since(text)


def test_a_moment_is_written_in_utc_with_milliseconds_and_z() -> None:
    assert iso(0.0) == "1970-01-01T00:00:00.000Z"
    assert iso(1_893_499_200.1239) == "2030-01-01T12:00:00.123Z"


@given(st.floats(0, 4e9))
def test_every_timestamp_of_ours_is_a_date_time_of_the_schema(at: float) -> None:
    assert schemas("1.6").violation("Heartbeat", {"currentTime": iso(at)}, response=True) is None
