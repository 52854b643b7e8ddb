"""What deviates, as it is told, and which orders switch it on and off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chargepoint.api.damage import Damage, DamageKind
from chargepoint.api.disturbances import Clear, DisturbanceKind, Quirks
from chargepoint.api.orders import Misbehave, OrderType
from chargepoint.api.payloads import ErrorCode, FaultInput, Registration
from chargepoint.api.quirks import QuirkName
from tests.tui.state.payloads import AVAILABLE, STATUS, station
from tui.state.cells import text_of
from tui.state.details import deviation_lines
from tui.state.deviations import Deviation, Sort, counted, deviations_of
from tui.state.mischief import Deed, FaultAt, SwitchOff, SwitchOn
from tui.state.rows import layout
from tui.state.station import Station

WORDS = (
    "drop 30 % out seed 7 for 60 s",
    "quirk ts_no_zone 50 % seed 3",
    "quirk celcius 50 % seed 3",
    "fault GroundFailure connector 2",
    "meter_jump 1000 Wh connector 1",
    "something new",
)


def deviating(*words: str) -> Station:
    since = tuple(f"2026-11-21T11:00:{second:02}Z" for second in range(len(words)))
    return station(AVAILABLE, status=replace(STATUS, deviations=words, deviations_at=since))


def test_words_are_read_as_what_they_are() -> None:
    found = deviations_of(deviating(*WORDS))
    assert [(one.sort, one.name, one.connector) for one in found] == [
        (Sort.LINE, "drop", 0),
        (Sort.QUIRK, "ts_no_zone", 0),
        (Sort.QUIRK, "celcius", 0),
        (Sort.FAULT, "GroundFailure", 2),
        (Sort.PART, "meter_jump", 1),
        (Sort.OTHER, "something", 0),
    ]
    assert found[3].since == "2026-11-21T11:00:03Z"


def test_a_dead_charge_point_and_one_that_tells_no_moments() -> None:
    dead = replace(STATUS, status=Registration.DEAD, deviations=WORDS)
    assert deviations_of(station(status=dead)) == ()
    foreign = station(status=replace(STATUS, deviations=WORDS))
    assert [one.since for one in deviations_of(foreign)] == [""] * len(WORDS)


def test_several_charge_points_are_counted_by_what_is_on_whatever_the_numbers() -> None:
    found = counted([deviating("drop 30 %", "quirk celcius"), deviating("drop"), deviating()])
    assert {(one.name, count) for one, count in found.items()} == {("drop", 2), ("celcius", 1)}


@pytest.mark.parametrize(
    ("place", "deed"),
    [
        (0, Misbehave(OrderType.DISTURB, Clear(DisturbanceKind.DROP))),
        (1, Misbehave(OrderType.QUIRKS, Quirks((QuirkName.CELCIUS,), probability=0.5, seed=3))),
        (3, FaultAt(2, FaultInput(False, ErrorCode.GROUND_FAILURE))),
        (4, Misbehave(OrderType.DAMAGE, Damage(DamageKind.METER_JUMP, 1, clear=True))),
    ],
)
def test_one_is_switched_off_and_the_others_stay(place: int, deed: Deed) -> None:
    there = deviating(*WORDS)
    assert SwitchOff(deviations_of(there)[place]).at(there) == (deed,)


def test_what_is_not_on_needs_no_order() -> None:
    assert SwitchOff(Deviation(Sort.LINE, "drop")).at(deviating("latency 0.5 s")) == ()
    assert SwitchOff().at(deviating()) == ()


def test_everything_is_right_again_with_an_order_for_each_sort() -> None:
    assert SwitchOff().at(deviating(*WORDS)) == (
        Misbehave(OrderType.DISTURB, Clear()),
        Misbehave(OrderType.QUIRKS, Quirks()),
        Misbehave(OrderType.DAMAGE, Damage(None, clear=True)),
        FaultAt(2, FaultInput(False)),
    )


@pytest.mark.parametrize(("beside", "names"), [(True, "celcius ts_epoch"), (False, "ts_epoch")])
def test_a_quirk_comes_beside_those_that_are_there_unless_they_are_to_go(beside: bool, names: str) -> None:
    order = Misbehave(OrderType.QUIRKS, Quirks((QuirkName.TS_EPOCH,)))
    (deed,) = SwitchOn(order, beside).at(deviating("quirk celcius"))
    assert isinstance(deed, Misbehave)
    assert isinstance(deed.what, Quirks)
    assert deed.what.names == tuple(map(QuirkName, names.split()))


def test_the_list_has_a_mark_beside_the_id() -> None:
    assert text_of(layout(37).row(deviating("drop")))[12] == "~"
    assert text_of(layout(37).row(deviating()))[12] == " "


def test_the_details_tell_each_with_its_numbers_and_since_when() -> None:
    first, *_ = lines = [text_of(line) for line in deviation_lines(deviating(*WORDS), 60, 8)]
    assert first.startswith("~ drop 30 % out seed 7 for 60 s")
    assert first.endswith(":00:00")
    assert len(lines) == len(WORDS)


def test_where_there_is_no_room_for_all_they_are_named() -> None:
    lines = [text_of(line) for line in deviation_lines(deviating(*WORDS), 70, 3)]
    assert len(lines) == 3
    assert lines[-1] == "~ 4 deviations: celcius, GroundFailure, meter_jump, something"
