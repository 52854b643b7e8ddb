"""What a car takes by its state of charge, by its battery, by its charger."""

from __future__ import annotations

import math

import pytest

from chargepoint.model.electrical import Phases
from chargepoint.model.vehicle import GENERIC, Vehicle

CURVE = ((0, 0.5), (10, 1.0), (50, 1.0), (90, 0.2), (100, 0.1))
CAR = Vehicle(
    bounded=True, ac_current_a=16, ac_phases=2, ac_curve=((95, 1), (100, 0.2)), dc_power_w=100_000, dc_curve=CURVE
)


def test_the_generic_car_accepts_whatever_it_is_offered() -> None:
    assert GENERIC.acceptance(False, 99.9, 230) == Phases(math.inf, math.inf, math.inf)
    assert GENERIC.acceptance(True, 99.9, 400).l1 == math.inf
    assert GENERIC.next_step_pct(True, 20) == 100


@pytest.mark.parametrize(
    ("soc_pct", "power_w"),
    [
        (0, 50_000),
        (5, 75_000),
        (9.99, 95_000),
        (10, 100_000),
        (30, 100_000),
        (70, 60_000),
        (90, 20_000),
        (99, 11_000),
    ],
)
def test_a_battery_takes_less_as_it_fills_by_whole_percents(soc_pct: float, power_w: float) -> None:
    assert CAR.acceptance(True, soc_pct, 400).l1 == pytest.approx(power_w)


@pytest.mark.parametrize(
    ("soc_pct", "step"), [(0, 1), (0.5, 1), (9.5, 10), (10, 51), (50.0, 51), (60.2, 61), (98.9, 99), (99.1, 100)]
)
def test_the_next_step_is_where_the_curve_bends_next(soc_pct: float, step: float) -> None:
    assert CAR.next_step_pct(True, soc_pct) == step


def test_an_on_board_charger_has_its_phases_and_its_current_and_tapers_off() -> None:
    assert CAR.acceptance(False, 50, 230) == Phases(16, 16, 0)
    assert CAR.acceptance(False, 97.5, 230).l1 == pytest.approx(16 * 0.68)


def test_a_battery_limits_the_current_and_decides_the_voltage() -> None:
    car = Vehicle(bounded=True, dc_power_w=200_000, dc_current_a=300, dc_voltage_v=380)
    assert car.outlet_voltage_v(920) == 380
    assert car.outlet_voltage_v(300) == 300
    assert car.acceptance(True, 50, 380).l1 == 300 * 380


def test_energy_and_state_of_charge_are_inverse() -> None:
    assert CAR.soc_gain_pct(CAR.energy_for_wh(7, False), False) == pytest.approx(7)
    assert CAR.soc_gain_pct(CAR.energy_for_wh(7, True), True) == pytest.approx(7)
