"""A flow on its way is a line, its energy the area below it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.model.electrical import Phases
from chargepoint.model.ramp import Flow, Ramp

amperes = st.integers(0, 800).map(lambda tenths: tenths / 10)
seconds = st.floats(0, 60)
rates = st.floats(0.1, 50) | st.just(math.inf)
ramps = st.builds(Ramp, st.just(100.0), amperes, amperes, rates)


def test_a_ramp_rises_by_its_rate_and_stays() -> None:
    ramp = Ramp(100, 6, 16, 5)
    assert [ramp.at(moment) for moment in (100, 101, 101.5, 102, 200)] == [6, 11, 13.5, 16, 16]
    assert ramp.settles_at == 102


def test_a_ramp_falls_by_its_rate_and_stays() -> None:
    ramp = Ramp(100, 16, 0, 8)
    assert [ramp.at(moment) for moment in (100, 101, 102, 103)] == [16, 8, 0, 0]


def test_what_comes_at_once_is_there_at_that_very_second() -> None:
    flow = Flow.steady(Phases(16, 16), 0).towards(Phases(10, 32), 50, 0, 0)
    assert flow.at(50) == Phases(10, 32)
    assert flow.next_bend(50) is None


@given(ramps, seconds, seconds, seconds)
def test_the_area_of_two_stretches_is_that_of_both_together(ramp: Ramp, a: float, b: float, c: float) -> None:
    begin, middle, end = sorted((100 + a, 100 + b, 100 + c))
    together = ramp.area(begin, middle) + ramp.area(middle, end)
    assert ramp.area(begin, end) == pytest.approx(together, rel=1e-9, abs=1e-9)


@given(ramps, seconds, st.floats(0.01, 60))
def test_the_area_is_that_of_many_narrow_strips(ramp: Ramp, begin: float, length: float) -> None:
    begin += 100
    strips = [ramp.at(begin + length * (strip + 0.5) / 1000) * length / 1000 for strip in range(1000)]
    assert ramp.area(begin, begin + length) == pytest.approx(sum(strips), rel=1e-3, abs=0.08 * length)


@given(ramps, seconds)
def test_a_ramp_never_leaves_the_space_between_start_and_target(ramp: Ramp, after: float) -> None:
    assert min(ramp.start, ramp.target) <= ramp.at(100 + after) <= max(ramp.start, ramp.target)


@given(amperes, amperes, amperes, st.just(0.0) | rates, st.just(0.0) | st.floats(0.1, 5), seconds)
def test_a_turn_begins_where_the_flow_is_and_a_fall_is_over_in_time(
    first: float, second: float, third: float, rise: float, fall_s: float, after: float
) -> None:
    flow = Flow.steady(Phases(first), 0).towards(Phases(second), 100, rise, fall_s)
    now = 100 + after
    turned = flow.towards(Phases(third), now, rise, fall_s)
    if 0 < rise < math.inf and fall_s:
        assert turned.at(now).l1 == pytest.approx(flow.at(now).l1, abs=1e-6)
    assert turned.target == Phases(third)
    if third <= flow.at(now).l1 and third != second:
        assert turned.at(now + fall_s + 1e-6).l1 == pytest.approx(third, abs=1e-6)


def test_a_flow_that_is_told_its_target_again_goes_on_as_it_did() -> None:
    flow = Flow.steady(Phases(0), 0).towards(Phases(10), 100, 1, 5)
    assert flow.towards(Phases(10), 104, 1, 5).at(105).l1 == 5


@given(st.tuples(amperes, amperes), st.tuples(amperes, amperes), st.floats(0.1, 20), st.floats(0.1, 2000))
def test_the_moment_of_an_area_is_when_it_is_reached(
    start: tuple[float, float], target: tuple[float, float], rise: float, area: float
) -> None:
    flow = Flow.steady(Phases(*start), 0).towards(Phases(*target), 0, rise, 3.0)
    moment, bend = flow.moment_of(area, 0.0), flow.next_bend(0.0)
    if bend is None or moment <= bend:
        reached = flow.area(0.0, moment) if math.isfinite(moment) else 0.0
        assert reached == pytest.approx(area, rel=1e-6) if math.isfinite(moment) else flow.at(0.0).total == 0
    else:
        assert flow.area(0.0, bend) <= area * (1 + 1e-6)
