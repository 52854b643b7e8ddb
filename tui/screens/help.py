"""All keys, from the registry."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.keymap import ACTIONS, Group, why_not
from tui.state.situation import Situation


class Help(ModalScreen[None]):
    """Every action with its keys; one that cannot be done now says why."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss(None)", show=False),
        Binding("j", "scroll('down')", show=False),
        Binding("k", "scroll('up')", show=False),
    ]

    def __init__(self, situation: Situation) -> None:
        super().__init__()
        self._situation = situation

    def compose(self) -> ComposeResult:
        """One block for each group."""
        with VerticalScroll(id="dialog", classes="help") as dialog:
            dialog.border_title = "Keys"
            dialog.border_subtitle = "esc closes"
            for group in Group:
                yield Static(group.value, classes="group")
                yield Static("\n".join(self._lines(group)), classes="keys")

    def action_scroll(self, direction: str) -> None:
        """Scroll with vim's keys."""
        scroll = self.query_one("#dialog", VerticalScroll)
        if direction == "down":
            scroll.scroll_down(animate=False)
        else:
            scroll.scroll_up(animate=False)

    def _lines(self, group: Group) -> list[str]:
        lines = []
        for action in ACTIONS:
            if action.group is group:
                keys = action.shown_keys.replace("[", r"\[")
                reason = why_not(action, self._situation)
                line = f"[$primary]{keys:>{12 + keys.count(chr(92))}}[/]  {action.says}"
                lines.append(f"{line}\n{'':14}[$dim]not now: {reason}[/]" if reason else line)
        return lines
