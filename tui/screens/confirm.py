"""A question before something is lost."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from tui.screens.overlay import Overlay


class Confirm(Overlay[bool]):
    """Asks ``question`` and says what follows; the answer is whether to do it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", show=False),
        Binding("y", "answer(True)", show=False),
        Binding("left,right,up,down,h,j,k,l", "app.focus_next", show=False),
    ]

    def __init__(self, question: str, consequence: str, verb: str) -> None:
        super().__init__()
        self._question = question
        self._consequence = consequence
        self._verb = verb

    def compose(self) -> ComposeResult:
        """Question, consequence, two buttons."""
        with Vertical(id="dialog", classes="question") as dialog:
            dialog.border_title = self._question
            yield Static(self._consequence, markup=False, classes="note")
            with Horizontal(id="buttons"):
                yield Button(f"{self._verb} (y)", variant="error", id="yes", compact=True)
                yield Button("Leave (n)", id="no", compact=True)

    def on_mount(self) -> None:
        """Enter alone loses nothing."""
        self.set_focus(self.query_one("#no", Button))

    @on(Button.Pressed)
    def answered(self, event: Button.Pressed) -> None:
        """Leave with the answer."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        """The same by key."""
        self.dismiss(yes)
