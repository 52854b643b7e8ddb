"""All keys, from the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.markup import escape
from textual.widgets import Static

from tui.keymap import GROUPS, Action, Group, why_not
from tui.screens.overlay import Overlay
from tui.state.situation import Situation

_KEYS_WIDTH: Final = 12

Groups = Mapping[Group, tuple[Action, ...]] | Mapping[str, tuple[Action, ...]]


class Help(Overlay[None]):
    """Every action with its keys; one that cannot be done now says why."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss(None)", show=False),
        Binding("j", "scroll('down')", show=False),
        Binding("k", "scroll('up')", show=False),
    ]

    def __init__(self, situation: Situation, groups: Groups = GROUPS) -> None:
        super().__init__()
        self._key_groups = groups
        self._situation = situation

    def compose(self) -> ComposeResult:
        """One block for each group."""
        with VerticalScroll(id="dialog", classes="help") as dialog:
            dialog.border_title = "Keys"
            dialog.border_subtitle = "esc closes"
            for group, actions in self._key_groups.items():
                yield Static(str(group), classes="group")
                yield Static("\n".join(self._lines(actions)), classes="keys")

    def action_scroll(self, direction: str) -> None:
        """Scroll with vim's keys."""
        scroll = self.query_one("#dialog", VerticalScroll)
        if direction == "down":
            scroll.scroll_down(animate=False)
        else:
            scroll.scroll_up(animate=False)

    def _lines(self, actions: tuple[Action, ...]) -> list[str]:
        lines = []
        for action in actions:
            lines.append(f"[$primary]{escape(action.shown_keys.rjust(_KEYS_WIDTH))}[/]  {action.says}")
            if reason := why_not(action, self._situation):
                lines.append(f"{'':{_KEYS_WIDTH + 2}}[$dim]not now: {escape(reason)}[/]")
        return lines
