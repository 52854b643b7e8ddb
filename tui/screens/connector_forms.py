"""The forms of one connector: cable, demand, id tag, fault."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from chargepoint.api.payloads import CarInput, ConnectorStatus, ErrorCode, TokenInput
from tui.screens.dialog import Dialog, entry, labelled, row
from tui.screens.overlay import Overlay
from tui.state.drafts import number_or_text
from tui.widgets.slider import Slider

_HIGHEST_A: Final = 32.0
_STEP_A: Final = 0.5
_STEP_W: Final = 1000.0


class CableForm(Dialog[CarInput]):
    """Asks for the capacity of the cable; 0 unplugs it."""

    accept_word = "Plug"

    def __init__(self, place: str, capacity: float, unit: str) -> None:
        super().__init__()
        self.heading = f"Cable at {place}"
        self._capacity = capacity
        self._unit = unit

    def fields(self) -> Iterable[Widget]:
        """One number."""
        yield row(labelled("Capacity", entry("cable", f"{self._capacity:g}"), self._unit))

    def read(self) -> CarInput:
        """The car input that plugs or unplugs."""
        return CarInput.from_json(json.dumps({"cable": number_or_text(self.text("cable"))}).encode())

    def hint(self, result: CarInput) -> str:
        """Plug or unplug."""
        if result.cable is None:
            return "Nothing changes."
        return "Unplugs the car." if result.cable == 0 else f"Plugs the car in with {result.cable:g} {self._unit}."


class DemandForm(Dialog[CarInput]):
    """Asks what the car wants to draw, phase by phase: typed, in steps, or drawn with the mouse."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the frame, which would scroll.
        Binding("pageup", "step(1)", show=False, priority=True),
        Binding("pagedown", "step(-1)", show=False, priority=True),
    ]

    accept_word = "Set"

    def __init__(self, place: str, status: ConnectorStatus, phases: int, unit: str) -> None:
        super().__init__()
        self.heading = f"What the car wants at {place}"
        wants = (status.car_consumption_l1, status.car_consumption_l2, status.car_consumption_l3)
        self._wants = {f"consumption_l{n}": wants[n - 1] for n in range(1, phases + 1)}
        self._unit = unit
        self._highest = max(status.max_setpoint, status.car_cable_capacity, *self._wants.values()) or _HIGHEST_A

    def fields(self) -> Iterable[Widget]:
        """One number for each phase, and its bar."""
        step = _STEP_A if self._unit == "A" else _STEP_W
        for name, want in self._wants.items():
            label = f"Phase L{name[-1]}" if len(self._wants) > 1 else "Demand"
            slider = Slider(want, self._highest, step, id=f"slide-{name}")
            yield row(labelled(label, entry(name, f"{want:g}"), self._unit), slider)

    def read(self) -> CarInput:
        """The car input with the consumption of each phase; an empty field leaves its phase unchanged."""
        typed = {name: self.text(name) for name in self._wants}
        body = {name: number_or_text(text) for name, text in typed.items() if text}
        return CarInput.from_json(json.dumps(body).encode())

    def hint(self, result: CarInput) -> str:
        """What limits it."""
        return "It gets no more than the limits and the cable allow. pgup pgdn step; the mouse draws."

    def action_step(self, steps: int) -> None:
        """A step more or less in the line that has the keys."""
        field = self.focused
        if isinstance(field, Input) and field.id in self._wants:
            field.value = f"{self._slider(field.id).stepped(steps):g}"

    @on(Slider.Moved)
    def take_slider(self, message: Slider.Moved) -> None:
        """A bar was drawn: the number follows."""
        name = str(message.slider.id).removeprefix("slide-")
        self.query_one(f"#{name}", Input).value = f"{message.value:g}"

    @on(Input.Changed)
    def show_slider(self, event: Input.Changed) -> None:
        """A number was typed: its bar follows."""
        want = number_or_text(event.value.strip())
        if event.input.id in self._wants and isinstance(want, int | float) and isfinite(want):
            self._slider(event.input.id).value = want

    def _slider(self, name: str) -> Slider:
        return self.query_one(f"#slide-{name}", Slider)


class TokenForm(Dialog[TokenInput]):
    """Asks for the id tag to present."""

    accept_word = "Tap"

    def __init__(self, place: str, history: Sequence[str]) -> None:
        """``history``: the tags that were presented before, the latest first."""
        super().__init__()
        self.heading = f"Id tag at {place}"
        self._history = tuple(history)

    def fields(self) -> Iterable[Widget]:
        """One text, and the tags of before to choose from."""
        yield row(labelled("Id tag", entry("id", self._history[0] if self._history else "")))
        if len(self._history) > 1:
            yield OptionList(*(Option(tag, id=tag) for tag in self._history), compact=True, markup=False)

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(TokenInput(str(event.option.id)))

    def read(self) -> TokenInput:
        """The tag."""
        return TokenInput.from_json(json.dumps({"id": self.text("id")}).encode())

    def hint(self, result: TokenInput) -> str:
        """What a tap does."""
        return "Starts a transaction, or stops the one this tag started."


class FaultChoice(Overlay[ErrorCode | None]):
    """Asks for the error code of a fault."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", show=False),
        Binding("j", "app.simulate_key('down')", show=False),
        Binding("k", "app.simulate_key('up')", show=False),
    ]

    def __init__(self, place: str) -> None:
        super().__init__()
        self._heading = f"Fault at {place}"

    def compose(self) -> ComposeResult:
        """The error codes of StatusNotification, the unspecific one first."""
        codes = [ErrorCode.OTHER_ERROR]
        codes += [code for code in ErrorCode if code not in (ErrorCode.OTHER_ERROR, ErrorCode.NO_ERROR)]
        with Vertical(id="dialog", classes="choice") as dialog:
            dialog.border_title = self._heading
            yield OptionList(*(Option(code.value, id=code.value) for code in codes), compact=True)
            yield Label("enter injects · esc leaves", classes="note")

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Leave with the chosen code."""
        self.dismiss(ErrorCode(str(event.option.id)))
