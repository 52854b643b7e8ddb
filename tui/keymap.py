"""Every action of the screen, once: from here come bindings, footer, help and command palette."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from textual.binding import Binding
from textual.keys import format_key

from tui.state.fleet import LauncherState
from tui.state.situation import LinkState, Situation


class Group(StrEnum):
    """Where an action stands in the help."""

    CONNECTOR = "Connector"
    STATION = "Charge point"
    YARD = "Yard"
    MOVE = "Moving"
    SCREEN = "Screen"


class Need(StrEnum):
    """What must be there for an action."""

    NOTHING = "nothing"
    LAUNCHER = "the launcher"
    STATION = "a charge point"
    LIVING = "a living charge point"
    CONNECTOR = "a connector of a living charge point"
    ANY = "any charge point"
    ANY_LIVING = "any living charge point"
    ENTRIES = "charge points to save"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done. ``weight`` is its place in the footer when room is short: lower stays longer,
    0 is never in the footer. ``title`` fits behind a key, ``says`` is a sentence for help and palette."""

    name: str
    keys: tuple[str, ...]
    title: str
    says: str
    group: Group
    need: Need = Need.NOTHING
    weight: int = 0

    @property
    def shown_keys(self) -> str:
        """Its keys as people read them."""
        if self.keys[0].isdigit():
            return f"{self.keys[0]}…{self.keys[-1]}"
        return " ".join(_shown(key) for key in self.keys)

    @property
    def first_key(self) -> str:
        """The key that the footer names."""
        return _shown(self.keys[0])


ACTIONS: Final = (
    Action("plug", ("p",), "Plug", "Plug the car in, or unplug it", Group.CONNECTOR, Need.CONNECTOR, 3),
    Action("tap", ("t",), "Tag", "Present an id tag", Group.CONNECTOR, Need.CONNECTOR, 4),
    Action("ready", ("s",), "Suspend", "Let the car suspend, or resume", Group.CONNECTOR, Need.CONNECTOR, 8),
    Action("demand", ("e",), "Demand", "Set what the car wants per phase", Group.CONNECTOR, Need.CONNECTOR, 7),
    Action("cable", ("c",), "Cable", "Set the cable's capacity; 0 unplugs", Group.CONNECTOR, Need.CONNECTOR, 11),
    Action("fault", ("f",), "Fault", "Inject a fault, or clear it", Group.CONNECTOR, Need.CONNECTOR, 9),
    Action("add", ("a",), "Add", "Add one or many charge points", Group.STATION, Need.LAUNCHER, 5),
    Action(
        "toggle", ("x",), "Kill", "Kill a living charge point, restart a dead one", Group.STATION, Need.STATION, 6
    ),
    Action("kill", ("K",), "Kill", "Kill the charge point: a power cut", Group.STATION, Need.LIVING),
    Action("restart", ("r", "R"), "Restart", "Restart the charge point, its data kept", Group.STATION, Need.STATION),
    Action(
        "remove", ("d", "delete"), "Remove", "Remove the charge point and its data", Group.STATION, Need.STATION, 10
    ),
    Action("kill_all", ("ctrl+k",), "Kill all", "Kill every living charge point", Group.YARD, Need.ANY_LIVING, 16),
    Action(
        "restart_all",
        ("ctrl+r",),
        "Restart all",
        "Restart every charge point",
        Group.YARD,
        Need.ANY,
        17,
    ),
    Action("save", ("w", "ctrl+s"), "Save", "Save the setup to a JSON file", Group.YARD, Need.ENTRIES, 13),
    Action("load", ("o", "ctrl+o"), "Load", "Load a setup from a JSON file", Group.YARD, Need.LAUNCHER, 14),
    Action("connect", ("b",), "Connect", "Connect to the broker, or disconnect", Group.YARD, weight=15),
    Action("up", ("up", "k"), "Up", "The charge point (or connector) above", Group.MOVE),
    Action("down", ("down", "j"), "Down", "The charge point (or connector) below", Group.MOVE),
    Action("first", ("home", "g"), "First", "The first charge point", Group.MOVE),
    Action("last", ("end", "G"), "Last", "The last charge point", Group.MOVE),
    Action("page_up", ("pageup", "ctrl+b"), "Page up", "A page up", Group.MOVE),
    Action("page_down", ("pagedown", "ctrl+f"), "Page down", "A page down", Group.MOVE),
    Action("previous", ("left_square_bracket",), "Previous", "The previous connector", Group.MOVE),
    Action("next", ("right_square_bracket",), "Next", "The next connector", Group.MOVE),
    Action("choose", tuple("123456789"), "Connector", "That connector", Group.MOVE),
    Action("list", ("left", "h"), "List", "Move in the list of charge points", Group.MOVE),
    Action("cards", ("right", "l", "enter"), "Connectors", "Move among the connectors", Group.MOVE),
    Action("other", ("tab",), "Other side", "Change between list and connectors", Group.MOVE),
    Action("filter", ("slash",), "Filter", "Show only what has these words", Group.SCREEN, weight=12),
    Action("clear", ("escape",), "Clear", "Show all charge points again", Group.SCREEN),
    Action("theme", ("ctrl+t",), "Theme", "Change between dark and light", Group.SCREEN),
    Action("help", ("question_mark", "f1"), "Keys", "All keys", Group.SCREEN, weight=1),
    Action("quit", ("q", "ctrl+c"), "Quit", "Leave the screen; the yard goes on", Group.SCREEN, weight=2),
)

