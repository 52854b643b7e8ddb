"""Variables while a scenario runs."""

from __future__ import annotations

import pytest

from chargepoint.api.errors import InputError
from chargepoint.api.payloads import CarInput
from chargepoint.api.traffic import Direction
from launcher.scenario.expect import Call
from launcher.scenario.scope import Kept, Scope, at, resolved
from launcher.scenario.steps import Car, Expect
from launcher.scenario.variables import filled


def test_variables_are_filled_in_at_any_depth_and_nothing_else_changes() -> None:
    expect = Expect(
        Call(Direction.OUT, "StopTransaction", {"transactionId": "${TX}", "a": ["id ${TX}"]}), 3.0, ("${S}",)
    )
    filled = resolved(expect, {"TX": 7, "S": "A"})
    assert filled == Expect(Call(Direction.OUT, "StopTransaction", {"transactionId": 7, "a": ["id 7"]}), 3.0, ("A",))
    assert isinstance(filled.what, Call)
    assert filled.what.direction is Direction.OUT
    car = Car(CarInput(cable=32.0))
    assert resolved(car, {}) == car


def test_what_was_kept_for_a_station_goes_first_for_it() -> None:
    kept = Kept({"TX": 0})
    kept.keep("TX", 1, "A")
    kept.keep("TX", 2, "B")
    assert kept.seen_from("A", "now")["TX"] == 1
    assert kept.seen_from("C", "now") == {"TX": 2, "station": "C", "now": "now"}


def test_a_branch_has_a_past_of_its_own() -> None:
    scope = Scope(Kept({}), {"A": 3})
    branch = scope.branch()
    branch.marks["A"] = 9
    branch.kept.keep("X", 1)
    assert scope.marks == {"A": 3}
    assert scope.kept.values == {"X": 1}


def test_a_path_leads_through_objects_and_lists() -> None:
    found = {"body": [{"id": 5}], "answer": None}
    assert at("body.0.id", found) == 5
    assert at("answer", found) is None
    for path in ("body.1", "body.x", "answer.status", "nothing"):
        with pytest.raises(KeyError):
            at(path, found)


def test_a_moment_may_be_so_long_after_or_before_another() -> None:
    variables = {"now": "2026-01-01T00:00:00.000Z", "TAG": "T"}
    assert filled("${now+90s}", variables) == "2026-01-01T00:01:30.000Z"
    assert filled("until ${now-1.5h}", variables) == "until 2025-12-31T22:30:00.000Z"
    assert filled("${later+1s}", variables) == "${later+1s}"
    with pytest.raises(InputError, match=r"'\$\{TAG\+1s\}' is not arithmetic with numbers: TAG is 'T'"):
        filled("${TAG+1s}", variables)
