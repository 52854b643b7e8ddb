"""Numbers, cells, answers: the small things that every line is made of."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.api.orders import StationResult
from launcher.api.commands import CommandResult, EntryResult, Verdict
from tui.state import units
from tui.state.answers import Notice, Severity, few, notice_of
from tui.state.cells import Cell, clip, clip_middle, fit, left, right, spread, text_of, width_of
from tui.state.fleet import LauncherAnswered, LauncherChanged, LauncherState, StationRefused


@pytest.mark.parametrize(
    ("power_w", "shown"),
    [
        (0, "0.0 kW"),
        (-0.01, "0.0 kW"),
        (11_040, "11.0 kW"),
        (999_900, "999.9 kW"),
        (999_999, "1.00 MW"),
        (2_100_000, "2.10 MW"),
    ],
)
def test_power_has_one_decimal_and_its_unit(power_w: float, shown: str) -> None:
    assert units.power(power_w) == shown


@pytest.mark.parametrize(
    ("energy_wh", "shown"), [(0, "0.00 kWh"), (17_570, "17.57 kWh"), (123_456, "123.5 kWh"), (1_234_567, "1.23 MWh")]
)
def test_energy_is_never_longer_than_its_column(energy_wh: float, shown: str) -> None:
    assert units.energy(energy_wh) == shown
    assert len(shown) <= 10


def test_limits_are_amperes_for_ac_and_kilowatts_for_dc() -> None:
    assert (units.setpoint(16.0, direct=False), units.setpoint(150_000.0, direct=True)) == ("16.0 A", "150.0 kW")


def test_one_is_not_many() -> None:
    assert (units.plural(1, "charge point"), units.plural(2, "charge point")) == ("1 charge point", "2 charge points")


@settings(deadline=None)
@given(st.text(max_size=40), st.integers(0, 40))
def test_cells_are_exactly_as_wide_as_asked_for(text: str, width: int) -> None:
    printable = "".join(character for character in text if character.isprintable())
    assert width_of(fit((Cell(printable),), width)) == width
    assert width_of((Cell(right(printable, width)),)) == width
    assert width_of((Cell(left(printable, width)),)) == width
    assert width_of((Cell(clip(printable, width)),)) <= width
    assert width_of((Cell(clip_middle(printable, width)),)) <= width


def test_what_stands_at_the_right_goes_when_there_is_no_room() -> None:
    start, end = (Cell("start"),), (Cell("end"),)
    assert text_of(spread(start, end, 10)) == "start  end"
    assert text_of(spread(start, end, 8)) == "start   "


def answered(*results: EntryResult, request_id: str = "mine", reason: str = "") -> Notice | None:
    """What is told of an answer to the request "mine"."""
    result = Verdict.REFUSED if reason else None
    answer = CommandResult("start", results, request_id, result, reason)
    return notice_of(LauncherAnswered(answer), {"mine"})


def test_one_good_verdict_is_one_line() -> None:
    assert answered(EntryResult("CP_1", Verdict.STARTED)) == Notice("", "CP_1 started", Severity.INFORMATION)


def test_many_verdicts_are_counted_and_refusals_keep_their_words() -> None:
    refused = [EntryResult(f"X{n}", Verdict.REFUSED, f"reason {n}") for n in range(5)]
    notice = answered(EntryResult("CP_1", Verdict.STARTED), *refused)
    assert notice is not None
    assert notice.severity is Severity.ERROR
    assert notice.text.splitlines() == [
        "1 started, 5 refused", "X0: reason 0", "X1: reason 1", "X2: reason 2", "… and 2 more reasons",
    ]  # fmt: skip


def test_a_command_refused_as_a_whole_says_why() -> None:
    notice = answered(reason="cmd: 5 is not a JSON object")
    assert notice == Notice("start", "cmd: 5 is not a JSON object", Severity.ERROR)


def test_an_answer_to_somebody_else_says_so() -> None:
    notice = answered(EntryResult("CP_1", Verdict.STARTED), request_id="theirs")
    assert notice is not None
    assert notice.title == "start by another client"


def test_a_refusal_of_a_charge_point_is_told_in_its_words() -> None:
    notice = notice_of(StationRefused("CP_1", StationResult("topic", "cable: -1 is not a number from 0")))
    assert notice == Notice("CP_1 refused", "cable: -1 is not a number from 0", Severity.ERROR)


def test_a_flood_of_notices_is_counted() -> None:
    flood = [Notice("CP_1 refused", str(number), Severity.ERROR) for number in range(10)]
    assert few(flood[:3]) == flood[:3]
    assert few(flood) == [*flood[:3], Notice("", "… and 7 more notices; the log has them all", Severity.ERROR)]


def test_what_is_only_state_is_no_notice() -> None:
    assert notice_of(LauncherChanged(LauncherState.DEAD)) is None
