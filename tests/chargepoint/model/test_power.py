"""From limits to setpoints, consumption, energy and state of charge."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.api.spec import CurrentType
from chargepoint.model.commands import CarChanged
from chargepoint.model.electrical import Supply
from chargepoint.model.facts import ConnectorChanged
from chargepoint.model.vehicle import Vehicle
from tests.chargepoint.model.scene import AC, DC, NOON, Scene

currents = st.floats(0, 80)


@given(
    demand=st.tuples(currents, currents, currents),
    cable=st.floats(1, 80),
    connector_limit=st.floats(6, 80),
    station_limit=st.floats(6, 80),
    phases=st.integers(1, 3),
)
def test_consumption_is_the_least_of_everything_on_every_phase_there_is(
    demand: tuple[float, float, float], cable: float, connector_limit: float, station_limit: float, phases: int
) -> None:
    """S0-37."""
    scene = Scene(Supply(CurrentType.AC, phases, 230.0, station_limit, connector_limit))
    l1, l2, l3 = demand
    scene.plug(1, cable, l1=l1, l2=l2, l3=l3)
    scene.tap()
    connector = scene.connector()
    offer = min(cable, connector_limit, station_limit)
    expected = [min(one, offer) if offer >= 6 and line < phases else 0 for line, one in enumerate(demand)]
    taken = connector.consumption
    assert [taken.l1, taken.l2, taken.l3] == pytest.approx(expected)
    assert connector.meter.power_w == pytest.approx(230 * sum(expected))
    assert connector.status == ("Charging" if offer >= 6 else "SuspendedEVSE")


def test_a_direct_current_car_takes_what_it_and_the_station_can() -> None:
    scene = Scene(DC, vehicle=Vehicle(dc_power_w=120_000))
    scene.charge(cable=500_000.0)
    assert scene.connector().meter.power_w == 50_000
    scene.tell(CarChanged(1, l1=30_000.0))
    assert scene.connector().meter.power_w == 30_000


def test_a_battery_fills_with_what_the_on_board_charger_leaves() -> None:
    scene = Scene(vehicle=Vehicle(battery_wh=10_000, arrival_soc_pct=20, efficiency=0.9))
    scene.charge()
    scene.advance(600)
    assert scene.connector().car.soc_pct == pytest.approx(20 + 11_040 / 6 * 0.9 / 100)


def test_charging_ends_at_the_moment_the_battery_is_full() -> None:
    scene = Scene(DC, vehicle=Vehicle(battery_wh=50_000, arrival_soc_pct=50))
    scene.charge(cable=500_000.0)
    scene.advance(86_400)
    full = scene.of(ConnectorChanged)[-1]
    assert (full.status, round(full.at - NOON, 3)) == ("SuspendedEV", 1800)
    assert scene.connector().meter.energy_wh == pytest.approx(25_000)


def test_another_car_brings_its_own_battery() -> None:
    scene = Scene(vehicle=Vehicle(battery_wh=1000, arrival_soc_pct=90))
    scene.charge()
    scene.advance(3600)
    assert scene.connector().car.soc_pct == 100
    scene.unplug()
    scene.charge()
    assert scene.connector().car.soc_pct == 90
    assert scene.connector().status == "Charging"


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 5000), st.floats(0, 40), st.booleans()), max_size=12))
def test_energy_is_power_times_time_in_strides_of_any_length(steps: list[tuple[float, float, bool]]) -> None:
    scene = Scene(AC, vehicle=Vehicle(battery_wh=1e9))
    scene.charge()
    expected_wh = 0.0
    for seconds, current, ready in steps:
        scene.tell(CarChanged(1, l1=current, l2=0.0, l3=0.0, ready=ready))
        scene.advance(seconds)
        expected_wh += 230 * min(current, 32) * seconds / 3600 if ready else 0
    assert scene.connector().meter.energy_wh == pytest.approx(expected_wh, rel=1e-6, abs=0.01)
