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
