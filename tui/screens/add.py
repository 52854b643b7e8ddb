"""The form of new charge points: one or many, AC or DC."""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Iterable
from dataclasses import dataclass

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from chargepoint.api.spec import ChargePointSpec, CurrentType
from tui.screens.dialog import Dialog, entry, labelled, row
from tui.state import units
from tui.state.drafts import NO, TEMPLATES, YES, Draft
from tui.widgets.choice import Choice

_CHOSEN = ("type", "security_profile", "tls_verify")
_TYPED = tuple(field.name for field in dataclasses.fields(Draft) if field.name not in (*_CHOSEN, "beyond"))
_OWN = "own"
_ROW = "row-"


@dataclass(frozen=True, slots=True)
class Added:
    """What the form made: the charge points, and what was typed, for the next time."""

    specs: tuple[ChargePointSpec, ...]
    draft: Draft


class AddForm(Dialog[Added]):
    """Everything about new charge points that can be chosen, checked as it is typed."""

    heading = "Add charge points"
    accept_word = "Start"
    size_class = ""

    def __init__(self, draft: Draft, taken: Container[str], *, like: str = "") -> None:
        super().__init__()
        if like:
            self.heading = f"Add charge points like {like}"
        self._draft = draft
        self._taken = taken

    def fields(self) -> Iterable[Widget]:
        """Two columns of inputs."""
        kinds = Choice([kind.value for kind in CurrentType], self._draft.type.value, id="type")
        templates = Choice([*TEMPLATES, _OWN], self._draft.template, id="template")
        yield row(self._field("Id", "id", "CP_1 or CP_{1..50}"), self._field("How many", "count"))
        yield row(self._field("Central system", "central_system", "ws://host:port/path"))
        yield row(labelled("Template, kW", templates))
        yield row(labelled("Current", kinds), self._field("Phases", "nb_phases"))
        yield row(self._field("Connectors", "nb_connectors"), self._field("Voltage", "voltage", unit="V"))
        yield row(
            self._field("Limit", "max_setpoint", unit="A"),
            self._field("Per connector", "max_setpoint_per_connector", unit="A"),
        )
        yield row(self._field("Vendor", "vendor"), self._field("Model", "model"))
        yield row(self._field("Serial", "serial", "S/N and the id"), self._field("Pool", "pool", "yes, no, a name"))
        profiles = Choice("0123", self._draft.security_profile, id="security_profile")
        yield row(labelled("Security", profiles), Label("profile of the whitepaper", classes="does"))
        yield self._secured("Password", "authorization_key", "AuthorizationKey, its user is the id")
        yield self._secured("Trusted roots", "central_system_root", "a PEM file; else the system's")
        yield self._secured("Certificate", "client_certificate", "a PEM file")
        yield self._secured("Its key", "client_key", "a PEM file")
        verify = labelled("Check peer", Choice((YES, NO), self._draft.tls_verify, id="tls_verify"))
        yield _of_security(row(verify), "tls_verify")
        yield Static("None of this can be changed later: remove it and add it again.", classes="note")

    def on_mount(self) -> None:
        """Ask for what the security profile needs."""
        self._show_security()
        super().on_mount()

    def read(self) -> Added:
        """The charge points and the draft; raises InputError."""
        draft = self._draft_typed()
        specs = tuple(draft.spec(station_id) for station_id in draft.ids(self._taken))
        return Added(specs, draft)

    def hint(self, result: Added) -> str:
        """Which charge points would start."""
        ids = [spec.id for spec in result.specs]
        if len(ids) == 1:
            return f"Starts {ids[0]} at {result.specs[0].connection_url}"
        shown = ", ".join(ids) if len(ids) < 4 else f"{ids[0]}, {ids[1]} … {ids[-1]}"
        return f"Starts {units.plural(len(ids), 'charge point')}: {shown}"

    @on(Choice.Changed)
    def change_kind(self, event: Choice.Changed) -> None:
        """Take limits that make sense for this template, or this kind of current, in its unit."""
        typed = self._draft_typed()
        if event.choice.id in ("security_profile", "tls_verify"):
            self._show_security()
            self.judge()
            return
        if event.choice.id == "template":
            if event.word == _OWN or event.word == typed.template:
                return
            draft = typed.of_template(event.word)
        else:
            draft = typed.of_type(CurrentType(event.word))
        self._draft = draft
        for name in _TYPED:
            self.query_one(f"#{name}", Input).value = getattr(draft, name)
        self.query_one("#type", Choice).chosen = draft.type.value
        self.query_one("#template", Choice).chosen = draft.template
        for unit in self.query(".limit-unit").results(Label):
            unit.update("W" if draft.type is CurrentType.DC else "A")
        self.judge()

    def judge(self) -> None:
        """Name the template whose limits are typed, and say what is wrong."""
        self.query_one("#template", Choice).chosen = self._draft_typed().template
        super().judge()

    def _field(self, label: str, name: str, placeholder: str = "", unit: str = "") -> Widget:
        if unit == "A" and self._draft.type is CurrentType.DC:
            unit = "W"
        classes = "limit-unit" if name.startswith("max_setpoint") else ""
        return labelled(label, entry(name, getattr(self._draft, name), placeholder), unit, classes)

    def _secured(self, label: str, name: str, placeholder: str) -> Widget:
        return _of_security(row(self._field(label, name, placeholder)), name)

    def _show_security(self) -> None:
        draft = self._draft_typed()
        for one in self.query(".security"):
            one.display = draft.asks(str(one.id).removeprefix(_ROW))

    def _draft_typed(self) -> Draft:
        texts = {name: self.text(name) for name in _TYPED}
        texts |= {name: self.query_one(f"#{name}", Choice).chosen for name in ("security_profile", "tls_verify")}
        return Draft(type=self._draft.type, beyond=self._draft.beyond, **texts)


def _of_security(line: Widget, name: str) -> Widget:
    line.id = f"{_ROW}{name}"
    line.add_class("security")
    return line
