"""The JSON schema of scenario files, which editors have, and what the code makes of the same files."""

from __future__ import annotations

import json
import subprocess
import sys

import fastjsonschema
import pytest

from chargepoint.api.errors import InputError
from chargepoint.api.spec import parse_spec
from launcher.scenario.entries import ENTRY, PROPERTIES
from launcher.scenario.format import schema
from tests.support import scenario_schema

VALID = fastjsonschema.compile(schema())
ENTRY_VALID = fastjsonschema.compile(ENTRY)
ENTRY_OF_CODE = {"id": "A", "central_system": "ws://host"}


def by_schema(file: object) -> bool:
    try:
        VALID(file)
    except fastjsonschema.JsonSchemaValueException:
        return False
    return True


def test_the_entry_has_the_keys_that_are_read() -> None:
    with pytest.raises(InputError) as refused:
        parse_spec({**ENTRY_OF_CODE, "no_such_key": 1})
    known = refused.value.expected.rpartition("known are ")[2].split(", ")
    assert sorted(PROPERTIES) == sorted(known)


@pytest.mark.parametrize("key", PROPERTIES)
@pytest.mark.parametrize("value", [{"a": []}, ["x"], -1, 0.5, "x", True, 1], ids=str)
def test_what_the_schema_of_an_entry_refuses_the_code_refuses(key: str, value: object) -> None:
    try:
        parse_spec({**ENTRY_OF_CODE, key: value})
    except InputError:
        return
    ENTRY_VALID({key: value})


@pytest.mark.parametrize(
    "stations",
    [{"A": {"nb_conectors": 2}}, {"A": {"type": "ACDC"}}, {"A": {"ocpp_config": {"Key": []}}}, [], {}, 5, None],
)
def test_editors_see_what_is_wrong_with_stations(stations: object) -> None:
    assert not by_schema({"stations": stations, "steps": ["start"]})
    assert by_schema({"stations": {"A": {"nb_connectors": "${N}", "vehicle": None}, "B": None}, "steps": ["start"]})


@pytest.mark.parametrize(
    "step",
    [
        {"expect": {"within": "5s"}},
        {"expect": {"registration": "Accepted", "within": -1}},
        {"http": "ftp://host"},
        {"http": {"url": "host"}},
        {"wait": "soon"},
        {"start": {"change": {"vehicel": "van"}}},
        {"expect": {"sent": "Authorize", "save": {"a-b": "answer"}}},
        {"repeat": {"times": 2, "as": "now", "steps": []}},
    ],
    ids=str,
)
def test_editors_see_what_is_wrong_with_steps(step: object) -> None:
    assert not by_schema({"stations": "A", "steps": [step]})


@pytest.mark.parametrize(
    "step", [{"http": "${api}/x"}, {"wait": "1s..3s"}, {"wait": 5}, {"wait": "${W}"}, {"wait": "${A}..5s"}], ids=str
)
def test_editors_take_what_is_right(step: object) -> None:
    assert by_schema({"stations": "A", "steps": [step]})


def test_the_schema_comes_out_of_the_command() -> None:
    command = [sys.executable, "-m", "launcher", "scenarios", "--schema"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == scenario_schema.text()
    assert json.loads(done.stdout)["title"] == "cp-simu scenario"
