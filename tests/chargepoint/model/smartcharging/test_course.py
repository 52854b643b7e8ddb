"""Many connectors, many days: each boundary is walked once, and connectors with the same profiles go together."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.model.smartcharging.composite import composite_schedule
from chargepoint.model.smartcharging.context import ConnectorContext, StationContext
from chargepoint.model.smartcharging.course import Course, stacked, steps, together
from chargepoint.model.smartcharging.limits import Limit
from chargepoint.model.smartcharging.profiles import Kind, Profile, Profiles, Purpose, RateUnit, Recurrency
from tests.chargepoint.model.smartcharging.builders import AC_STATION, NOW, profile
from tests.chargepoint.model.smartcharging.naive import naive_total
from tests.chargepoint.model.smartcharging.strategies import profiles

RATING = Limit(32.0, 3)
WEEK_S = 7 * 86_400
DAILY = profile(Purpose.TX_DEFAULT, {0: 10, 3600: 20}, kind=Kind.RECURRING, recurrency=Recurrency.DAILY)
RELATIVE = profile(Purpose.TX_DEFAULT, {0: 10, 3600: 20}, kind=Kind.RELATIVE, starts_at=None)


def course(*members: Profile, started_at: float = NOW) -> Course:
    return Course((stacked(members),), started_at, RATING)


def test_connectors_with_the_same_profiles_are_one_course() -> None:
    [shared] = together([course(DAILY), course(DAILY, started_at=NOW - 5), course(DAILY)])
    assert shared.count == 3


def test_when_a_transaction_began_matters_to_profiles_that_count_from_it() -> None:
    courses = together([course(RELATIVE), course(RELATIVE, started_at=NOW - 5), course(RELATIVE)])
    assert [one.count for one in courses] == [2, 1]


def test_every_boundary_of_a_week_is_a_step_once() -> None:
    courses = [course(DAILY), course(RELATIVE)]
    walked = [
        (moment - NOW, {courses.index(one) for one in changed})
        for moment, changed in steps(courses, NOW, NOW + WEEK_S)
    ]
    assert walked[:3] == [(0, {0, 1}), (3600, {0, 1}), (86_400, {0})]
    assert len(walked) == 1 + 7 + 6


@settings(max_examples=40)
@given(
    st.lists(profiles(), max_size=8),
    st.lists(st.none() | st.sampled_from([NOW - 7, NOW, NOW + 3.5]), min_size=10, max_size=20),
    st.sampled_from(RateUnit),
)
def test_the_composite_of_many_connectors_is_the_naive_sum(
    arriving: list[Profile], starts: list[float | None], unit: RateUnit
) -> None:
    installed = Profiles(arriving)
    station = StationContext(AC_STATION.current, 230.0, 3, 32.0, 200.0)
    asked = [
        ConnectorContext(number, None if start is None else f"tx-{number}", start)
        for number, start in enumerate(starts, 1)
    ]
    composite = composite_schedule(installed, asked, station, NOW, WEEK_S, unit)
    started = [one if one.started_at is not None else ConnectorContext(one.connector, None, NOW) for one in asked]
    for period in composite.periods:
        for second in (period.start_s, max(0, period.start_s - 1)):
            announced = [one.limit for one in composite.periods if one.start_s <= second][-1]
            real = naive_total(list(installed), started, station, NOW + second, unit)
            assert -1e-5 < real - announced < 0.1 + 1e-5
