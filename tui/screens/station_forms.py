"""The forms of one charge point: the value of a key, the file of a trace, the vehicle at a connector."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Label, OptionList, Static
from textual.widgets.option_list import Option

from chargepoint.api.description import ConfigurationEntry
from chargepoint.api.orders import Configure
from tui import files
from tui.screens.dialog import Dialog, entry, labelled, row
from tui.screens.overlay import Overlay
from tui.vehicles import VehicleOffer


class ValueForm(Dialog[Configure]):
    """Asks for the value of a configuration key; whether it is right, the charge point says."""

    accept_word = "Set"
    size_class = ""

    def __init__(self, place: str, key: ConfigurationEntry) -> None:
        super().__init__()
        self.heading = f"{key.key} of {place}"
        self._key = key

    def fields(self) -> Iterable[Widget]:
        """The value, and what the key takes."""
        yield row(labelled("Value", entry("value", self._key.value)))
        yield Static(f"It takes {self._key.wanted}.", classes="note", markup=False)

    def read(self) -> Configure:
        """The order that sets it."""
        return Configure(self._key.key, self.text("value"))

    def hint(self, result: Configure) -> str:
        """Whether anything changes."""
        return "" if result.value != self._key.value else "Nothing changes."


class TraceForm(Dialog[Path]):
    """Asks for the file that the traffic is saved to."""

    accept_word = "Save"
    size_class = ""

    def __init__(self, path: str, frames: int) -> None:
        super().__init__()
        self.heading = "Save the traffic as JSON lines"
        self._path = path
        self._frames = frames

    def fields(self) -> Iterable[Widget]:
        """One path."""
        yield row(labelled("File", entry("path", self._path)))

    def read(self) -> Path:
        """The path; raises InputError for one that cannot be written."""
        path = files.path_of(self.text("path"))
        files.check_writable(path)
        return path

    def hint(self, result: Path) -> str:
        """What would be written."""
        there = " in place of what is there" if result.exists() else ""
        return f"Writes {self._frames} frames{there}."


class RecordForm(Dialog[Path]):
    """Asks for the file that a scenario is written to when the recording ends."""

    accept_word = "Record"
    size_class = ""

    def __init__(self, station_id: str, *, fresh: bool) -> None:
        """``fresh``: it is as a charge point is that has just been started."""
        super().__init__()
        self.heading = f"Record {station_id} as a scenario"
        self._station_id = station_id
        self._fresh = fresh

    def fields(self) -> Iterable[Widget]:
        """One path."""
        yield row(labelled("File", entry("path", f"{self._station_id}.yaml")))
        note = "What anybody does to it from now on becomes steps, what it says becomes expectations."
        if not self._fresh:
            note += " The scenario begins with a charge point that was just started, which this one is not."
        yield Static(note, classes="note", markup=False)

    def read(self) -> Path:
        """The path; raises InputError for one that cannot be written."""
        path = files.path_of(self.text("path"))
        files.check_writable(path)
        return path

    def hint(self, result: Path) -> str:
        """What would be written, and how it is played."""
        there = " (in place of what is there)" if result.exists() else ""
        return f"The same key ends and saves it{there}; then: cp-simu run {result}"


class VehicleChoice(Overlay[VehicleOffer | None]):
    """Asks which car of the catalogue is at the plug."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", show=False),
        Binding("j", "app.simulate_key('down')", show=False),
        Binding("k", "app.simulate_key('up')", show=False),
    ]

    def __init__(self, place: str, offers: Sequence[VehicleOffer], *, direct: bool) -> None:
        super().__init__()
        self._heading = f"The car at {place}"
        self._offers = {offer.name: offer for offer in offers}
        self._direct = direct

    def compose(self) -> ComposeResult:
        """A car a line, with what it asks for and what it is good for."""
        with Vertical(id="dialog", classes="vehicles") as dialog:
            dialog.border_title = self._heading
            yield OptionList(*map(self._option, self._offers.values()), compact=True, markup=False)
            yield Label("enter lets it ask for that · esc leaves", classes="note")

    def _option(self, offer: VehicleOffer) -> Option:
        wants = offer.wants(direct=self._direct)
        return Option(f"{offer.name:<16}{wants:>9}  {offer.note}", id=offer.name)

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Leave with the chosen car."""
        self.dismiss(self._offers[str(event.option.id)])
