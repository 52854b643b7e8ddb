"""How warm a connector gets, and its fan."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.model.thermal import AMBIENT_C, RISE_K, TIME_CONSTANT_S, fan_rpm, warmed


def test_at_rest_it_has_the_temperature_of_its_surroundings() -> None:
    assert warmed(AMBIENT_C, 0, 3600) == AMBIENT_C
    assert warmed(60, 0, 1e6) == pytest.approx(AMBIENT_C)


def test_it_warms_up_with_the_square_of_the_current() -> None:
    assert warmed(AMBIENT_C, 1, 1e6) == pytest.approx(AMBIENT_C + RISE_K)
    assert warmed(AMBIENT_C, 0.5, 1e6) == pytest.approx(AMBIENT_C + RISE_K / 4)
    assert warmed(AMBIENT_C, 1, TIME_CONSTANT_S) == pytest.approx(AMBIENT_C + 0.632 * RISE_K, abs=0.01)


@given(st.floats(0, 1), st.floats(0, 5000), st.floats(0, 5000))
def test_two_strides_are_as_good_as_one(load: float, first_s: float, second_s: float) -> None:
    at_once = warmed(AMBIENT_C, load, first_s + second_s)
    assert warmed(warmed(AMBIENT_C, load, first_s), load, second_s) == pytest.approx(at_once)


@pytest.mark.parametrize(("temperature_c", "rpm"), [(20, 0), (29.9, 0), (30, 1000), (40, 2000), (80, 3000)])
def test_a_fan_stands_while_it_is_cool(temperature_c: float, rpm: float) -> None:
    assert fan_rpm(temperature_c) == pytest.approx(rpm)