BY_NAME: Final = {action.name: action for action in ACTIONS}


def bindings() -> Iterator[Binding]:
    """The keys of all actions, for the yard's screen."""
    for action in ACTIONS:
        for key in action.keys:
            yield Binding(key, f"perform('{action.name}', '{key}')", action.title, show=False)


def why_not(action: Action, situation: Situation) -> str:
    """Why ``action`` cannot be done in ``situation``, in words; empty when it can."""
    if action.need is Need.NOTHING:
        return ""
    if action.need is Need.ENTRIES:
        return "" if situation.stations else "there is no charge point to save"
    if not situation.link.up:
        return f"there is no connection to the broker at {situation.link.address}"
    if action.need in _BY_LAUNCHER and situation.launcher is not LauncherState.ALIVE:
        return "the launcher is dead" if situation.launcher is LauncherState.DEAD else "there is no launcher"
    return _missing(action.need, situation)


def title_now(action: Action, situation: Situation) -> str:
    """The word for what ``action`` would do now: Unplug for a plugged car."""
    status = situation.connector.status if situation.connector else None
    match action.name:
        case "plug" if status and status.car_cable_capacity:
            return "Unplug"
        case "ready" if status and not status.car_ready:
            return "Resume"
        case "fault" if status and status.status == "Faulted":
            return "Clear fault"
        case "toggle" if situation.station and not situation.station.alive:
            return "Restart"
        case "connect" if situation.link.state is not LinkState.DISCONNECTED:
            return "Disconnect"
    return action.title


_BY_LAUNCHER = {Need.LAUNCHER, Need.STATION, Need.LIVING, Need.ANY, Need.ANY_LIVING}


def _missing(need: Need, situation: Situation) -> str:
    station = situation.station
    if need is Need.ANY:
        return "" if situation.stations else "there is no charge point"
    if need is Need.ANY_LIVING:
        return "" if situation.living else "no charge point is alive"
    if need is Need.LAUNCHER:
        return ""
    if station is None:
        return "no charge point is selected"
    if need is Need.LIVING and not station.alive:
        return f"{station.id} is {station.standing} already"
    if need is Need.CONNECTOR:
        if not station.alive:
            return f"{station.id} is {station.standing}: restart it first (x)"
        if situation.connector is None:
            return f"{station.id} has not told of any connector"
    return ""


def _shown(key: str) -> str:
    return _KEY_SIGNS.get(key) or format_key(key)


_KEY_SIGNS: Final = {
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "slash": "/",
    "question_mark": "?",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "escape": "esc",
    "delete": "del",
    "pageup": "pgup",
    "pagedown": "pgdn",
}


@dataclass(frozen=True, slots=True)
class FooterItem:
    """One key in the footer: ``width`` columns from ``start`` on."""

    name: str
    key: str
    title: str
    enabled: bool
    start: int
    width: int


def footer(situation: Situation, width: int) -> tuple[FooterItem, ...]:
    """The actions that ``width`` columns have room for, in their order; help and quit stand at the right."""
    weighed = sorted((action for action in ACTIONS if action.weight), key=lambda action: action.weight)
    chosen: set[str] = set()
    room = width
    for action in weighed:
        needed = _footer_width(action, situation)
        if needed > room:
            break
        chosen.add(action.name)
        room -= needed
    items: list[FooterItem] = []
    start = 0
    for action in ACTIONS:
        if action.name not in chosen:
            continue
        if action.name == _RIGHT_FROM:
            start += room
        taken = _footer_width(action, situation)
        enabled = not why_not(action, situation)
        items.append(FooterItem(action.name, action.first_key, title_now(action, situation), enabled, start, taken))
        start += taken
    return tuple(items)


_RIGHT_FROM: Final = "help"


def _footer_width(action: Action, situation: Situation) -> int:
    return len(action.first_key) + len(title_now(action, situation)) + 3
