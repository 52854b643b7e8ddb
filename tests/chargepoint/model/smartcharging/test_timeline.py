"""One profile in time: half-open intervals, to the second."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.model.smartcharging.profiles import Kind, Profile, Purpose, Recurrency
from chargepoint.model.smartcharging.timeline import next_boundary, period_at
from tests.chargepoint.model.smartcharging.builders import NOW, at, profile
from tests.chargepoint.model.smartcharging.naive import running_period
from tests.chargepoint.model.smartcharging.strategies import moments, profiles

DAY_S = 86_400


def limit_of(one: Profile, now: float, tx_started_at: float | None = None) -> float | None:
    period = period_at(one, now, tx_started_at)
    return None if period is None else period.limit


def test_an_absolute_schedule_runs_from_its_start_to_its_duration() -> None:
    one = profile(Purpose.TX_DEFAULT, {0: 16, 600: 10}, duration_s=900)
    assert limit_of(one, NOW - 0.001) is None
    assert limit_of(one, NOW) == 16
    assert limit_of(one, NOW + 599.999) == 16
    assert limit_of(one, NOW + 600) == 10
    assert limit_of(one, NOW + 899.999) == 10
    assert limit_of(one, NOW + 900) is None


def test_without_duration_the_last_period_never_ends() -> None:
    one = profile(Purpose.TX_DEFAULT, {0: 16, 600: 10})
    assert limit_of(one, NOW + 10_000 * DAY_S) == 10
    assert next_boundary(one, NOW + 600, None) is None


def test_a_period_that_starts_when_the_duration_is_over_never_runs() -> None:
    one = profile(Purpose.TX_DEFAULT, {0: 16, 600: 10, 700: 6}, duration_s=600)
    assert limit_of(one, NOW + 600) is None
    assert next_boundary(one, NOW, None) == NOW + 600
    assert next_boundary(one, NOW + 600, None) is None


def test_validity_includes_its_first_moment_and_not_its_last() -> None:
    one = profile(Purpose.TX_DEFAULT, {0: 16, 5: 16, 60: 10}, valid_from=NOW + 10.25, valid_to=NOW + 20.5)
    assert limit_of(one, NOW + 10.249) is None
    assert limit_of(one, NOW + 10.25) == 16
    assert limit_of(one, NOW + 20.499) == 16
    assert limit_of(one, NOW + 20.5) is None
    assert next_boundary(one, NOW, None) == NOW + 10.25
    assert next_boundary(one, NOW + 10.25, None) == NOW + 20.5
    assert next_boundary(one, NOW + 20.5, None) is None


def test_a_daily_schedule_starts_again_at_the_same_second_of_the_day() -> None:
    one = profile(
        Purpose.TX_DEFAULT,
        {0: 16, 3600: 10},
        kind=Kind.RECURRING,
        recurrency=Recurrency.DAILY,
        duration_s=7200,
        starts_at=at("2024-03-01T23:00:00Z"),
    )
    assert limit_of(one, at("2024-03-01T22:59:59Z")) is None, "before its first start it does not run"
    assert limit_of(one, at("2024-03-04T23:59:59Z")) == 16
    assert limit_of(one, at("2024-03-05T00:00:00Z")) == 10, "across midnight"
    assert limit_of(one, at("2024-03-05T01:00:00Z")) is None, "the gap"
    assert next_boundary(one, at("2024-03-05T01:00:00Z"), None) == at("2024-03-05T23:00:00Z")


def test_a_weekly_schedule_keeps_the_day_of_the_week() -> None:
    one = profile(
        Purpose.TX_DEFAULT,
        {0: 16},
        kind=Kind.RECURRING,
        recurrency=Recurrency.WEEKLY,
        duration_s=3600,
        starts_at=at("2024-01-01T08:00:00Z"),
    )
    assert limit_of(one, at("2024-03-04T08:59:59Z")) == 16, "a Monday"
    assert limit_of(one, at("2024-03-05T08:30:00Z")) is None


def test_a_recurring_schedule_longer_than_its_interval_is_cut_off_by_its_next_start() -> None:
    one = profile(
        Purpose.TX_DEFAULT,
        {0: 16, DAY_S - 10: 10, DAY_S + 10: 6},
        kind=Kind.RECURRING,
        recurrency=Recurrency.DAILY,
        duration_s=2 * DAY_S,
    )
    assert limit_of(one, NOW + DAY_S - 1) == 10
    assert limit_of(one, NOW + DAY_S) == 16
    assert limit_of(one, NOW + DAY_S + 20) == 16


def test_daylight_saving_does_not_move_a_daily_schedule() -> None:
    one = profile(
        Purpose.TX_DEFAULT,
        {0: 16},
        kind=Kind.RECURRING,
        recurrency=Recurrency.DAILY,
        duration_s=60,
        starts_at=at("2024-03-30T08:00:00+01:00"),
    )
    assert limit_of(one, at("2024-03-31T09:00:00+02:00")) == 16
    assert limit_of(one, at("2024-03-31T08:00:00+02:00")) is None


def test_a_relative_schedule_counts_from_the_start_of_the_transaction() -> None:
    one = profile(Purpose.TX, {0: 16, 600: 10}, kind=Kind.RELATIVE, starts_at=None, duration_s=900)
    assert limit_of(one, NOW + 599, tx_started_at=NOW) == 16
    assert limit_of(one, NOW + 600, tx_started_at=NOW) == 10
    assert next_boundary(one, NOW + 600, NOW) == NOW + 900


def test_a_relative_schedule_ignores_a_start_of_its_own() -> None:
    one = profile(Purpose.TX, {0: 16, 600: 10}, kind=Kind.RELATIVE, starts_at=NOW - 600)
    assert limit_of(one, NOW + 1, tx_started_at=NOW) == 16


def test_without_a_transaction_a_relative_schedule_stays_at_its_start() -> None:
    one = profile(Purpose.TX_DEFAULT, {0: 16, 600: 10}, kind=Kind.RELATIVE, starts_at=None, duration_s=900)
    assert limit_of(one, NOW + 5000) == 16
    assert next_boundary(one, NOW, None) is None


def test_an_absolute_schedule_without_start_counts_from_the_transaction_too() -> None:
    one = profile(Purpose.TX, {0: 16, 600: 10}, starts_at=None)
    assert limit_of(one, NOW + 600, tx_started_at=NOW) == 10


def test_a_start_within_a_second_counts_from_that_second() -> None:
    one = profile(Purpose.TX, {0: 16, 600: 10}, kind=Kind.RELATIVE, starts_at=None)
    assert limit_of(one, NOW + 0.25, tx_started_at=NOW + 0.75) == 16
    assert limit_of(one, NOW + 600, tx_started_at=NOW + 0.75) == 10
    assert next_boundary(one, NOW + 1.5, NOW + 0.75) == NOW + 600


@pytest.mark.parametrize("duration_s", [0, 300])
def test_a_schedule_that_is_over_has_no_boundary_ahead(duration_s: int) -> None:
    one = profile(Purpose.TX_DEFAULT, {0: 16}, duration_s=duration_s)
    assert limit_of(one, NOW + 300) is None
    assert next_boundary(one, NOW + 300, None) is None


@given(profiles(), moments, st.none() | moments)
def test_the_running_period_is_that_of_the_naive_evaluation(
    one: Profile, now: float, tx_started_at: float | None
) -> None:
    assert period_at(one, now, tx_started_at) == running_period(one, now, tx_started_at)


@given(profiles(), moments, st.none() | moments, st.floats(0, 1, exclude_max=True))
def test_nothing_changes_strictly_before_the_next_boundary(
    one: Profile, now: float, tx_started_at: float | None, part: float
) -> None:
    boundary = next_boundary(one, now, tx_started_at)
    end = now + 30 * DAY_S if boundary is None else boundary
    assert end > now
    between = [now + (end - now) * part, end - 0.001, *(now + step / 2 for step in range(600))]
    expected = running_period(one, now, tx_started_at)
    for moment in between:
        if now <= moment < end:
            assert running_period(one, moment, tx_started_at) == expected
