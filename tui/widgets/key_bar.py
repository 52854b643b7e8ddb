"""The footer: the keys that matter now, as many as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from textual.events import Click
from textual.strip import Strip
from textual.widget import Widget

from tui.footer import FooterItem, footer
from tui.keymap import Action
from tui.messages import ActionWanted
from tui.state.cells import Cell, Line, Tone
from tui.state.situation import Situation
from tui.widgets.painting import paint


class KeyBar(Widget):
    """One line of keys and words; a click does what the key does, and dimmed ones say why they cannot."""

    def __init__(self, actions: Sequence[Action] = ()) -> None:
        super().__init__()
        self._named = actions
        self._items: tuple[FooterItem, ...] = ()

    def show(self, situation: Situation, actions: Sequence[Action] | None = None) -> None:
        """Draw the keys for this situation."""
        items = footer(situation, self.size.width, self._named if actions is None else actions)
        if items != self._items:
            self._items = items
            self.refresh()

    def on_click(self, event: Click) -> None:
        """Do what was clicked."""
        for item in self._items:
            if item.start <= event.x < item.start + item.width:
                self.post_message(ActionWanted(item.name))

    def render_line(self, y: int) -> Strip:
        """The keys."""
        if y:
            return paint(self, (), self.size.width)
        cells: list[Cell] = []
        at = 0
        for item in self._items:
            cells += [
                Cell(" " * (item.start - at) + f" {item.key} ", Tone.KEY if item.enabled else Tone.DIM),
                Cell(item.title, Tone.PLAIN if item.enabled else Tone.DIM),
            ]
            at = item.start + item.width
        line: Line = tuple(cells)
        return paint(self, line, self.size.width)
