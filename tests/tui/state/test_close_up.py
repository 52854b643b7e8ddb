"""One charge point looked at closely: its tabs as lines, its cursors, its filters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chargepoint.api.description import (
    Composite,
    ConfigurationEntry,
    Description,
    LocalList,
    Queue,
    Queued,
    Reserved,
    Step,
    Tag,
)
from chargepoint.api.payloads import Registration
from tests.tui.state.conversations import heartbeat
from tests.tui.state.payloads import AVAILABLE, CHARGING, STATUS, station
from tui.state.cells import text_of, width_of
from tui.state.close_up import CloseUp, Tab
from tui.state.details import Details
from tui.state.graphs import area, stretched
from tui.state.overview import overview
from tui.state.schedule import chart, limits, profile_line
from tui.state.traces import LENGTH, Traces

ALIVE = station(CHARGING, AVAILABLE)
DEAD = station(CHARGING, status=replace(STATUS, status=Registration.DEAD))

INTERVAL = ConfigurationEntry("HeartbeatInterval", "300", False, "a whole number from 1")
CONNECTORS = ConfigurationEntry("NumberOfConnectors", "2", True, "a whole number from 0")
COMPOSITE = Composite(
    "A", "2026-06-15T12:00:00.000Z", 86_400, (Step(0, 32.0), Step(43_200, 10.0), Step(46_800, 32.0))
)


def seen(close_up: CloseUp, tab: Tab, width: int = 80, of: object = ALIVE) -> list[str]:
    """The lines of a tab."""
    sheet = close_up.sheet(tab, of, 1, width)  # type: ignore[arg-type]
    lines = [sheet.line(row, width) for row in range(sheet.count)]
    assert all(width_of(line) == width for line in lines)
    return [text_of(line).rstrip() for line in lines]


def described(**parts: object) -> CloseUp:
    close_up = CloseUp("CP_1")
    close_up.described(Description(**parts))  # type: ignore[arg-type]
    return close_up


# Traffic


def busy(exchanges: int) -> CloseUp:
    close_up = CloseUp("CP_1")
    for number in range(exchanges):
        for frame in heartbeat(str(number), number):
            close_up.traffic.take(frame)
    return close_up


def test_the_newest_exchange_is_chosen_until_somebody_moves() -> None:
    close_up = busy(3)
    assert close_up.exchange is not None
    assert close_up.exchange.number == 2
    for frame in heartbeat("x", 10):
        close_up.traffic.take(frame)
    assert close_up.exchange.number == 3
    close_up.move(Tab.TRAFFIC, -1)
    for frame in heartbeat("y", 11):
        close_up.traffic.take(frame)
    assert close_up.exchange.number == 2
    close_up.move(Tab.TRAFFIC, 1_000)
    for frame in heartbeat("z", 12):
        close_up.traffic.take(frame)
    assert close_up.exchange.number == 5


def test_moving_stays_within_what_is_shown() -> None:
    close_up = busy(3)
    close_up.move(Tab.TRAFFIC, -1_000)
    assert close_up.sheet(Tab.TRAFFIC, ALIVE, 1, 80).cursor == 0
    close_up.filter(Tab.TRAFFIC, "nothing like this")
    for rows in (1, -1, -1_000):
        close_up.move(Tab.TRAFFIC, rows)
    assert close_up.exchange is None
    assert "esc shows all again" in "\n".join(seen(close_up, Tab.TRAFFIC))


def test_only_the_chosen_action_and_all_again() -> None:
    close_up = busy(1)
    close_up.toggle_only()
    assert close_up.traffic.action == "Heartbeat"
    close_up.toggle_only()
    assert close_up.traffic.action == ""
    nothing = CloseUp("CP_1")
    nothing.toggle_only()
    assert nothing.traffic.action == ""


# What was described


def test_every_key_is_told_with_value_access_and_what_it_takes() -> None:
    close_up = described(configuration=(INTERVAL, CONNECTORS))
    written, fixed = seen(close_up, Tab.CONFIGURATION)
    assert written.split() == ["HeartbeatInterval", "300", "a", "whole", "number", "fr…"]
    assert fixed.split() == ["·", "NumberOfConnectors", "2", "read-only"]


def test_keys_are_chosen_and_filtered_by_name_and_value() -> None:
    close_up = described(configuration=(INTERVAL, CONNECTORS))
    assert close_up.entry == INTERVAL
    close_up.move(Tab.CONFIGURATION, 5)
    assert close_up.entry == CONNECTORS
    close_up.filter(Tab.CONFIGURATION, "heart 300")
    assert close_up.entry == INTERVAL
    close_up.filter(Tab.CONFIGURATION, "nothing like this")
    assert close_up.entry is None
    assert "No key has all of these words." in "\n".join(seen(close_up, Tab.CONFIGURATION))


def test_a_part_that_was_told_stays_until_it_is_told_anew() -> None:
    close_up = described(configuration=(INTERVAL,))
    close_up.described(Description(queue=Queue(0, ())))
    assert close_up.description.configuration == (INTERVAL,)
    assert "queue is empty" in "\n".join(seen(close_up, Tab.QUEUE))


def test_the_schedule_is_drawn_over_the_hours_and_told_in_words() -> None:
    profile = {
        "connectorId": 1,
        "chargingProfileId": 7,
        "stackLevel": 3,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Recurring",
        "recurrencyKind": "Daily",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}]},
    }
    told = "\n".join(seen(described(profiles=(profile,), composite={0: COMPOSITE, 1: COMPOSITE}), Tab.SCHEDULE, 100))
    for words in (
        "#7  connector 1  TxDefaultProfile",
        "level 3",
        "Daily",
        "+0:00:00 10.0 A",
        "What connector 1 may draw in the next 24 hours",
        "What the whole charge point may draw",
        "now           32.0 A",
        "Tue 00:00:00  10.0 A",
        "UTC",
    ):
        assert words in told


def test_the_lowest_limit_within_a_column_is_the_one_that_is_drawn() -> None:
    assert limits(COMPOSITE, 24) == [32.0] * 12 + [10.0] + [32.0] * 11
    assert limits(COMPOSITE, 12) == [32.0] * 6 + [10.0] + [32.0] * 5
    assert limits(replace(COMPOSITE, periods=()), 12) == []


@pytest.mark.parametrize(("width", "height"), [(20, 9), (22, 3), (40, 9), (80, 9), (200, 20), (80, 2)])
def test_the_chart_keeps_to_its_room(width: int, height: int) -> None:
    drawn = chart(COMPOSITE, width, height, 32.0)
    assert len(drawn) <= height
    assert all(width_of(line) <= width for line in drawn)


def test_a_strange_profile_is_told_as_far_as_it_can_be() -> None:
    assert "#None" in text_of(profile_line({}, 80))


def test_tags_and_reservations_are_told_by_where_they_are_known() -> None:
    close_up = described(
        local_list=LocalList(3, False, (Tag("LISTED", "Accepted", "GROUP", "2099-01-01T00:00:00.000Z"),)),
        cache=(Tag("CACHED", "Blocked"),),
        reservations=(Reserved(9, 0, "KEPT", "", "2099-01-01T00:00:00.000Z"),),
    )
    told = "\n".join(seen(close_up, Tab.TAGS))
    for words in ("version 3 · 1 id tag · switched off", "LISTED", "✓ Accepted", "group GROUP", "until 2099"):
        assert words in told
    assert "✕ Blocked" in told
    assert "◇ 9  any connector" in told
    empty = described(local_list=LocalList(0, True, ()), cache=(), reservations=())
    assert "\n".join(seen(empty, Tab.TAGS)).count("none") == 3


def test_what_waits_to_be_delivered_is_told_in_its_order() -> None:
    queue = Queue(202, tuple(Queued(n, "MeterValues", {"connectorId": 1}, n % 2) for n in range(200)))
    told = seen(described(queue=queue), Tab.QUEUE)
    assert "202 messages wait to be delivered" in told[0]
    assert ("0  MeterValues" in told[2], "tried 1×" in told[3]) == (True, True)
    assert "… and 2 more" in told[-1]


@pytest.mark.parametrize("tab", [Tab.CONFIGURATION, Tab.SCHEDULE, Tab.TAGS, Tab.QUEUE, Tab.TRAFFIC])
def test_of_a_dead_one_it_is_said_why_there_is_nothing(tab: Tab) -> None:
    assert "CP_1 is Dead" in "\n".join(seen(CloseUp("CP_1"), tab, of=DEAD))
    assert "CP_1 is Dead" not in "\n".join(seen(CloseUp("CP_1"), tab))


def test_the_log_is_told_line_by_line_and_why_there_is_none() -> None:
    close_up = CloseUp("CP_1")
    assert "Reading the log" in "\n".join(seen(close_up, Tab.LOG))
    close_up.log_reason = "there is none"
    assert "there is none" in "\n".join(seen(close_up, Tab.LOG))
    close_up.log = ("2026-06-15T12:00:00.000Z WARNING CP_1: it is late: very", "  Traceback", "")
    assert seen(close_up, Tab.LOG) == [" 12:00:00.000 warning it is late: very", "   Traceback", ""]


# The overview


def traces_of(count: int) -> Traces:
    traces = Traces()
    for number in range(count):
        low = replace(CHARGING, setpoint=10.0 if number > count // 2 else 16.0)
        traces.sample([station(low, AVAILABLE)])
    return traces


def test_the_curve_has_the_limit_in_it() -> None:
    traces = traces_of(100)
    assert len(traces.of("CP_1", 1)) == 100
    assert set(traces.limits_of("CP_1", 1)) == {16 * 230 * 3, 10 * 230 * 3}
    told = "\n".join(text_of(line) for line in overview(ALIVE, ALIVE.connectors[1], traces, 80, 40).lines)
    for words in ("connector 1 ► Charging", "limit 16.0 A", "120 s ago", "now", "22.1 kW"):
        assert words in told


@pytest.mark.parametrize(("width", "height"), [(60, 17), (80, 21), (80, 40), (110, 30), (157, 47), (300, 90)])
def test_the_overview_keeps_to_its_width(width: int, height: int) -> None:
    for connector in (ALIVE.connectors[1], ALIVE.connectors[2], None):
        found: Details = overview(ALIVE, connector, traces_of(LENGTH), width, height)
        assert all(width_of(line) <= width for line in found.lines)
        assert {one.connector for one in found.areas} == {1, 2}


def test_where_there_is_little_room_the_cards_come_first() -> None:
    found = overview(ALIVE, ALIVE.connectors[1], traces_of(3), 80, 21)
    assert len(found.lines) <= 21


def test_an_area_is_filled_and_its_limit_is_a_line() -> None:
    lines = [text_of(line) for line in area([0, 4, 4], [8, 8, 8], 2, 2, 8.0)]
    assert lines == ["⠈⣉", " ⣿"]
    assert [text_of(line) for line in area([], [], 3, 2, 0.0)] == ["   ", "   "]


def test_samples_are_stretched_where_there_is_room() -> None:
    assert stretched([1, 2], 2, 2) == [1, 1, 2, 2]
    assert stretched([1, 2, 3, 4], 4, 2) == [1, 2, 3, 4]
    assert stretched([1, 2, 3], 2, 1) == [2, 3]
    assert stretched([], 2, 2) == []
