"""Any CALL of a charge point, written by hand, or any text."""

from __future__ import annotations

import json
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Label, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from chargepoint.api.errors import InputError
from chargepoint.api.fields import parse_json
from chargepoint.api.orders import Send, SendText
from tui.screens.overlay import Overlay
from tui.state.examples import example
from tui.verdicts import Verdicts

ANY_TEXT = "any text"
"""In place of an action."""


class SendForm(Overlay[Send | SendText | None]):
    """Asks for an action and its payload; begins with an example that validates, and judges while it is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", show=False, priority=True),
        Binding("ctrl+s,f5", "send", show=False, priority=True),
    ]

    def __init__(self, place: str, verdicts: Verdicts, now: str, action: str) -> None:
        """``now`` (RFC 3339) is every moment of the examples; ``action`` is the one to begin with."""
        super().__init__()
        self._heading = f"Send from {place}"
        self._verdicts = verdicts
        self._now = now
        self._actions = [*verdicts.actions(), ANY_TEXT]
        self._action = action if action in self._actions else self._actions[0]
        self._typed: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """The actions at the left, the payload at the right."""
        with Vertical(id="dialog", classes="send") as dialog:
            dialog.border_title = self._heading
            with Horizontal(id="message"):
                yield OptionList(*(Option(action, id=action) for action in self._actions), compact=True)
                yield TextArea("", theme="css", tab_behavior="focus")
            yield Static(id="verdict", markup=False)
            with Horizontal(id="buttons"):
                yield Label("tab changes side · ctrl+s sends · esc leaves", classes="hint")
                yield Button("Send", variant="primary", id="accept", compact=True)

    def on_mount(self) -> None:
        """Begin with the action that was asked for."""
        self.query_one(TextArea).highlight_cursor_line = False
        options = self.query_one(OptionList)
        options.highlighted = self._actions.index(self._action)
        self.set_focus(options)

    @on(OptionList.OptionHighlighted)
    def _show_action(self, event: OptionList.OptionHighlighted) -> None:
        area = self.query_one(TextArea)
        if area.text:
            self._typed[self._action] = area.text
        self._action = str(event.option.id)
        area.text = self._typed.get(self._action) or self._example()

    def _example(self) -> str:
        if self._action == ANY_TEXT:
            return '[2,"1","Heartbeat",{]'
        return json.dumps(example(self._verdicts.document(self._action), self._now), indent=2)

    @on(OptionList.OptionSelected)
    def _edit(self) -> None:
        self.set_focus(self.query_one(TextArea))

    @on(TextArea.Changed)
    def _judge(self) -> None:
        try:
            if self._action == ANY_TEXT:
                self._tell("It is sent as it is, JSON or not.", wrong=False, possible=bool(self._text()))
                return
            payload, wrong = self._payload(), ""
            wrong = self._verdicts.of_payload(self._action, payload)
            said = f"! {wrong}. It can be sent all the same." if wrong else "✓ as the schema wants it"
            possible = True
        except InputError as error:
            said, wrong, possible = str(error), "no JSON", False
        self._tell(said, wrong=bool(wrong), possible=possible)

    def _tell(self, said: str, *, wrong: bool, possible: bool) -> None:
        verdict = self.query_one("#verdict", Static)
        verdict.update(said)
        verdict.set_class(wrong, "-wrong")
        self.query_one("#accept", Button).disabled = not possible

    @on(Button.Pressed, "#accept")
    def action_send(self) -> None:
        """Leave with the message, if it can be sent at all."""
        if self._action == ANY_TEXT:
            if text := self._text():
                self.dismiss(SendText(text))
            return
        try:
            payload = self._payload()
        except InputError:
            return
        self.dismiss(Send(self._action, payload, bool(self._verdicts.of_payload(self._action, payload))))

    def _text(self) -> str:
        return self.query_one(TextArea).text

    def _payload(self) -> dict[str, object]:
        payload = parse_json(self._text(), "payload")
        if not isinstance(payload, dict):
            raise InputError("payload", payload, "a JSON object")
        return payload
