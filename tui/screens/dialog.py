"""What all forms laid over the yard have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static

from chargepoint.api.errors import InputError
from tui.screens.overlay import Overlay

Result = TypeVar("Result")


class Dialog(Overlay[Result | None], Generic[Result]):
    """A form: fields, a line that says what is wrong while it is typed, and two buttons.

    ``fields`` makes the inside, ``read`` makes the result of it or raises InputError, ``hint`` says what the
    result would do. Enter accepts what is right, Escape leaves without result.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("enter", "accept", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    heading = ""
    accept_word = "OK"
    size_class = "small"

    def fields(self) -> Iterable[Widget]:
        """The widgets between heading and buttons."""
        return ()

    def read(self) -> Result:
        """What the fields say; raises InputError."""
        raise NotImplementedError

    def hint(self, result: Result) -> str:
        """What accepting ``result`` would do, in a few words."""
        return ""

    def compose(self) -> ComposeResult:
        """The frame around the fields."""
        with VerticalScroll(id="dialog", classes=self.size_class, can_focus=False) as dialog:
            dialog.border_title = self.heading
            yield from self.fields()
            yield Static(id="verdict", markup=False)
            with Horizontal(id="buttons"):
                yield Button(self.accept_word, variant="primary", id="accept", compact=True)
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        """Say from the beginning what would be wrong."""
        self.judge()

    def judge(self) -> None:
        """Look at the fields and say what is wrong with them, or what they would do."""
        try:
            said, wrong = self.hint(self.read()), None
        except InputError as error:
            said, wrong = str(error), error
        verdict = self.query_one("#verdict", Static)
        verdict.update(said)
        verdict.set_class(wrong is not None, "-wrong")
        self.query_one("#accept", Button).disabled = wrong is not None
        for field in self.query(Input):
            field.set_class(wrong is not None and field.id == wrong.field.rsplit(".", 1)[-1], "-wrong")

    def action_accept(self) -> None:
        """Leave with the result, if the fields have one; a key typed ahead finds none yet."""
        if not self.is_mounted:
            return
        try:
            result = self.read()
        except InputError:
            self.judge()
            return
        self.dismiss(result)

    def action_cancel(self) -> None:
        """Leave without a result."""
        self.dismiss(None)

    @on(Input.Changed)
    def _typed(self) -> None:
        self.judge()

    @on(Input.Submitted)
    @on(Button.Pressed, "#accept")
    def _accepted(self) -> None:
        self.action_accept()

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.action_cancel()

    def text(self, field_id: str) -> str:
        """What stands in an input, without blanks around."""
        return self.query_one(f"#{field_id}", Input).value.strip()


def row(*fields: Widget) -> Horizontal:
    """Fields beside each other, as wide as one another."""
    return Horizontal(*fields, classes="row")


def labelled(label: str, field: Widget, unit: str = "", unit_classes: str = "") -> Horizontal:
    """A field with its name before it and its unit behind."""
    behind = [Label(unit, classes=f"unit {unit_classes}")] if unit else []
    return Horizontal(Label(label, classes="label"), field, *behind, classes="field")


def entry(field_id: str, value: str = "", placeholder: str = "") -> Input:
    """A one-line input; its id is the name of the field it fills, so that an error finds it."""
    return Input(value, placeholder, id=field_id, compact=True, select_on_focus=True)
