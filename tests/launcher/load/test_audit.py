"""The stations' transactions beside the central system's: what is lost, doubled and wrong is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chargepoint.api.account import Told
from chargepoint.api.errors import InputError
from launcher.load.audit import Row, compare

TOLD = Told("P1", 7, 1, "TAG", 100, "2030-01-01T00:00:00.500Z", 900, "2030-01-01T00:10:00.000Z", 5)
ROW = Row(7, "P1", 1, "TAG", 100, 1893456000.5, 900, 1893456600.0)


def test_what_is_the_same_is_in_order() -> None:
    audit = compare([TOLD], [ROW])
    assert (audit.told, audit.there, audit.findings) == (1, 1, ())


def test_what_is_not_there_is_lost() -> None:
    assert compare([TOLD], []).lost == ("transaction 7 of P1 is not there",)


def test_a_second_one_of_the_same_beginning_is_doubled() -> None:
    audit = compare([TOLD], [ROW, replace(ROW, id=8)])
    assert audit.doubled == ("transaction 8 of P1: a second one of the same beginning",)


def test_one_that_no_station_was_told_of_is_wrong_unless_its_answer_may_be_on_its_way() -> None:
    other = replace(ROW, id=8, started_at=1.0)
    assert compare([TOLD], [ROW, other]).wrong == ("transaction 8 of P1: no station was told of it",)
    assert compare([TOLD], [ROW, other], waiting=1).findings == ()


@pytest.mark.parametrize(
    ("row", "difference"),
    [
        (replace(ROW, meter_stop_wh=901), "meterStop is 901, not 900"),
        (replace(ROW, meter_stop_wh=None), "meterStop is None, not 900"),
        (replace(ROW, station="P2"), "charge point is P2, not P1"),
        (replace(ROW, meter_start_wh=0), "meterStart is 0, not 100"),
        (replace(ROW, started_at=1893456001.5), "begin is 1893456001.5, not 1893456000.5"),
    ],
)
def test_every_difference_is_named(row: Row, difference: str) -> None:
    assert compare([TOLD], [row]).wrong == (f"transaction 7 of {TOLD.station}: {difference}",)


def test_the_end_of_one_that_has_not_told_its_end_is_not_compared() -> None:
    assert compare([replace(TOLD, meter_stop_wh=None, stopped_at=None)], [ROW]).findings == ()


@pytest.mark.parametrize("raw", [None, [], {}, {"id": 1}, {"id": 1, "charge_point": 5}])
def test_a_list_of_something_else_is_refused(raw: object) -> None:
    with pytest.raises(InputError):
        Row.of(raw)
