"""Reading a JSON object from outside: each field checked where it is taken."""

from __future__ import annotations

import json
import math
import sys
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json
from tests.chargepoint.api import strategies


class Colour(StrEnum):
    """Some choices."""

    RED = "Red"
    GREEN = "Green"


def fields(**raw: object) -> Fields:
    """An object as it comes in."""
    return Fields(raw, "here")


@given(st.binary() | st.text() | strategies.json_values.map(json.dumps))
def test_no_payload_raises_anything_but_an_input_error(payload: bytes | str) -> None:
    value = strategies.outcome(parse_json, payload, "here")
    if isinstance(value, InputError):
        assert str(value).startswith("here: ")
        assert str(value).isprintable()
    else:
        assert json.loads(json.dumps(value)) == value


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff", b"\xef\xbb\xbf{}", "NaN", "[Infinity]", "-Infinity", "1 2"])
def test_what_is_not_json_is_refused(payload: bytes | str) -> None:
    with pytest.raises(InputError, match="is not JSON"):
        parse_json(payload, "here")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "9" * 100_000, '"' + "x" * 1_000_000])
def test_extreme_payloads_are_refused_in_one_short_line(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_json(text, "here")
    assert len(str(caught.value)) < 300


def test_nesting_at_the_limit_is_refused_or_read_but_can_always_be_told_about() -> None:
    limit = sys.getrecursionlimit()
    for depth in range(limit - 250, limit + 5):
        with pytest.raises(InputError):
            Fields(parse_json("[" * depth + "]" * depth, "here"), "here")


@pytest.mark.parametrize("raw", [5, "text", None, True, [], [{}]])
def test_only_an_object_has_fields(raw: object) -> None:
    with pytest.raises(InputError, match=r"here: .* is not a JSON object"):
        Fields(raw, "here")


@pytest.mark.parametrize("value", [True, False, "1", None, [], {}, math.nan, math.inf, -math.inf, 10**400, -1, 11])
def test_a_number_is_finite_and_in_its_range_and_not_a_boolean(value: object) -> None:
    with pytest.raises(InputError, match=r"n: .* is not a number from 0 to 10"):
        fields(n=value).number("n", minimum=0, maximum=10)


@pytest.mark.parametrize("value", [0, 0.0, 3, 3.5, 10])
def test_an_integer_is_a_number(value: float) -> None:
    number = fields(n=value).number("n", minimum=0, maximum=10)
    assert number == value
    assert isinstance(number, float)


def test_a_number_may_have_to_be_above_a_bound() -> None:
    with pytest.raises(InputError, match="n: 0 is not a number above 0"):
        fields(n=0).number("n", above=0)
    assert fields(n=1e-9).number("n", above=0) == 1e-9


@pytest.mark.parametrize("value", [True, "1", None, 1.5, math.inf, 1e300, 10**400, 0, 5])
def test_an_integer_is_whole_and_in_its_range(value: object) -> None:
    with pytest.raises(InputError, match=r"n: .* is not a whole number from 1 to 4"):
        fields(n=value).integer("n", minimum=1, maximum=4)


def test_three_point_zero_is_a_whole_number() -> None:
    number = fields(n=3.0).integer("n", minimum=1, maximum=4)
    assert number == 3
    assert isinstance(number, int)


@pytest.mark.parametrize("value", [0, 1, "true", None, []])
def test_a_boolean_is_true_or_false_and_nothing_else(value: object) -> None:
    with pytest.raises(InputError, match="is not true or false"):
        fields(b=value).boolean("b")


@pytest.mark.parametrize("value", ["red", "", None, 5, ["Red"], {"Red": 1}])
def test_a_choice_is_one_of_the_values(value: object) -> None:
    with pytest.raises(InputError, match="is not one of 'Red', 'Green'"):
        fields(c=value).choice("c", Colour)


@pytest.mark.parametrize("value", ["", "abcd", 5, None, ["a"]])
def test_a_text_has_its_length(value: object) -> None:
    with pytest.raises(InputError, match=r"t: .* is not a text of 1 to 3 characters"):
        fields(t=value).text("t", min_length=1, max_length=3)


@pytest.mark.parametrize("value", ["a\nb", "\x1b[2J", "\ud800", "\x00"])
def test_a_printable_text_has_no_control_characters(value: str) -> None:
    assert fields(t=value).text("t") == value
    with pytest.raises(InputError, match="printable characters"):
        fields(t=value).text("t", printable=True)


def test_null_counts_as_absent() -> None:
    given = fields(a=None)
    assert not given.has("a")
    assert given.text("a", "default") == "default"
    assert given.number("a", 1.0) == 1.0
    assert given.integer("a", 1, minimum=0, maximum=1) == 1
    assert given.boolean("a", True) is True
    assert given.choice("a", Colour, Colour.RED) is Colour.RED
    assert given.object("a") == {}


def test_an_array_and_an_object_are_handed_on_unchecked() -> None:
    given = fields(a=[1, {}], o={"x": [1]})
    assert given.array("a") == [1, {}]
    assert given.object("o") == {"x": [1]}
    wrongs: list[object] = [None, 5, {}, [1, 2, 3]]
    for wrong in wrongs:
        with pytest.raises(InputError, match="an array of at most 2 items"):
            fields(a=wrong).array("a", max_length=2)
    with pytest.raises(InputError, match=r"o: \[\] is not a JSON object"):
        fields(o=[]).object("o")


def test_an_unknown_key_is_refused_with_the_nearest_known_one() -> None:
    given = fields(vendr="x")
    given.text("vendor", "")
    given.text("model", "")
    with pytest.raises(InputError) as caught:
        given.finish()
    assert str(caught.value) == ("here: 'vendr' is not a known key (did you mean 'vendor'?); known are model, vendor")


def test_a_monstrous_unknown_key_is_refused_all_the_same() -> None:
    given = fields(**{"x" * 1_000_000: 1})
    given.text("vendor", "")
    with pytest.raises(InputError) as caught:
        given.finish()
    assert len(str(caught.value)) < 200
