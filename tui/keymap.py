"""Every action of the screen, once: from here come bindings, footer, help and command palette."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from textual.binding import Binding
from textual.keys import format_key

from chargepoint.api.payloads import ConnectorState
from tui.state.fleet import LauncherState
from tui.state.situation import LinkState, Situation
from tui.state.station import Station


class Group(StrEnum):
    """Where an action stands in the help."""

    CONNECTOR = "Connector"
    STATION = "Charge point"
    YARD = "Yard"
    MOVE = "Moving"
    MARK = "Marking"
    LIST = "List"
    SCREEN = "Screen"


class Need(StrEnum):
    """What must be there for an action."""

    NOTHING = "nothing"
    LAUNCHER = "the launcher"
    STATION = "a charge point"
    ONE = "a charge point to look at"
    ANSWERING = "a charge point that answers"
    LIVING = "a living charge point"
    CONNECTOR = "a connector of a living charge point"
    ANY = "any charge point"
    ANY_LIVING = "any living charge point"
    ENTRIES = "charge points to save"
    REMOVED = "something that was removed"
    RUNNING = "something that takes a while"


_BY_LAUNCHER: Final = frozenset({Need.LAUNCHER, Need.STATION, Need.LIVING, Need.ANY, Need.ANY_LIVING, Need.REMOVED})
_LOOKING: Final = frozenset({Need.NOTHING})
"""What a screen may do that only looks: files are not for its guests either."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done.

    ``title`` fits behind a key, ``undo`` is what it is called when it would undo; ``says`` is a sentence for help
    and palette. ``weight`` is its place in the footer where room is short: lower stays longer, 0 is never there.
    ``only_looks``: it changes nothing in the yard, whatever it needs.
    """

    name: str
    keys: tuple[str, ...]
    title: str
    says: str
    need: Need = Need.NOTHING
    weight: int = 0
    undo: str = ""
    only_looks: bool = False

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


GROUPS: Final = {
    Group.CONNECTOR: (
        Action("plug", ("p",), "Plug", "Plug the car in, or unplug it", Need.CONNECTOR, 3, undo="Unplug"),
        Action("tap", ("t",), "Tag", "Present an id tag", Need.CONNECTOR, 4),
        Action("ready", ("s",), "Suspend", "Let the car suspend, or resume", Need.CONNECTOR, 8, undo="Resume"),
        Action("demand", ("e",), "Wants", "Set what the car wants per phase", Need.CONNECTOR, 10),
        Action("cable", ("c",), "Cable", "Set the cable's capacity; 0 unplugs", Need.CONNECTOR, 13),
        Action("fault", ("f",), "Fault", "Inject a fault, or clear it", Need.CONNECTOR, 9, undo="Clear"),
        Action("vehicle", ("V",), "Vehicle", "Let a car of the catalogue ask for what it takes", Need.CONNECTOR),
    ),
    Group.STATION: (
        Action("add", ("a",), "Add", "Add one or many charge points", Need.LAUNCHER, 5),
        Action("toggle", ("x",), "Kill", "Kill a living one, restart a dead one", Need.STATION, 6, undo="Restart"),
        Action("kill", ("K",), "Kill", "Kill the charge point: a power cut", Need.LIVING),
        Action("restart", ("r", "R"), "Restart", "Restart the charge point, its data kept", Need.STATION),
        Action("open", ("enter",), "Open", "See everything about it: traffic, configuration, log …", Need.ONE, 7),
        Action("reboot", ("B",), "Reboot", "Power off and on; its process lives on", Need.ANSWERING),
        Action(
            "disturb",
            ("D",),
            "Disturb",
            "Disturb its line, break a part, give it quirks; end that",
            Need.ANSWERING,
            11,
        ),
        Action("close", ("X",), "Close", "End the charge point in good order", Need.LIVING),
        Action("cycle", ("P",), "Power-cycle", "Cut the power, and give it back at once", Need.LIVING),
        Action("clone", ("y",), "Clone", "Add charge points like the selected one", Need.STATION),
        Action(
            "record",
            ("W",),
            "Record",
            "Write down what happens as a scenario; again: end it",
            Need.ONE,
            undo="Save",
        ),
        Action("remove", ("d", "delete"), "Remove", "Remove the charge point and its data", Need.STATION, 12),
        Action("undo", ("u",), "Undo", "Add again what was removed last", Need.REMOVED),
    ),
    Group.YARD: (
        Action("kill_all", ("ctrl+k",), "Kill all", "Kill every living charge point", Need.ANY_LIVING, 18),
        Action("restart_all", ("ctrl+r",), "Restart all", "Restart every charge point", Need.ANY, 19),
        Action("save", ("w", "ctrl+s"), "Save", "Save the setup to a JSON file", Need.ENTRIES, 15),
        Action("load", ("o", "ctrl+o"), "Load", "Load a setup from a JSON file", Need.LAUNCHER, 16),
        Action("scenarios", ("i",), "Scenarios", "Play a scenario against a central system, and watch it"),
        Action("stop", ("ctrl+x",), "Stop", "Stop what is being spread over time", Need.RUNNING),
        Action("connect", ("b",), "Connect", "Connect to the broker, or leave it", weight=17, undo="Disconnect"),
    ),
    Group.MOVE: (
        Action("up", ("up", "k"), "Up", "The charge point (or connector) above"),
        Action("down", ("down", "j"), "Down", "The charge point (or connector) below"),
        Action("first", ("home", "g"), "First", "The first charge point"),
        Action("last", ("end", "G"), "Last", "The last charge point"),
        Action("page_up", ("pageup", "ctrl+b"), "Page up", "A page up"),
        Action("page_down", ("pagedown", "ctrl+f"), "Page down", "A page down"),
        Action("previous", ("left_square_bracket",), "Previous", "The previous connector"),
        Action("next", ("right_square_bracket",), "Next", "The next connector"),
        Action("choose", tuple("123456789"), "Connector", "That connector"),
        Action("list", ("left", "h"), "List", "Move in the list of charge points"),
        Action("cards", ("right", "l"), "Connectors", "Move among the connectors"),
        Action("other", ("tab",), "Other side", "Change between list and connectors"),
    ),
    Group.MARK: (
        Action(
            "mark", ("space",), "Mark", "Mark the charge point or group; actions go to all that are marked", weight=20
        ),
        Action("range", ("v",), "Range", "Mark from here to where you move; again keeps it"),
        Action("extend_up", ("shift+up",), "Mark up", "Mark while moving up"),
        Action("extend_down", ("shift+down",), "Mark down", "Mark while moving down"),
        Action("mark_all", ("ctrl+a", "asterisk"), "Mark all", "Mark all that the filter shows, or none"),
    ),
    Group.LIST: (
        Action("filter", ("slash",), "Filter", "Show only what these words say", weight=14),
        Action("clear", ("escape",), "Clear", "Unmark all; then show all charge points again"),
        Action("alarm", ("exclamation_mark",), "Alarm", "The next charge point in trouble"),
        Action("columns", ("comma",), "Columns", "Choose the columns, and what to sort by"),
        Action("sort_next", ("greater_than_sign",), "Sort", "Sort by the next column"),
        Action("sort_previous", ("less_than_sign",), "Sort", "Sort by the previous column"),
        Action("reverse", ("S",), "Reverse", "Turn the order round"),
        Action("group", ("ctrl+g",), "Group", "Group by id prefix, setup, status, central system, or not"),
        Action("fold", ("minus",), "Fold", "Fold or unfold the group"),
        Action("fold_all", ("underscore",), "Fold all", "Fold or unfold every group"),
        Action("zoom", ("z",), "Zoom", "Only the list, only the charge point, or both", weight=21),
    ),
    Group.SCREEN: (
        Action("theme", ("ctrl+t",), "Theme", "Dark, light, high contrast, no colour"),
        Action("help", ("question_mark", "f1"), "Keys", "All keys", weight=1),
        Action("quit", ("q", "ctrl+c"), "Quit", "Leave the screen; the yard goes on", weight=2),
    ),
}

ACTIONS: Final = tuple(action for actions in GROUPS.values() for action in actions)
BY_NAME: Final = {action.name: action for action in ACTIONS}


def bindings() -> Iterator[Binding]:
    """The keys of all actions, for the yard's screen.

    Each is done before the next key is looked at: keys typed ahead act in their order, on what the one before has
    selected, and belong to the form that the one before has opened.
    """
    for action in ACTIONS:
        for key in action.keys:
            yield Binding(
                key,
                f"perform('{action.name}', '{key}')",
                action.title,
                show=False,
                priority=True,
                id=action.name,
            )


def why_not(action: Action, situation: Situation) -> str:
    """Why ``action`` cannot be done in ``situation``, in words; empty when it can."""
    if action.need is Need.NOTHING:
        return ""
    if situation.read_only and action.need not in _LOOKING and not action.only_looks:
        return "this screen is read-only"
    if action.need is Need.RUNNING:
        return "" if situation.running else "nothing is being done"
    if action.need is Need.ENTRIES:
        return "" if situation.stations else "there is no charge point to save"
    if not situation.link.up:
        return f"there is no connection to the broker at {situation.link.address}"
    if action.need in _BY_LAUNCHER and situation.launcher is not LauncherState.ALIVE:
        return "the launcher is dead" if situation.launcher is LauncherState.DEAD else "there is no launcher"
    return _missing(action.need, situation)


def title_now(action: Action, situation: Situation) -> str:
    """The word for what ``action`` would do now: Unplug for a plugged car."""
    return action.undo if action.undo and _undoes(action, situation) else action.title


def _undoes(action: Action, situation: Situation) -> bool:
    if action.name == "record":
        return situation.station is not None and situation.station.id in situation.recorded
    if situation.many:
        return action.name == "toggle" and not any(station.alive for station in situation.chosen)
    status = situation.connector.status if situation.connector else None
    match action.name:
        case "plug":
            return status is not None and status.car_cable_capacity > 0
        case "ready":
            return status is not None and not status.car_ready
        case "fault":
            faulted = status is not None and status.status is ConnectorState.FAULTED
            return faulted or (status is not None and status.error_code != "NoError")
        case "toggle":
            return situation.station is not None and not situation.station.alive
        case "connect":
            return situation.link.state is not LinkState.DISCONNECTED
        case _:
            return False


def _missing(need: Need, situation: Situation) -> str:
    if need is Need.LAUNCHER:
        return ""
    if need is Need.REMOVED:
        return "" if situation.removed else "nothing was removed since this screen is open"
    if need is Need.ANY:
        return "" if situation.stations else "there is no charge point"
    if need is Need.ANY_LIVING:
        return "" if situation.living else "no charge point is alive"
    chosen = situation.chosen
    if not chosen:
        return "no charge point is selected"
    if len(chosen) > 1:
        return _missing_of_many(need, chosen)
    station = chosen[0]
    if need is Need.LIVING and not station.alive:
        return f"{station.id} is {station.standing} already"
    if need is Need.ANSWERING and not station.alive:
        return f"{station.id} is {station.standing}: restart it first (x)"
    if need is Need.CONNECTOR:
        if not station.alive:
            return f"{station.id} is {station.standing}: restart it first (x)"
        if situation.connector is None or situation.connector.status is None:
            return f"{station.id} has not told of any connector that can be read"
    return ""


def _missing_of_many(need: Need, chosen: tuple[Station, ...]) -> str:
    if need in (Need.LIVING, Need.CONNECTOR, Need.ANSWERING) and not any(station.alive for station in chosen):
        return f"none of the {len(chosen)} charge points is alive"
    return ""


def _shown(key: str) -> str:
    return _KEY_SIGNS.get(key) or format_key(key)


_KEY_SIGNS: Final = {
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "slash": "/",
    "asterisk": "*",
    "comma": ",",
    "minus": "-",
    "underscore": "_",
    "exclamation_mark": "!",
    "less_than_sign": "<",
    "greater_than_sign": ">",
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
