"""Cars with ramps, curves and limits of their own: what flows, when, and that it all agrees."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.api.payloads import ErrorCode
from chargepoint.api.spec import CurrentType
from chargepoint.model.commands import CarChanged, FaultChanged, ProfileSet
from chargepoint.model.electrical import Supply
from chargepoint.model.reading import reading, station_reading
from chargepoint.model.smartcharging.profiles import Kind, Period, Profile, Purpose, RateUnit, Schedule
from chargepoint.model.vehicle import Vehicle
from tests.chargepoint.model.scene import AC, NOON, Scene

SLOW = Vehicle(battery_wh=1e6, bounded=True, ac_current_a=32, ac_rise_a_per_s=4, fall_s=4)
CURVE = ((0, 0.6), (20, 1.0), (50, 1.0), (80, 0.5), (100, 0.05))


def limit(amperes: float, connector: int = 1) -> ProfileSet:
    purpose = Purpose.TX_DEFAULT if connector else Purpose.STATION_MAX
    schedule = Schedule(RateUnit.A, (Period(0, amperes),), starts_at=NOON)
    return ProfileSet(Profile(connector, connector, purpose, Kind.ABSOLUTE, 0, schedule))


def flowing(scene: Scene, connector: int = 1) -> float:
    return scene.connector(connector).consumption.l1


def test_a_car_takes_its_time_to_what_it_may_take() -> None:
    scene = Scene(vehicle=SLOW)
    scene.charge()
    seen = []
    for _ in range(10):
        seen.append(flowing(scene))
        scene.advance(1)
    assert seen == pytest.approx([0, 4, 8, 12, 16, 20, 24, 28, 32, 32])
    assert scene.connector().setpoint == 32


def test_a_car_has_obeyed_a_lower_limit_within_5_seconds() -> None:
    scene = Scene(vehicle=SLOW)
    scene.charge()
    scene.advance(60)
    scene.tell(limit(8))
    assert scene.connector().setpoint == 8
    seen = []
    for _ in range(6):
        seen.append(flowing(scene))
        scene.advance(1)
    assert seen == pytest.approx([32, 26, 20, 14, 8, 8])


def test_the_energy_of_a_ramp_is_the_area_below_it() -> None:
    scene = Scene(vehicle=SLOW)
    scene.charge()
    scene.advance(8)
    assert scene.connector().meter.energy_wh == pytest.approx(3 * 230 * 32 * 8 / 2 / 3600)
    scene.advance(52)
    assert scene.connector().meter.energy_wh == pytest.approx(3 * 230 * (32 * 4 + 32 * 52) / 3600)


def test_the_contactor_opens_at_once() -> None:
    for command in (
        CarChanged(1, 0.0),
        CarChanged(1, ready=False),
        FaultChanged(1, ErrorCode.GROUND_FAILURE),
        limit(5),
    ):
        scene = Scene(vehicle=SLOW)
        scene.charge()
        scene.advance(60)
        scene.tell(command)
        assert flowing(scene) == 0, command


def test_a_car_takes_no_more_than_its_charger_whatever_is_said_of_it() -> None:
    scene = Scene(vehicle=Vehicle(bounded=True, ac_current_a=16, ac_phases=1))
    scene.charge(l1=32.0, l2=32.0, l3=32.0)
    assert scene.connector().consumption.values == (16, 0, 0)


def test_below_the_least_current_of_its_charger_a_car_pauses() -> None:
    scene = Scene(vehicle=Vehicle(ac_minimum_a=8))
    scene.charge()
    scene.tell(limit(7))
    assert (scene.connector().status, flowing(scene)) == ("SuspendedEV", 0)
    scene.tell(limit(8))
    assert (scene.connector().status, flowing(scene)) == ("Charging", 8)


def test_a_share_below_the_least_current_of_its_charger_goes_to_the_other() -> None:
    scene = Scene(Supply(CurrentType.AC, 3, 230.0, 15.0, 32.0), 2, vehicle=Vehicle(ac_minimum_a=8))
    scene.charge(1)
    scene.charge(2)
    assert [flowing(scene, number) for number in (1, 2)] == [15, 0]
    assert scene.connector(2).status == "SuspendedEVSE"


def test_direct_current_falls_as_the_battery_fills() -> None:
    supply = Supply(CurrentType.DC, 1, 920.0, 300_000.0, 300_000.0)
    car = Vehicle(
        battery_wh=60_000, arrival_soc_pct=10, bounded=True, dc_power_w=120_000, dc_voltage_v=400, dc_curve=CURVE
    )
    scene = Scene(supply, vehicle=car)
    scene.charge(cable=500_000.0)
    powers = {}
    while scene.connector().car.soc_pct < 99.5:
        powers[round(scene.connector().car.soc_pct)] = scene.connector().meter.power_w
        scene.advance(5)
    assert powers[10] == 96_000
    assert powers[30] == 120_000
    assert powers[65] == pytest.approx(90_000, rel=0.03)
    assert powers[80] == pytest.approx(60_000, rel=0.03)
    assert powers[99] < 10_000
    shown = reading(scene.station.state, scene.connector(), scene.now)
    assert shown.voltage_v == 400
    assert shown.current_a.l1 * shown.voltage_v == pytest.approx(shown.power_w)


def test_first_one_comes_down_then_the_other_goes_up() -> None:
    scene = Scene(AC, 2, vehicle=SLOW)
    scene.charge(1)
    scene.advance(60)
    scene.charge(2)
    seen = []
    for _ in range(10):
        seen.append((flowing(scene, 1), flowing(scene, 2)))
        scene.advance(1)
    assert seen[0] == (32, 0)
    assert seen[4] == pytest.approx((16, 0))
    assert seen[8] == pytest.approx((16, 16))
    assert scene.states(2) == ["Preparing", "SuspendedEVSE", "Charging"]


def test_an_idle_station_wants_nothing_and_a_ramp_no_more_than_its_end() -> None:
    scene = Scene(vehicle=SLOW)
    assert scene.station.next_deadline() is None
    scene.configure(sample_interval_s=0)
    scene.charge()
    assert scene.station.next_deadline() == NOON + 8


VEHICLES = st.builds(
    Vehicle,
    battery_wh=st.sampled_from([500.0, 40_000.0]),
    bounded=st.booleans(),
    ac_phases=st.integers(1, 3),
    ac_minimum_a=st.sampled_from([0.0, 8.0]),
    ac_curve=st.sampled_from([(), ((30.0, 1.0), (60.0, 0.4), (100.0, 0.1))]),
    ac_rise_a_per_s=st.sampled_from([0.0, 0.5, 5.0]),
    fall_s=st.sampled_from([0.0, 1.0, 5.0]),
)
"""Of whatever kind: power factor 1, as all cars of the catalogue."""


def commands() -> st.SearchStrategy[Any]:
    connectors = st.integers(1, 3)
    return st.one_of(
        st.builds(CarChanged, connectors, st.sampled_from([0.0, 13.0, 32.0]), st.booleans(), st.floats(0, 40)),
        st.builds(limit, st.sampled_from([0.0, 7.0, 10.0, 16.5, 32.0]), st.integers(0, 3)),
        st.builds(FaultChanged, connectors, st.sampled_from([ErrorCode.NO_ERROR, ErrorCode.OTHER_ERROR])),
    )


@settings(max_examples=80, deadline=None)
@given(VEHICLES, st.lists(st.tuples(commands(), st.sampled_from([0.3, 1.0, 4.0, 100.0])), max_size=15))
def test_whatever_happens_power_current_energy_and_limits_agree(
    vehicle: Vehicle, story: list[tuple[Any, float]]
) -> None:
    scene = Scene(AC, 3, vehicle=vehicle)
    scene.configure(sample_interval_s=0)
    for number in (1, 2, 3):
        scene.charge(number)
    for command, stride_s in story:
        scene.tell(command)
        lapse(scene, scene.now + stride_s)


def lapse(scene: Scene, end: float) -> None:
    """Let time pass until ``end``, from deadline to deadline: between two of them all that flows are lines."""
    meters = [scene.connector(number).meter for number in (1, 2, 3)]
    while scene.now < end:
        due = min(end, scene.station.next_deadline() or end)
        begin, registers_wh, powers_w = scene.now, [one.energy_wh for one in meters], [one.power_w for one in meters]
        flows = [one.flow for one in meters]
        scene.now = max(due, begin)
        scene.station.advance(scene.now)
        for meter, register_wh, power_w, flow in zip(meters, registers_wh, powers_w, flows, strict=True):
            mean_w = (power_w + flow.at(scene.now).total * meter.watts) / 2
            assert meter.energy_wh - register_wh == pytest.approx(mean_w * (scene.now - begin) / 3600, abs=1e-6)
        agree(scene)


def agree(scene: Scene) -> None:
    """What holds at every moment."""
    state = scene.station.state
    total = 0.0
    for connector in state.connectors.values():
        shown = reading(state, connector, scene.now)
        assert shown.power_w == pytest.approx(shown.voltage_v * shown.current_a.total, abs=1e-6)
        assert (shown.power_w > 0) <= (connector.status == "Charging")
        total += shown.current_a.largest
    assert total <= 32 + 1e-6
    assert station_reading(state, scene.now).current_a.largest <= 32 + 1e-6
