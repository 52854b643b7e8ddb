"""Setup files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chargepoint.api.errors import InputError
from chargepoint.settings import etc_dir
from launcher.fleet.setups import parse_setup

GOOD = {"id": "A", "central_system": "ws://x"}


@pytest.mark.parametrize("file", sorted((etc_dir() / "setups").glob("*.json")), ids=lambda file: file.stem)
def test_every_setup_that_ships_is_right(file: Path) -> None:
    assert parse_setup(file.read_bytes(), file.name)


def test_both_forms_are_read() -> None:
    assert parse_setup(json.dumps({"charge_points": [GOOD]}).encode(), "f") == (GOOD,)
    assert parse_setup(json.dumps([GOOD]).encode(), "f") == (GOOD,)


def test_entries_stay_as_they_are_written() -> None:
    entry = {"id": "A", "max_current": 32}
    assert parse_setup(json.dumps([entry]).encode(), "f", {"vendor": "T"}) == (entry,)


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"{", "yard.json: '{' is not JSON"),
        (b"5", "yard.json: 5 is not a JSON object"),
        (b"{}", "yard.json.charge_points: nothing is not an array"),
        (b'{"charge_points": [], "extra": 1}', "yard.json: 'extra' is not a known key"),
        (b"[5]", "yard.json: charge_points[0]: 5 is not a JSON object"),
        (json.dumps([GOOD, {**GOOD, "id": "a b"}]).encode(), "yard.json: charge_points[1].id: 'a b' is not an id"),
        (json.dumps([GOOD, GOOD]).encode(), "charge_points[1].id: 'A' is not an id of its own: charge_points[0]"),
        (json.dumps([{**GOOD, "nb_connectors": 99}]).encode(), "charge_points[0].nb_connectors: 99 is not a whole"),
        (b"\xff\xfe", "yard.json"),
    ],
)
def test_a_wrong_file_says_which_entry_which_field_and_what_would_be_right(content: bytes, wanted: str) -> None:
    with pytest.raises(InputError) as error:
        parse_setup(content, "yard.json")
    assert wanted in str(error.value)
