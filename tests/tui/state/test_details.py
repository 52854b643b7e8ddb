"""The right side: identity and connector cards, at every size."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.api.payloads import ConnectorState, ConnectorStatus, Registration
from tests.tui.state.payloads import AVAILABLE, CHARGING, STATUS, TOPICS, connector_topic, dc, station, text
from tui.state.cards import bar
from tui.state.cells import text_of, width_of
from tui.state.details import details
from tui.state.fleet import Fleet
from tui.state.station import Station
from tui.state.traces import Traces


def shown(subject: Station, *, connector: int = 1, width: int = 41, height: int = 21) -> str:
    """The right side as text."""
    return text(details(subject, connector, Traces(), width, height).lines)


def test_identity_and_configuration_are_all_there() -> None:
    """S0-12: name, registration status, vendor, model, serial, central system, phases, limits."""
    status = replace(STATUS, firmware_version="1.4.2", last_error="ws://localhost:9000: Connection refused")
    seen = shown(station(CHARGING, status=status))
    for fact in (
        "CP_1",
        "● Accepted",
        "Open OCPP · Simulated CP",
        "S/N 1 · firmware 1.4.2",
        "AC 3 phases · 230 V · 32.0 A",
        "OCPP 1.6 · pid 4711",
        "ws://localhost:9000",
        "Connection refused",
    ):
        assert fact in seen


def test_with_room_the_lighting_is_told() -> None:
    lit = replace(STATUS, light_intensity_pct=40)
    blinking = (replace(CHARGING, light_blinks=6), replace(AVAILABLE, light_blinks=3))
    assert "lights  40 % · 9 blinks" in shown(station(*blinking, status=lit), width=100)


def test_a_card_tells_state_limits_consumption_energy_transaction_and_tag() -> None:
    """S0-13, S0-37: id, status, and every value of the connector."""
    lines = shown(station(CHARGING)).splitlines()
    card = "\n".join(line[2:-2] for line in lines[7:])
    assert lines[7].startswith("┏━ 1 ► Charging")
    for value in (
        "4.21 kWh  11.0 kW",
        "limit    32.0 A",
        "ocpp     16.0 A",
        "set      16.0 A",
        "L1 ━━━━━····· 16.0 A",
        "cable    32.0 A  wants 3 × 20.0 A",
        "car       ready  tx 121  63 %",
        "meter 17.57 kWh  tag TAG1",
    ):
        assert value in "\n".join(lines[7:]) or value in card


def test_two_connectors_fit_into_80_by_24_and_a_short_card_still_names_the_tag() -> None:
    laid_out = details(station(CHARGING, AVAILABLE), 2, Traces(), 41, 21)
    assert len(laid_out.lines) == 21
    assert "tx 121  63 %  TAG1" in text(laid_out.lines)
    assert text_of(laid_out.lines[14]).startswith("┏━ 2 ○ Available")


def test_direct_current_is_told_in_kilowatts() -> None:
    status = replace(
        CHARGING,
        max_setpoint=150_000.0,
        ocpp_setpoint=150_000.0,
        setpoint=150_000.0,
        consumption_l1=75_000.0,
        car_consumption_l1=90_000.0,
        car_cable_capacity=200_000.0,
        power_w=75_000.0,
    )
    seen = shown(station(status, status=dc()))
    for value in (
        "DC · 400 V · 150.0 kW",
        "limit  150.0 kW",
        "DC ━━━━",
        "75.0 kW",
        "wants 90.0 kW",
        "cable  200.0 kW",
    ):
        assert value in seen
    assert "L1" not in seen


def test_phases_that_differ_are_told_one_by_one() -> None:
    assert "wants 20.0 10.0 20.0" in shown(station(replace(CHARGING, car_consumption_l2=10.0)))


def test_a_fault_is_told_with_its_error_code() -> None:
    faulted = replace(AVAILABLE, status=ConnectorState.FAULTED, error_code="ConnectorLockFailure")
    assert "1 ! Faulted · ConnectorLockFailure" in shown(station(faulted))


def test_what_cannot_be_read_says_why() -> None:
    fleet = Fleet(TOPICS)
    fleet.apply(TOPICS.station("CP_1", "status"), b"[5]")
    fleet.apply(connector_topic("CP_1", 1), b"5")
    broken = fleet.get("CP_1")
    assert broken is not None
    seen = shown(broken)
    assert "? Unreadable" in seen
    assert "problem" in seen
    assert "is not a JSON object" in " ".join(seen.split())


def test_a_dead_one_is_not_running() -> None:
    assert "not running" in shown(station(status=replace(STATUS, status=Registration.DEAD)))


def test_what_comes_from_outside_cannot_move_the_cursor() -> None:
    seen = shown(station(status=replace(STATUS, vendor="\x1b[2Jevil", last_error="a\nb\tc")))
    assert "\x1b" not in seen
    assert "·[2Jevil" in seen


def test_a_click_finds_the_card_it_hits() -> None:
    laid_out = details(station(CHARGING, AVAILABLE), 1, Traces(), 41, 21)
    assert [laid_out.connector_at(5, y) for y in (0, 7, 13, 14, 20, 21)] == [None, 1, 1, 2, 2, None]


def test_wide_screens_have_two_cards_abreast() -> None:
    laid_out = details(station(CHARGING, AVAILABLE, AVAILABLE), 1, Traces(), 110, 45)
    assert laid_out.connector_at(5, 12) == 1
    assert laid_out.connector_at(100, 12) == 2
    third = laid_out.area_of(3)
    assert third is not None
    assert third.left == 0


def test_connectors_beyond_what_can_be_drawn_are_counted() -> None:
    assert "and 6 more connectors" in shown(station(*[AVAILABLE] * 70))


@pytest.mark.parametrize(
    ("draw", "offered", "drawn"),
    [
        (0, 0, "··········"),
        (16, 16, "━━━━━·····"),
        (8, 16, "━━───·····"),
        (32, 32, "━" * 10),
        (64, 32, "━" * 10),
        (0.1, 0, "━·········"),
    ],
)
def test_a_bar_tells_what_is_drawn_offered_and_not_offered(draw: float, offered: float, drawn: str) -> None:
    assert text_of(bar(draw, offered, 32.0, 10)) == drawn


_NUMBER = st.floats(0, 1e7)


@settings(deadline=None)
@given(
    width=st.integers(24, 200),
    height=st.integers(1, 60),
    status=st.builds(
        ConnectorStatus,
        st.sampled_from(ConnectorState),
        id_tag=st.text(max_size=20),
        max_setpoint=_NUMBER,
        setpoint=_NUMBER,
        consumption_l1=_NUMBER,
        car_consumption_l2=_NUMBER,
        error_code=st.text(max_size=25),
        energy_wh=st.floats(-1e3, 1e9),
        power_w=_NUMBER,
        transaction_id=st.none() | st.integers(-1, 2**31),
    ),
    connectors=st.integers(0, 5),
    direct=st.booleans(),
)
def test_every_line_has_the_same_width(
    width: int, height: int, status: ConnectorStatus, connectors: int, direct: bool
) -> None:
    subject = station(*[status] * connectors, status=dc() if direct else STATUS)
    laid_out = details(subject, 1, Traces(), width, height)
    abreast = 2 if width >= 100 and connectors > 1 else 1
    for line in laid_out.lines:
        assert width_of(line) in ({width} if abreast == 1 else range(width // 2 - 1, width + 1))
