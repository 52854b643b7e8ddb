"""A choice between a few words in one line, told by a mark and not by colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui.state.cells import Cell, Tone, joined
from tui.widgets.painting import paint


class Choice(Widget, can_focus=True):
    """One of ``words``; left, right and space change it, a click chooses."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", show=False),
        Binding("right,space", "step(1)", show=False),
    ]

    chosen: reactive[str] = reactive("")

    @dataclass
    class Changed(Message):
        """Another word was chosen."""

        choice: Choice
        word: str

        @property
        def control(self) -> Choice:
            """Where it was chosen."""
            return self.choice

    def __init__(self, words: Sequence[str], chosen: str, *, id: str) -> None:
        super().__init__(id=id)
        self._words = tuple(words)
        self.set_reactive(Choice.chosen, chosen)

    def watch_chosen(self, chosen: str) -> None:
        """Tell what was chosen."""
        self.post_message(self.Changed(self, chosen))

    def action_step(self, steps: int) -> None:
        """Choose the next word, or the one before."""
        place = self._words.index(self.chosen) + steps
        self.chosen = self._words[place % len(self._words)]

    def on_click(self, event: Click) -> None:
        """Choose the word that was clicked."""
        at = 0
        for word in self._words:
            at += len(word) + 4
            if event.x < at:
                self.chosen = word
                return

    def render_line(self, y: int) -> Strip:
        """The words, the chosen one marked."""
        marked = [
            Cell(f"◉ {word}", Tone.KEY) if word == self.chosen else Cell(f"○ {word}", Tone.DIM)
            for word in self._words
        ]
        line = joined((cell,) for cell in marked)
        background = "selection" if self.has_focus else ""
        return paint(self, line if y == 0 else (), self.size.width, background=background)
