"""The register that only grows, and the moments at which it is read."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chargepoint.model.electrical import Phases
from chargepoint.model.metering import Meter, next_aligned_at, next_sample_at
from chargepoint.model.ramp import Flow

NOON = 1_749_988_800.0
MOMENTS = st.floats(1_700_000_000, 2_000_000_000)
INTERVALS = st.integers(1, 200_000).map(float)
OFFSETS = st.one_of(st.just(0.0), st.floats(-2_000_000_000, 2_000_000_000), st.floats(-100, 100))


def test_energy_is_power_times_time() -> None:
    meter = Meter(at=0, flow=Flow.steady(Phases(11_000), 0))
    assert meter.advance(1800) == 5_500
    assert meter.energy_wh == 5_500


def test_a_meter_never_counts_backwards() -> None:
    meter = Meter(at=100, energy_wh=5, flow=Flow.steady(Phases(1000), 100))
    assert meter.advance(90) == 0
    assert (meter.energy_wh, meter.at) == (5, 100)


def test_the_display_shows_whole_watt_hours_and_no_rounding_noise() -> None:
    assert Meter(0, 5.9999).register_wh == 5
    assert Meter(0, 5.99999999).register_wh == 6


def test_samples_count_from_the_start_of_the_transaction() -> None:
    assert next_sample_at(NOON + 7, 60, after=NOON + 7) == NOON + 67
    assert next_sample_at(NOON + 7, 60, after=NOON + 67) == NOON + 127
    assert next_sample_at(NOON + 7, 60, after=NOON + 100) == NOON + 127


def test_interval_zero_takes_no_samples() -> None:
    assert next_sample_at(NOON, 0, NOON) is None
    assert next_aligned_at(0, NOON, 0) is None


@pytest.mark.parametrize(
    ("interval_s", "after", "expected"),
    [
        (900, NOON, NOON + 900),
        (900, NOON + 1, NOON + 900),
        (86_400, NOON, NOON + 43_200),
        (7 * 3600, NOON, NOON + 7200),
        # The last interval of a day is cut off by midnight, from which the next day counts.
        (7 * 3600, NOON + 9 * 3600, NOON + 43_200),
        (100_000, NOON, NOON + 43_200),
    ],
)
def test_aligned_samples_count_from_midnight(interval_s: float, after: float, expected: float) -> None:
    assert next_aligned_at(interval_s, after, 0) == expected


def test_midnight_is_that_of_the_stations_clock() -> None:
    assert next_aligned_at(3600, NOON, 600) == NOON + 3000


@given(MOMENTS, INTERVALS, st.floats(0, 1_000_000))
def test_the_next_sample_always_lies_ahead_and_within_an_interval(
    started_at: float, interval_s: float, elapsed_s: float
) -> None:
    after = started_at + elapsed_s
    due = next_sample_at(started_at, interval_s, after)
    assert due is not None
    assert after < due <= after + interval_s + 1e-6


@given(MOMENTS, INTERVALS, OFFSETS)
@example(NOON + 43_200 - 0.123, 900.0, -NOON + 0.123)
def test_aligned_samples_move_on_and_sit_on_boundaries(after: float, interval_s: float, offset_s: float) -> None:
    boundaries = []
    for _ in range(30):
        due = next_aligned_at(interval_s, after, offset_s)
        assert due is not None
        assert due > after
        shown = due + offset_s
        assert shown % 86_400 % interval_s == pytest.approx(0, abs=1e-5)
        boundaries.append(round(shown))
        after = due
    assert boundaries == sorted(set(boundaries))
