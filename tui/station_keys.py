"""Every action on the screen of one charge point, once, by the tab it belongs to."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from typing import Final

from textual.binding import Binding

from tui.keymap import BY_NAME, GROUPS, Action, Group, Need
from tui.state.close_up import Tab

_CONNECTOR: Final = GROUPS[Group.CONNECTOR]
_MOVE: Final = tuple(BY_NAME[name] for name in ("up", "down", "first", "last", "page_up", "page_down"))

TAB_KEYS: Final = "1234567"

_AT_THE_RIGHT: Final = frozenset({"help", "back"})

_EVERYWHERE: Final[Mapping[str, tuple[Action, ...]]] = {
    "Connector": (*_CONNECTOR, BY_NAME["previous"], BY_NAME["next"]),
    "Charge point": (
        Action("send", ("m",), "Send", "Send a message by hand", Need.ANSWERING, 5),
        BY_NAME["toggle"],
        BY_NAME["reboot"],
        BY_NAME["disturb"],
        BY_NAME["record"],
        BY_NAME["restart"],
    ),
    "Moving": (
        *_MOVE,
        Action("tab", tuple(TAB_KEYS), "Tab", "That tab"),
        Action("tab_next", ("tab", "right", "l"), "Next tab", "The next tab"),
        Action("tab_previous", ("shift+tab", "left", "h"), "Previous tab", "The previous tab"),
    ),
    "Screen": (
        BY_NAME["theme"],
        Action("help", ("question_mark", "f1"), "Keys", "All keys", weight=1),
        Action("back", ("escape", "q"), "Back", "Show all of the traffic again; else back to the yard", weight=2),
    ),
}

_FILTER: Final = Action("filter", ("slash",), "Filter", "Show only what has these words", weight=4)

_OF_TABS: Final[Mapping[Tab, tuple[Action, ...]]] = {
    Tab.TRAFFIC: (
        _FILTER,
        Action("only", ("a",), "Only these", "Show only this action, or all again", weight=6, undo="All"),
        Action("hold", ("space",), "Hold", "Let the traffic stand still, or go on", weight=3, undo="Go on"),
        Action("inspect", ("enter",), "Inspect", "Show the frames of an exchange, or hide them", weight=7),
        Action("copy", ("y",), "Copy", "Copy the frames of an exchange", weight=8),
        Action("trace", ("w",), "Save", "Save what is shown as JSON lines", Need.ENTRIES, 9),
    ),
    Tab.CONFIGURATION: (_FILTER, Action("edit", ("enter",), "Edit", "Give the key a value", Need.ANSWERING, 3)),
}


def groups(tab: Tab) -> dict[str, tuple[Action, ...]]:
    """The actions that can be done while ``tab`` is looked at, for the help."""
    own = {str(tab): _OF_TABS[tab]} if tab in _OF_TABS else {}
    return {**own, **_EVERYWHERE}


def actions(tab: Tab, undone: Container[str] = ()) -> tuple[Action, ...]:
    """The same for the footer: what belongs to the tab first. Those named in ``undone`` would undo what is so now."""
    return tuple(_weighed(_titled(action, undone), tab) for group in groups(tab).values() for action in group)


def action_of(tab: Tab, key: str) -> Action | None:
    """What ``key`` does while ``tab`` is looked at."""
    return next((action for action in actions(tab) if key in action.keys), None)


def bindings() -> Iterator[Binding]:
    """All keys of all tabs, for the screen."""
    keys = {key for tab in Tab for action in actions(tab) for key in action.keys}
    for key in sorted(keys):
        # Done before the next key is looked at: keys typed ahead act in their order.
        yield Binding(key, f"press('{key}')", show=False, priority=True)


def _titled(action: Action, undone: Container[str]) -> Action:
    return replace(action, title=action.undo, undo=action.title) if action.name in undone else action


def _weighed(action: Action, tab: Tab) -> Action:
    """What belongs to a tab stands in its footer before what can be done everywhere."""
    if (
        not action.weight
        or action.name in _AT_THE_RIGHT
        or any(action.name == one.name for one in _OF_TABS.get(tab, ()))
    ):
        return action
    return replace(action, weight=action.weight + 20)
