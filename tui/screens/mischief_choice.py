"""The list of what can be wrong with charge points: what is on, to be switched off, and what can be switched on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from chargepoint.api.damage import DAMAGES
from chargepoint.api.disturbances import DISTURBANCES, DisturbanceKind
from chargepoint.api.payloads import ErrorCode
from chargepoint.api.quirks import QUIRKS
from tui.screens.overlay import Overlay
from tui.state import units
from tui.state.cells import clean
from tui.state.deviations import Deviation, Sort, counted, deviations_of
from tui.state.mischief import SwitchOff
from tui.state.station import Station
from tui.state.when import clock_time

_WIDTH: Final = max(map(len, (*DISTURBANCES, *DAMAGES, *QUIRKS))) + 1
_HEADINGS: Final = {
    Sort.LINE: "Its line is bad",
    Sort.PART: "Something breaks",
    Sort.FAULT: "It reports an error code",
    Sort.QUIRK: "It deviates from the standard",
}
_OFF: Final = "off"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be switched on, before its numbers are known."""

    sort: Sort
    name: str


@dataclass(frozen=True, slots=True)
class _Line:
    key: str
    text: str
    chosen: Wanted | SwitchOff


class MischiefChoice(Overlay[Wanted | SwitchOff | None]):
    """Asks what is to be wrong with ``stations``, or no longer; ``/`` narrows the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("j", "app.simulate_key('down')", show=False),
        Binding("k", "app.simulate_key('up')", show=False),
        Binding("slash", "find", show=False),
        Binding("down", "list('cursor_down')", show=False),
        Binding("up", "list('cursor_up')", show=False),
        Binding("pagedown", "list('page_down')", show=False),
        Binding("pageup", "list('page_up')", show=False),
    ]

    def __init__(self, stations: Sequence[Station], at: Wanted | None = None) -> None:
        """``at``: where the cursor begins."""
        super().__init__()
        who = stations[0].id if len(stations) == 1 else units.plural(len(stations), "charge point")
        self._heading = f"What is wrong with {who}"
        self._on = list(_on_now(stations))
        self._lines = {line.key: line for line in (*self._on, *_offered())}
        self._at = f"{at.sort} {at.name}" if at else ""
        self._find = Input(id="find", placeholder="words to look for", compact=True)
        self._list = OptionList(compact=True, markup=False)

    def compose(self) -> ComposeResult:
        """What is on first."""
        with Vertical(id="dialog", classes="mischief") as dialog:
            dialog.border_title = self._heading
            yield self._find
            yield self._list
            yield Label("enter: its numbers, or off · / finds · esc leaves", classes="note")

    def on_mount(self) -> None:
        """Begin with all of it."""
        self._find.display = False
        self._show("")
        self.set_focus(self._list)

    @on(Input.Changed, "#find")
    def narrow(self, event: Input.Changed) -> None:
        """Show only the lines with all of the words."""
        event.stop()
        self._show(event.value)

    @on(Input.Submitted, "#find")
    def choose_first(self, event: Input.Submitted) -> None:
        """Enter in the words chooses what is marked in the list."""
        event.stop()
        self._list.action_select()

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Leave with what was chosen."""
        self.dismiss(self._lines[str(event.option.id)].chosen)

    def action_find(self) -> None:
        """Type words to look for."""
        self._find.display = True
        self.set_focus(self._find)

    def action_leave(self) -> None:
        """Show all again; else leave."""
        if self._find.display:
            self._find.value = ""
            self._find.display = False
            self.set_focus(self._list)
        else:
            self.dismiss(None)

    def action_list(self, action: str) -> None:
        """Move in the list while words are typed."""
        getattr(self._list, f"action_{action}")()

    def _show(self, text: str) -> None:
        words = text.casefold().split()
        options: list[Option] = []
        heading = ""
        for line in self._lines.values():
            if not all(word in line.text.casefold() for word in words):
                continue
            title = "On now" if line in self._on else _HEADINGS[line.chosen.sort]  # type: ignore[union-attr]
            if title != heading:
                options.append(Option(title, disabled=True))
                heading = title
            options.append(Option(line.text, id=line.key))
        self._list.set_options(options)
        self._list.highlighted = self._best(options, text.strip().casefold()) if options else None

    def _best(self, options: Sequence[Option], text: str) -> int:
        """Where the cursor is to be: at the name that is meant before any text that has it somewhere."""
        names = [str(one.id or "").partition(" ")[2].casefold() for one in options]
        found = [place for place, one in enumerate(options) if one.id and one.id == self._at and not text]
        if text:
            found += [place for place, name in enumerate(names) if name == text]
            found += [place for place, name in enumerate(names) if name.startswith(text)]
            found += [place for place, name in enumerate(names) if text in name]
        return found[0] if found else min(1, len(options) - 1)


def _on_now(stations: Sequence[Station]) -> Iterator[_Line]:
    found = counted(stations)
    if not found:
        return
    yield _Line(f"{_OFF} *", "✓ everything is right again", SwitchOff())
    for number, (one, count) in enumerate(found.items()):
        where = "" if len(stations) == 1 else f"   at {count} of {len(stations)}"
        words = one.words if len(stations) == 1 else SwitchOff(one).__str__().removeprefix("no ")
        yield _Line(f"{_OFF} {number}", f"~ {clean(words)}{where}{_since(one, stations)}", SwitchOff(one))


def _since(one: Deviation, stations: Sequence[Station]) -> str:
    if len(stations) > 1:
        return ""
    own = next((each for each in deviations_of(stations[0]) if each == one), one)
    return f"   since {clock_time(own.since)}" if own.since else ""


def _offered() -> Iterator[_Line]:
    # What is wanted most comes first.
    kinds = sorted(DISTURBANCES, key=lambda kind: kind is not DisturbanceKind.OUTAGE)
    yield from (_line(Sort.LINE, kind, DISTURBANCES[kind].does) for kind in kinds)
    yield from (_line(Sort.PART, kind, one.does) for kind, one in DAMAGES.items())
    codes = (code for code in ErrorCode if code is not ErrorCode.NO_ERROR)
    yield from (_line(Sort.FAULT, code, "until it is cleared") for code in codes)
    yield from (_line(Sort.QUIRK, name, one.does) for name, one in QUIRKS.items())


def _line(sort: Sort, name: str, does: str) -> _Line:
    return _Line(f"{sort} {name}", f"{name:<{_WIDTH}} {does}", Wanted(sort, name))
