"""The forms of one connector: cable, demand, id tag, fault."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from chargepoint.api.payloads import CarInput, ConnectorStatus, ErrorCode, TokenInput
from tui.screens.dialog import Dialog, entry, labelled, row
from tui.screens.overlay import Overlay
from tui.state.drafts import number_or_text


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
    """Asks what the car wants to draw, phase by phase."""

    accept_word = "Set"

    def __init__(self, place: str, status: ConnectorStatus, phases: int, unit: str) -> None:
        super().__init__()
        self.heading = f"What the car wants at {place}"
        wants = (status.car_consumption_l1, status.car_consumption_l2, status.car_consumption_l3)
        self._wants = {f"consumption_l{n}": wants[n - 1] for n in range(1, phases + 1)}
        self._unit = unit

    def fields(self) -> Iterable[Widget]:
        """One number for each phase."""
        for name, want in self._wants.items():
            label = f"Phase L{name[-1]}" if len(self._wants) > 1 else "Demand"
            yield row(labelled(label, entry(name, f"{want:g}"), self._unit))

    def read(self) -> CarInput:
        """The car input with the consumption of each phase; an empty field leaves its phase unchanged."""
        typed = {name: self.text(name) for name in self._wants}
        body = {name: number_or_text(text) for name, text in typed.items() if text}
        return CarInput.from_json(json.dumps(body).encode())

    def hint(self, result: CarInput) -> str:
        """What limits it."""
        return "It gets no more than the limits and the cable allow."


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
