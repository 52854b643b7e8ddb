"""What fits a pattern, and what is said of what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.scenario.patterns import mismatch, wrong_pattern

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(categories=("L", "N"))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ({"status": "Accepted"}, {"status": "Accepted", "interval": 10}),
        ({"idTagInfo": {"status": "Accepted"}}, {"idTagInfo": {"status": "Accepted", "parentIdTag": "F"}}),
        ({"reason": None}, {}),
        ([{"key": "B"}, {"key": "A"}], [{"key": "A"}, {"key": "B"}, {"key": "C"}]),
        ("> 5", 6),
        (">= 5", "5.0"),
        ("< 2026-01-01T00:00:00Z", "2025-12-31T23:59:59.999Z"),
        ("> 2026-01-01T00:00:00Z", "2026-01-01T01:00:01+01:00"),
        ("!= 5", 6),
        ("!= FAMILY", None),
        ("~ ^Ac.*ed$", "Accepted"),
        ("Accepted | Blocked", "Blocked"),
        ("Local | null", None),
        ("*", ""),
        ("= > 5", "> 5"),
        (16, "16.00"),
        ("10 +- 0.5", "10.50"),
        ("10 ± 0.5", 9.5),
        ("-200 +- 5%", -190),
        ("2026-01-01T00:00:00Z +- 2s", "2026-01-01T00:00:02Z"),
        ("a +- 2", "a +- 2"),
        ("16", 16),
        (True, True),
        ({}, {"anything": 1}),
    ],
)
def test_it_fits(pattern: object, value: object) -> None:
    assert mismatch(pattern, value) is None


@pytest.mark.parametrize(
    ("pattern", "value", "why"),
    [
        ({"status": "Accepted"}, {"status": "Pending"}, 'status is "Pending", expected Accepted'),
        ({"a": {"b": "> 5"}}, {"a": {"b": 5}}, "a.b is 5, expected > 5"),
        ({"reason": None}, {"reason": "Local"}, 'reason is "Local", expected to be absent'),
        ({"currentTime": "*"}, {}, "currentTime is absent, expected *"),
        ([{"key": "A"}, {"key": "A"}], [{"key": "A"}], 'nothing in it fits {"key": "A"} (item 2): [{"key": "A"}]'),
        ("> 5", "many", 'it is "many", expected > 5'),
        ("> 5", True, "it is true, expected > 5"),
        (1, True, "it is true, expected 1"),
        ("~ ^A$", 5, "it is 5, expected ~ ^A$"),
        ("A | B", "C", 'it is "C", expected A | B'),
        ("10 +- 0.5", 10.6, "it is 10.6, expected 10 +- 0.5"),
        ("10 +- 5%", None, "it is absent, expected 10 +- 5%"),
        (
            "> 2026-01-01T00:00:00Z",
            "2026-06-01T00:00:00",
            'it is "2026-06-01T00:00:00", expected > 2026-01-01T00:00:00Z',
        ),
        ({"a": 1}, [1], "it is [1], expected an object"),
        ([1], {"a": 1}, 'it is {"a": 1}, expected a list'),
    ],
)
def test_it_does_not_fit_and_why(pattern: object, value: object, why: str) -> None:
    assert mismatch(pattern, value) == why


@given(JSON)
def test_everything_fits_itself_but_for_numbers_that_are_texts(value: object) -> None:
    assert mismatch(value, value) is None


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ({"a": ["~ ("]}, "a regular expression after ~"),
        ("> many", "a number or a moment after >"),
    ],
)
def test_a_pattern_that_can_fit_nothing_is_found_before(pattern: object, wanted: str) -> None:
    assert (wrong_pattern(pattern) or "").startswith(wanted)


@pytest.mark.parametrize("pattern", ["> ${BEFORE}", "~ ^a", ">= 1", "> 2026-01-01T00:00:00Z", "anything", 5, None])
def test_a_pattern_that_can_fit_is_let_through(pattern: object) -> None:
    assert wrong_pattern(pattern) is None


def test_a_list_can_be_counted() -> None:
    assert mismatch({"length": 2}, [1, 2]) is None
    assert mismatch({"length": "> 2"}, [1, 2], "it") == "it.length is 2, expected > 2"
