"""The form of what is done to many connectors at once: which ones, with what, spread over how long."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from textual import on
from textual.widget import Widget
from textual.widgets import Input as TextInput

from chargepoint.api.errors import InputError
from chargepoint.api.payloads import CarInput, ErrorCode, FaultInput, TokenInput
from tui.screens.dialog import Dialog, entry, labelled, row
from tui.state import batches, units
from tui.state.batches import Batch, Input, Place
from tui.state.drafts import number_or_text
from tui.state.station import Station
from tui.widgets.choice import Choice

_ONE, _EVERY = "one each", "all of them"


@dataclass(frozen=True, slots=True)
class Deed:
    """What can be done to many: the words to choose from, and the field that goes with the first of them.

    ``make`` turns the chosen word, the field's text and the number of the connector among all into the input.
    """

    heading: str
    words: tuple[str, ...]
    label: str
    name: str
    value: str
    make: Callable[[str, str, int], Input]
    note: str = ""
    unit: str = ""


def _car(**body: object) -> CarInput:
    return CarInput.from_json(json.dumps(body).encode())


def _token(word: str, text: str, number: int) -> Input:
    return TokenInput.from_json(json.dumps({"id": text.replace("{n}", str(number))}).encode())


def _fault(word: str, text: str, number: int) -> Input:
    if word == "clear":
        return FaultInput(False)
    known = {code.value.casefold(): code for code in ErrorCode if code is not ErrorCode.NO_ERROR}
    code = known.get(text.casefold())
    if code is None:
        raise InputError("error_code", text, f"one of {', '.join(known[name].value for name in known)}")
    return FaultInput(True, code)


def _demand(word: str, text: str, number: int) -> Input:
    wanted = number_or_text(text)
    return _car(consumption_l1=wanted, consumption_l2=wanted, consumption_l3=wanted)


def _plug(word: str, text: str, number: int) -> Input:
    return _car(cable=0 if word == "unplug" else number_or_text(text))


DEEDS = {
    "plug": Deed("Plug or unplug", ("plug in", "unplug"), "Cable", "cable", "32", _plug, "W for DC", "A"),
    "cable": Deed("Plug or unplug", ("plug in", "unplug"), "Cable", "cable", "32", _plug, "W for DC", "A"),
    "ready": Deed("Suspend or resume", ("suspend", "resume"), "", "", "", lambda w, t, n: _car(ready=w == "resume")),
    "demand": Deed("What the cars want", (), "Each phase", "consumption_l1", "16", _demand, "W for DC", "A"),
    "tap": Deed("Present id tags", (), "Id tag", "id", "TAG_{n}", _token, "{n} counts: every connector has its own"),
    "fault": Deed("Faults", ("inject", "clear"), "Error code", "error_code", "OtherError", _fault),
}
"""By the name of the action that asks for it."""


class BatchForm(Dialog[Batch]):
    """Asks how a deed is done to ``stations``; the dead among them are left out."""

    accept_word = "Go"

    def __init__(self, deed: Deed, stations: Sequence[Station], connector: int) -> None:
        super().__init__()
        self._deed = deed
        self._stations = stations
        self._connector = connector
        self.heading = f"{deed.heading}: {units.plural(len(stations), 'charge point')}"

    def fields(self) -> Iterable[Widget]:
        """What, with what, where, how long."""
        deed = self._deed
        if deed.words:
            yield row(labelled("What", Choice(deed.words, deed.words[0], id="word")))
        if deed.name:
            yield row(labelled(deed.label, entry(deed.name, deed.value), deed.unit))
        yield row(labelled("Connectors", Choice((_ONE, _EVERY), _ONE, id="connectors")))
        yield row(labelled("Spread over", entry("seconds", "0"), "s"))

    def read(self) -> Batch:
        """The batch; raises InputError."""
        deed = self._deed
        word = self.query_one("#word", Choice).chosen if deed.words else ""
        text = self.text(deed.name) if deed.name else ""
        where = self._places()
        inputs = [(place, deed.make(word, text, number)) for number, place in enumerate(where, start=1)]
        return batches.spread(word.capitalize() or deed.heading, inputs, self._seconds())

    def hint(self, result: Batch) -> str:
        """How many, and how fast."""
        count = len(result.steps)
        where = units.plural(count, "connector")
        dead = sum(not station.alive for station in self._stations)
        left_out = f" {units.plural(dead, 'charge point')} not alive: left out." if dead else ""
        seconds = self._seconds()
        pace = f", one every {seconds / count:.2g} s" if seconds and count else ""
        note = f" ({self._deed.note})" if self._deed.note else ""
        return f"{where}{pace}.{left_out}{note}"

    @on(Choice.Changed)
    def chosen(self) -> None:
        """Judge anew with the other word."""
        if self._deed.name:
            word = self.query_one("#word", Choice).chosen if self._deed.words else ""
            self.query_one(f"#{self._deed.name}", TextInput).disabled = word in ("unplug", "clear")
        self.judge()

    def _places(self) -> tuple[Place, ...]:
        every = self.query_one("#connectors", Choice).chosen == _EVERY
        where = batches.places(self._stations, self._connector, every=every)
        if not where:
            raise InputError("connectors", None, "a connector of a living charge point")
        return where

    def _seconds(self) -> float:
        seconds = number_or_text(self.text("seconds"))
        if not isinstance(seconds, int | float) or not 0 <= seconds <= batches.LONGEST_S:
            raise InputError("seconds", self.text("seconds"), f"a number of seconds from 0 to {batches.LONGEST_S:g}")
        return float(seconds)
