"""Arithmetic in ``${...}``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.scenario.arithmetic import NoArithmetic, NoResult, names, result

VARIABLES = {"limit": 32, "n": 3, "energy": "1234.5", "now": "2026-01-01T00:00:00.000Z", "word": "x", "on": True}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("limit / 2", 16),
        ("limit / 3 * 3", 32.0),
        ("n + 1", 4),
        ("n+1", 4),
        ("-n", -3),
        ("0.1 + 0.2", 0.3),
        ("(limit - 2) // 4 % 4", 3),
        ("energy + 1000", 2234.5),
        ("round(energy / 1000, 1)", 1.2),
        ("max(6, min(limit, 16)) - abs(-n)", 13),
        ("now + 60 * n", "2026-01-01T00:03:00.000Z"),
        ("now - 0.5", "2025-12-31T23:59:59.500Z"),
        ("now - now + 1", 1.0),
    ],
)
def test_it_is_reckoned_as_one_would(text: str, number: object) -> None:
    assert result(text, VARIABLES) == number
    assert type(result(text, VARIABLES)) is type(number)


def test_its_variables_are_known_before_it_is() -> None:
    assert names("max(a, b * a) - 1") == ("a", "b")


@pytest.mark.parametrize(
    "text",
    [
        *("", "a b", "a ** 2", "a.b", "a[0]", "'x'", "f(a)", "round()", "lambda: 1", "a if b else c", "a == b"),
        *("(" * 150, "1" * 201, "True", "None", "1j", "min(*a)", "round(a, ndigits=1)", "a := 1", "~a", "not a"),
        *("a and b", "[a]", "a\0"),
    ],
)
def test_nothing_else_is_arithmetic(text: str) -> None:
    with pytest.raises(NoArithmetic, match="a variable like"):
        names(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 / (n - 3)", "divides by no zero"),
        ("n % 0", "divides by no zero"),
        ("word + 1", "with numbers: word is 'x'"),
        ("on + 1", "with numbers: on is True"),
        ("now * 2", "with numbers: .* is a moment, to which seconds may be added"),
        ("1 + now", "is a moment"),
        ("1e308 * 10", "with a result"),
        ("round(n, 0.5)", "with a result"),
        ("now + 1e300", "with a result"),
    ],
)
def test_what_has_no_result_says_why(text: str, why: str) -> None:
    with pytest.raises(NoResult, match=why):
        result(text, VARIABLES)


@given(st.text("limn+-*/%(). 0123456789eE_,", max_size=30))
def test_any_text_is_arithmetic_with_a_result_or_refused(text: str) -> None:
    try:
        found = result(text, dict.fromkeys(names(text), 3))
    except (NoArithmetic, NoResult):
        return
    assert isinstance(found, int | float)
