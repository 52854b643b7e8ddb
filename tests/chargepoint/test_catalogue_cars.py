"""Every car of the catalogue, from its arrival until it is full, and what the station tells of it."""

from __future__ import annotations

import json

import pytest

from chargepoint.adapters.vehicles import find_vehicle
from chargepoint.api.spec import CurrentType
from chargepoint.model.electrical import Supply
from chargepoint.model.facts import MeterSampled
from chargepoint.model.vehicle import Vehicle
from chargepoint.settings import etc_dir
from tests.chargepoint.model.scene import Scene

CARS = [find_vehicle(entry["name"]) for entry in json.loads((etc_dir() / "vehicles.json").read_text())["vehicles"]]
AC_22 = Supply(CurrentType.AC, 3, 230.0, 32.0, 32.0)
DC_300 = Supply(CurrentType.DC, 1, 920.0, 300_000.0, 300_000.0)


PLUGS = [
    pytest.param(supply, car, id=f"{supply.type}-{car.name}")
    for supply in (AC_22, DC_300)
    for car in CARS
    if car.dc_power_w or not supply.direct
]


@pytest.mark.parametrize(("supply", "car"), PLUGS)
def test_a_car_charges_until_it_is_full(supply: Supply, car: Vehicle) -> None:
    scene = Scene(supply, vehicle=car)
    scene.charge(cable=500_000.0 if supply.direct else 63.0)
    scene.advance(60 * 3600)
    assert scene.connector().status == "SuspendedEV"
    assert scene.connector().car.soc_pct == 100
    missing_wh = car.energy_for_wh(100 - car.arrival_soc_pct, supply.direct)
    assert scene.connector().meter.energy_wh == pytest.approx(missing_wh, rel=1e-6)
    readings = [fact.reading for fact in scene.of(MeterSampled)]
    powers = [one.power_w for one in readings if one.power_w > 0]
    assert 0.75 * max(powers, default=1.0) > (powers or [0.0])[-1], "it tapers off, unless it is full before a sample"
    for one in readings:
        assert one.power_w == pytest.approx(one.voltage_v * one.current_a.total)
        if supply.direct:
            assert one.voltage_v == car.dc_voltage_v
            assert one.current_a.l1 <= car.dc_current_a
            assert one.power_w <= car.dc_power_w
        else:
            assert one.current_a.largest <= min(32, car.ac_current_a)
