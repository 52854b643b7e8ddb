"""The catalogue of vehicles that ships with the programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chargepoint.adapters import vehicles
from chargepoint.adapters.vehicles import find_vehicle
from chargepoint.api.errors import InputError
from chargepoint.model.vehicle import GENERIC
from chargepoint.settings import etc_dir


def test_no_name_and_generic_are_the_generic_vehicle() -> None:
    assert find_vehicle("") is GENERIC
    assert find_vehicle("generic") is GENERIC


def test_every_vehicle_of_the_catalogue_can_be_had() -> None:
    names = [entry["name"] for entry in json.loads((etc_dir() / "vehicles.json").read_text())["vehicles"]]
    assert len(set(names)) == len(names) > 1
    for name in names:
        assert find_vehicle(name).name == name


def test_an_unknown_vehicle_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(InputError, match="vehicle: 'spaceship' is not one of generic, plugin_hybrid"):
        find_vehicle("spaceship")


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"vehicles": 5}', '{"vehicles": [5]}', '{"vehicles": [{"name": "x"}]}'],
)
def test_a_damaged_catalogue_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    (tmp_path / "vehicles.json").write_text(content)
    monkeypatch.setattr(vehicles, "etc_dir", lambda: tmp_path)
    with pytest.raises(InputError):
        find_vehicle("compact")


def test_the_cars_of_the_catalogue_are_like_real_ones() -> None:
    names = [entry["name"] for entry in json.loads((etc_dir() / "vehicles.json").read_text())["vehicles"]]
    for vehicle in map(find_vehicle, names):
        assert vehicle.bounded
        assert 0 < vehicle.fall_s <= 5, "IEC 61851-1"
        assert vehicle.ac_rise_a_per_s > 0
        assert vehicle.acceptance(False, 99, 230).l1 < vehicle.ac_current_a
        assert vehicle.power_factor == 1, "so that power is voltage times current"


@pytest.mark.parametrize(
    ("key", "value", "wrong"),
    [
        ("fall_s", 6, "fall_s: 6 is not a number from 0 to 5"),
        ("power_factor", 0, "power_factor: 0 is not a number above 0 to 1"),
        ("dc_curve", 5, "dc_curve: 5 is not an array"),
        ("dc_curve", [5], "dc_curve: 5 is not a pair"),
        ("dc_curve", [[0, 2]], "share: 2 is not a number above 0 to 1"),
        ("dc_curve", [[50, 1], [20, 1]], "is not points whose state of charge rises"),
        ("ac_ramp", 1, "'ac_ramp' is not a known key"),
    ],
)
def test_a_wrong_car_is_refused_with_what_would_be_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: object, wrong: str
) -> None:
    car = {
        "name": "x",
        "battery_wh": 1,
        "arrival_soc_pct": 1,
        "ac_current_a": 1,
        "ac_phases": 1,
        "dc_power_w": 1,
        key: value,
    }
    (tmp_path / "vehicles.json").write_text(json.dumps({"vehicles": [car]}))
    monkeypatch.setattr(vehicles, "etc_dir", lambda: tmp_path)
    with pytest.raises(InputError, match=wrong):
        find_vehicle("x")
