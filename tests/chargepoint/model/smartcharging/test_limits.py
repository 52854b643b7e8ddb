"""Limits in the station's own unit, and their conversion."""

from __future__ import annotations

import pytest

from chargepoint.model.smartcharging.context import StationContext
from chargepoint.model.smartcharging.limits import Limit, limit_of, rate_in
from chargepoint.model.smartcharging.profiles import Period, RateUnit
from tests.chargepoint.model.smartcharging.builders import AC_STATION, DC_STATION, schedule

ONE_PHASE = StationContext(AC_STATION.current, 230.0, 1, 32.0, 32.0)


@pytest.mark.parametrize(
    ("station", "unit", "limit", "phases", "expected"),
    [
        (AC_STATION, RateUnit.A, 16, None, Limit(16, 3)),
        (AC_STATION, RateUnit.A, 16, 1, Limit(16, 1)),
        (AC_STATION, RateUnit.W, 11_040, None, Limit(16, 3)),
        (AC_STATION, RateUnit.W, 3_680, 1, Limit(16, 1)),
        (ONE_PHASE, RateUnit.W, 3_680, None, Limit(16, 1)),
        (ONE_PHASE, RateUnit.W, 11_040, 3, Limit(16, 1)),
        (ONE_PHASE, RateUnit.A, 16, 3, Limit(16, 1)),
        (DC_STATION, RateUnit.W, 22_000, 3, Limit(22_000, 1)),
        (DC_STATION, RateUnit.A, 100, None, Limit(40_000, 1)),
        (DC_STATION, RateUnit.A, 100, 3, Limit(40_000, 1)),
    ],
)
def test_a_period_becomes_a_limit_in_the_unit_of_the_station(
    station: StationContext, unit: RateUnit, limit: float, phases: int | None, expected: Limit
) -> None:
    assert limit_of(Period(0, limit, phases), schedule({0: limit}, unit, phases), station) == expected


def test_the_least_efficient_rate_is_converted_like_the_limit() -> None:
    limit = limit_of(Period(0, 11_040), schedule({0: 11_040}, RateUnit.W, min_rate=5_520), AC_STATION)
    assert limit == Limit(16, 3, min_rate=8)


@pytest.mark.parametrize(
    ("station", "limit", "current_a", "power_w"),
    [
        (AC_STATION, Limit(16, 3), 16, 11_040),
        (AC_STATION, Limit(16, 1), 16, 3_680),
        (DC_STATION, Limit(20_000, 1), 50, 20_000),
    ],
)
def test_a_limit_reads_in_amperes_per_phase_and_in_watts(
    station: StationContext, limit: Limit, current_a: float, power_w: float
) -> None:
    assert rate_in(RateUnit.A, limit, station) == current_a
    assert rate_in(RateUnit.W, limit, station) == power_w


def test_two_limits_cap_each_other_by_current_and_by_phases() -> None:
    assert Limit(32, 1, min_rate=6).capped_by(Limit(16, 3)) == Limit(16, 1, min_rate=6)
