"""One registry of actions: keys, footer, reasons."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from chargepoint.api.payloads import ConnectorState, Registration
from tests.tui.state.payloads import AVAILABLE, CHARGING, STATUS, station
from tui.footer import footer
from tui.keymap import ACTIONS, BY_NAME, Need, bindings, title_now, why_not
from tui.state.fleet import LauncherState
from tui.state.situation import LinkState, LinkStatus, Situation
from tui.state.station import Connector

_CP = station(CHARGING)
WELL = Situation(
    LinkStatus(LinkState.CONNECTED, "localhost:1883"),
    LauncherState.ALIVE,
    settled=True,
    stations=1,
    living=1,
    station=_CP,
    connector=_CP.connectors[1],
    removed=1,
    running=1,
)
_DEAD_CP = station(AVAILABLE, status=replace(STATUS, status=Registration.DEAD))
DEAD = replace(WELL, living=0, station=_DEAD_CP, connector=_DEAD_CP.connectors[1])
EMPTY = Situation(WELL.link, LauncherState.ALIVE, settled=True)
NO_BROKER = replace(WELL, link=LinkStatus(LinkState.LOST, "localhost:1883", "refused"))


def reason(name: str, situation: Situation) -> str:
    """Why that action cannot be done."""
    return why_not(BY_NAME[name], situation)


def test_no_key_does_two_things() -> None:
    keys = Counter(key for action in ACTIONS for key in action.keys)
    assert [key for key, count in keys.items() if count > 1] == []
    assert len(list(bindings())) == sum(keys.values())


def test_everything_the_original_window_offers_has_a_key() -> None:
    """S0-38: S0-10 to S0-20 entirely from the keyboard."""
    for name in (
        "connect", "up", "down", "cable", "plug", "ready", "demand", "tap", "fault",
        "add", "remove", "kill", "restart", "toggle", "save", "load", "kill_all", "restart_all",
    ):  # fmt: skip
        assert BY_NAME[name].keys


def test_names_are_unique_and_sentences_are_there() -> None:
    assert len(BY_NAME) == len(ACTIONS)
    assert all(action.title and action.says for action in ACTIONS)
    weights = [action.weight for action in ACTIONS if action.weight]
    assert len(weights) == len(set(weights))


def test_when_all_is_well_everything_can_be_done() -> None:
    assert [action.name for action in ACTIONS if why_not(action, WELL)] == []


def test_without_a_broker_only_looking_is_possible_and_the_reason_is_told() -> None:
    for action in ACTIONS:
        needs_broker = action.need not in (Need.NOTHING, Need.ENTRIES, Need.RUNNING)
        assert bool(why_not(action, NO_BROKER)) is needs_broker
    assert reason("plug", NO_BROKER) == "there is no connection to the broker at localhost:1883"


@pytest.mark.parametrize("name", ["add", "remove", "kill", "restart", "toggle", "load", "kill_all", "restart_all"])
def test_what_the_launcher_does_needs_it_alive(name: str) -> None:
    """S0-10: it needs the launcher alive."""
    assert reason(name, replace(WELL, launcher=LauncherState.DEAD)) == "the launcher is dead"
    assert reason(name, replace(WELL, launcher=LauncherState.UNKNOWN)) == "there is no launcher"
    assert reason("plug", replace(WELL, launcher=LauncherState.DEAD)) == ""


def test_a_dead_charge_point_has_no_car_and_cannot_be_killed_again() -> None:
    """S0-18: kill becomes restart."""
    assert reason("plug", DEAD) == "CP_1 is Dead: restart it first (x)"
    assert reason("kill", DEAD) == "CP_1 is Dead already"
    assert reason("kill_all", DEAD) == "no charge point is alive"
    assert (reason("toggle", DEAD), reason("restart", DEAD), reason("remove", DEAD)) == ("", "", "")


def test_an_empty_yard_can_only_be_added_to() -> None:
    assert (reason("add", EMPTY), reason("load", EMPTY)) == ("", "")
    assert reason("plug", EMPTY) == "no charge point is selected"
    assert reason("save", EMPTY) == "there is no charge point to save"
    assert reason("restart_all", EMPTY) == "there is no charge point"


def test_a_charge_point_without_connectors_says_so() -> None:
    assert reason("tap", replace(WELL, connector=None)) == "CP_1 has not told of any connector that can be read"


@pytest.mark.parametrize(
    ("name", "situation", "title"),
    [
        ("plug", WELL, "Unplug"),
        ("plug", replace(WELL, connector=Connector(1, AVAILABLE)), "Plug"),
        ("ready", WELL, "Suspend"),
        ("ready", replace(WELL, connector=Connector(1, replace(CHARGING, car_ready=False))), "Resume"),
        (
            "fault",
            replace(WELL, connector=Connector(1, replace(CHARGING, status=ConnectorState.FAULTED))),
            "Clear",
        ),
        ("toggle", WELL, "Kill"),
        ("toggle", DEAD, "Restart"),
        ("connect", WELL, "Disconnect"),
        ("connect", replace(WELL, link=LinkStatus(LinkState.DISCONNECTED, "x")), "Connect"),
    ],
)
def test_an_action_is_called_what_it_would_do_now(name: str, situation: Situation, title: str) -> None:
    assert title_now(BY_NAME[name], situation) == title


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 160, 240])
def test_the_footer_fits_and_help_and_quit_are_always_there(width: int) -> None:
    items = footer(WELL, width)
    assert {"help", "quit"} <= {item.name for item in items}
    ends = [0, *(item.start + item.width for item in items)]
    assert ends[-1] <= width
    assert all(item.start >= end for item, end in zip(items, ends, strict=False))


def test_at_80_columns_the_keys_of_a_whole_session_are_in_the_footer() -> None:
    shown = {"plug", "tap", "ready", "fault", "add", "toggle", "open", "help", "quit"}
    assert {item.name for item in footer(WELL, 80)} == shown
    assert {item.name for item in footer(DEAD, 80)} == shown
    assert {item.name for item in footer(DEAD, 80) if item.enabled} == {"add", "toggle", "open", "help", "quit"}
