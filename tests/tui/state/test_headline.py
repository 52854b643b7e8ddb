"""The two lines at the top, and the banner."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from chargepoint.api.payloads import ConnectorState
from tui.state.banner import banner
from tui.state.cells import text_of, width_of
from tui.state.fleet import LauncherState
from tui.state.headline import connection_line, counts_line
from tui.state.situation import LinkState, LinkStatus, Situation
from tui.state.station import Standing, Totals

UP = Situation(LinkStatus(LinkState.CONNECTED, "localhost:1883"), LauncherState.ALIVE, settled=True, stations=12)
LOST = replace(UP, link=LinkStatus(LinkState.LOST, "localhost:1883", "[Errno 111] Connection refused", "12:03:11"))

MIXED = Totals(
    Counter({Standing.ACCEPTED: 8, Standing.PENDING: 1, Standing.DISCONNECTED: 2, Standing.DEAD: 1}),
    Counter({ConnectorState.CHARGING: 10, ConnectorState.FAULTED: 1, ConnectorState.AVAILABLE: 3}),
    power_w=359_500,
)


def test_broker_launcher_and_messages_a_second_are_told() -> None:
    line = connection_line(UP, 318.4, 80)
    assert width_of(line) == 80
    assert text_of(line).split() == [
        "cp-simu", "●", "broker", "localhost:1883", "●", "launcher", "Alive", "318", "msg/s",
    ]  # fmt: skip


def test_without_a_connection_nobody_knows_how_the_launcher_is() -> None:
    line = text_of(connection_line(LOST, 0, 80))
    assert "✕ broker localhost:1883 lost" in line
    assert "○ launcher Unknown" in line


def test_counts_by_state_and_the_power_of_the_yard() -> None:
    line = text_of(counts_line(MIXED, 12, [], 160))
    assert line.split("  ")[:7] == [
        " 12 charge points",
        "● 8 Accepted",
        "◐ 1 Pending",
        "○ 2 Disconnected",
        "✕ 1 Dead",
        "► 10 charging",
        "! 1 faulted",
    ]
    assert line.endswith("359.5 kW ")


@pytest.mark.parametrize("width", range(60, 200, 5))
def test_where_room_is_short_words_go_and_numbers_stay(width: int) -> None:
    line = counts_line(MIXED, 12, [1.0, 2.0], width)
    assert width_of(line) == width
    seen = text_of(line)
    for count in ("12", "● 8", "◐ 1", "○ 2", "✕ 1", "► 10", "! 1", "359.5 kW"):
        assert count in seen
    if width >= 75:
        assert "1 Dead" in seen


def test_all_well_needs_no_banner() -> None:
    assert banner(UP) is None
    assert banner(replace(UP, link=replace(UP.link, state=LinkState.CONNECTING))) is None


def test_a_lost_broker_is_said_large_with_the_moment_and_the_reason() -> None:
    assert banner(LOST) == (
        "NO BROKER at localhost:1883: Connection refused",
        "Trying again by itself. What you see is as of 12:03:11.",
    )


def test_who_disconnected_is_told_how_to_connect() -> None:
    """S0-10: the Connect action."""
    said = banner(replace(UP, link=LinkStatus(LinkState.DISCONNECTED, "localhost:1883")))
    assert said is not None
    assert said[1].startswith("Press b to connect.")


def test_a_dead_launcher_and_none_at_all_are_told_apart() -> None:
    dead, none = (banner(replace(UP, launcher=state)) for state in (LauncherState.DEAD, LauncherState.UNKNOWN))
    assert dead is not None
    assert dead[0] == "LAUNCHER DEAD"
    assert none is not None
    assert none[0] == "NO LAUNCHER on this broker"
    assert banner(replace(UP, launcher=LauncherState.UNKNOWN, settled=False)) is None
