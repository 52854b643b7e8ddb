"""Bad input is told in one short line: field, value, what would be right."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given

from chargepoint.api.errors import InputError, shown
from tests.chargepoint.api import strategies


def test_an_input_error_reads_field_value_expectation() -> None:
    assert str(InputError("port", 70000, "a port")) == "port: 70000 is not a port"
    assert str(InputError("id", None, "an id")) == "id: nothing is not an id"
    assert str(InputError("id", "a b", "an id")) == "id: 'a b' is not an id"


def test_an_input_error_can_be_seen_from_further_out() -> None:
    error = InputError("id", "a b", "an id").within("charge_points[3]")
    assert str(error) == "charge_points[3].id: 'a b' is not an id"
    assert error.field == "charge_points[3].id"


@given(strategies.json_values)
def test_a_value_is_shown_on_one_line_of_limited_length(value: object) -> None:
    text = shown(value)
    assert len(text) <= 60
    assert text.isprintable()


@pytest.mark.parametrize("value", ["x" * 10_000_000, ["x" * 1000] * 1000, {"x" * 1000: [1] * 1000}, 10**4000])
def test_a_large_value_is_shown_by_its_beginning(value: object) -> None:
    assert len(shown(value)) <= 60


def test_a_value_nested_as_deep_as_python_can_is_shown() -> None:
    value: object = 1
    for _ in range(sys.getrecursionlimit() * 10):
        value = [value]
    assert shown(value) == "[[[[[[[...]]]]]]]"


def test_control_characters_and_lone_surrogates_are_escaped() -> None:
    assert shown("a\x1b[2J\n\ud800") == r"'a\x1b[2J\n\ud800'"
