"""The rows of the list at every width."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.api.payloads import ConnectorState, Registration
from tests.tui.state.payloads import AVAILABLE, CHARGING, STATUS, station
from tui.state.cells import clip_middle, text_of, width_of
from tui.state.looks import CONNECTORS, STANDINGS
from tui.state.rows import Content, layout
from tui.state.station import Standing


@pytest.mark.parametrize("width", range(10, 200, 7))
def test_heading_and_rows_are_as_wide_as_they_should_be(width: int) -> None:
    columns = layout(width)
    row = columns.row(station(CHARGING, AVAILABLE, station_id="a" * 48))
    assert width_of(row) == len(columns.heading)
    assert width_of(row) <= max(width, 1)


def test_at_80_columns_a_row_tells_id_status_connectors_and_power() -> None:
    """S0-11: the list of all instances."""
    row = text_of(layout(37).row(station(CHARGING, AVAILABLE, station_id="simu_cp_001")))
    assert row == " simu_cp_001 ● Accepted     ►○   11.0"
    assert layout(37).heading == " id          status         con    kW"


def test_ids_are_not_cut_while_the_connectors_have_room_to_spare() -> None:
    """With a scroll bar a list of 80 columns has a place less."""
    one = layout(36, content=Content(longest_id=11, most_connectors=1))
    assert text_of(one.row(station(CHARGING, station_id="simu_cp_001"))) == " simu_cp_001 ● Accepted     ►   11.0"
    assert layout(36, content=Content(longest_id=11, most_connectors=3)).id_width == 10
    assert layout(80, content=Content(longest_id=11, most_connectors=1)) == layout(80)


def test_where_there_is_room_connectors_have_words_and_there_is_more() -> None:
    columns = layout(78)
    row = text_of(columns.row(station(CHARGING, AVAILABLE)))
    assert "► Charging  ○ Available" in row
    assert row.rstrip().endswith("11.0   63     121")
    assert columns.heading.split() == ["id", "status", "connectors", "kW", "SoC%", "tx"]


def test_connectors_too_many_for_words_keep_their_glyphs() -> None:
    suspended = replace(AVAILABLE, status=ConnectorState.SUSPENDED_EVSE)
    row = text_of(layout(78).row(station(AVAILABLE, AVAILABLE, suspended, CHARGING)))
    assert "○ 2 Available  ‖  ►" in row


def test_the_longest_status_is_never_cut() -> None:
    row = text_of(layout(36).row(station(status=replace(STATUS, status=Registration.DISCONNECTED))))
    assert "○ Disconnected" in row


def test_ids_are_cut_in_the_middle_because_their_ends_differ() -> None:
    assert clip_middle("simulated_charge_point_0042", 11) == "simul…_0042"
    assert clip_middle("short", 11) == "short"


def test_a_transaction_without_a_number_yet_is_new() -> None:
    row = text_of(layout(78).row(station(replace(CHARGING, transaction_id=-1), CHARGING)))
    assert row.rstrip().endswith("new+1")


def test_every_state_has_a_glyph_of_its_own_and_a_word() -> None:
    """States are told by glyph and word as well as by colour."""
    assert set(STANDINGS) == set(Standing)
    assert set(CONNECTORS) == set(ConnectorState)
    for looks in (STANDINGS, CONNECTORS):
        assert len({look.glyph for look in looks.values()}) == len(looks)
        assert all(look.word == state.value for state, look in looks.items())


@settings(deadline=None)
@given(width=st.integers(1, 120), power_w=st.floats(-1e9, 1e9), soc=st.none() | st.floats(0, 100))
def test_no_number_breaks_the_columns(width: int, power_w: float, soc: float | None) -> None:
    columns = layout(width)
    row = columns.row(station(replace(CHARGING, power_w=power_w, soc_pct=soc)))
    assert width_of(row) == len(columns.heading)
