"""A meter of an accuracy class: wrong within its class, and the same at every run."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.model.electrical import Phases
from chargepoint.model.metering import Reading
from chargepoint.model.noise import TRUE_METER, MeterClass
from tests.chargepoint.model.scene import NOON

TRUTH = Reading(NOON, 3, 5_000.0, 11_040.0, Phases(16, 16, 16), 230.0)
classes = st.builds(MeterClass, st.floats(0.1, 10), st.integers(0, 2**32))


def test_by_default_a_meter_shows_the_truth() -> None:
    assert TRUE_METER.shown(TRUTH, 1, 1.0) is TRUTH
    assert TRUE_METER.gain(1) == 1


@given(classes, st.integers(1, 64), st.floats(0, 1e6))
def test_every_value_is_within_the_class_and_they_agree(meter: MeterClass, connector: int, after_s: float) -> None:
    truth = Reading(NOON + after_s, 3, 5_000.0, 11_040.0, Phases(16, 16, 16), 230.0)
    shown = meter.shown(truth, connector, 1.0)
    share = meter.class_pct / 100
    assert shown.voltage_v == pytest.approx(230, rel=share)
    assert shown.current_a.l1 == pytest.approx(16, rel=share)
    assert shown.power_w == pytest.approx(11_040, rel=share * 1.05)
    assert shown.power_w == pytest.approx(shown.voltage_v * shown.current_a.total)
    assert meter.gain(connector) == pytest.approx(1, rel=share)
    assert meter.shown(truth, connector, 1.0) == shown


def test_meters_of_a_station_differ_in_current_and_agree_in_voltage() -> None:
    meter = MeterClass(1.0, seed=7)
    one, other = meter.shown(TRUTH, 1, 1.0), meter.shown(TRUTH, 2, 1.0)
    assert one.current_a != other.current_a
    assert one.voltage_v == other.voltage_v
    assert MeterClass(1.0, seed=8).shown(TRUTH, 1, 1.0).voltage_v != one.voltage_v


def test_an_error_wanders_and_does_not_jump() -> None:
    meter = MeterClass(1.0, seed=7)
    volts = [meter.shown(Reading(NOON + second, 3, 0.0, voltage_v=230.0), 1, 1.0).voltage_v for second in range(2000)]
    assert max(abs(b - a) for a, b in pairwise(volts)) < 230 * 0.01 / 20 + 1e-9
    assert max(volts) - min(volts) > 230 * 0.005
