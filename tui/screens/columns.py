"""The form of the list's columns: which ones, in which order, sorted by what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.screens.overlay import Overlay
from tui.state.cells import left
from tui.state.columns import BY_NAME, COLUMNS
from tui.state.ordering import Order


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """The columns somebody chose, none for those that fit; and the order of the rows."""

    columns: tuple[str, ...]
    order: Order


class ColumnForm(Overlay[ColumnChoice | None]):
    """Every column with what it tells; marks, moves and sorts by single keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", show=False),
        Binding("enter", "accept", show=False, priority=True),
        Binding("space,x", "show_or_hide", show=False),
        Binding("j", "step(1)", show=False),
        Binding("k", "step(-1)", show=False),
        Binding("J,shift+down", "shift(1)", show=False),
        Binding("K,shift+up", "shift(-1)", show=False),
        Binding("s", "sort", show=False),
        Binding("a", "automatic", show=False),
    ]

    def __init__(self, shown: tuple[str, ...], chosen: bool, order: Order) -> None:
        super().__init__()
        self._names = [*shown, *(column.name for column in COLUMNS if column.name not in shown)]
        self._shown = set(shown)
        self._chosen = chosen
        self._order = order
        self._list = OptionList()

    def compose(self) -> ComposeResult:
        """The columns and the keys."""
        with Vertical(id="dialog", classes="columns") as dialog:
            dialog.border_title = "Columns"
            yield self._list
            yield Static("space shows, hides · shift+↑↓ moves · s sorts · a what fits · enter", classes="note")

    def on_mount(self) -> None:
        """Begin at the first column."""
        self._fill(0)
        self.set_focus(self._list)

    def action_accept(self) -> None:
        """Leave with the choice."""
        columns = tuple(name for name in self._names if name in self._shown) if self._chosen else ()
        self.dismiss(ColumnChoice(columns, self._order))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click shows or hides."""
        self.action_show_or_hide()

    def action_step(self, rows: int) -> None:
        """Go on to another column."""
        self._list.highlighted = (self._at + rows) % len(self._names)

    def action_show_or_hide(self) -> None:
        """Show or hide the column."""
        self._shown ^= {self._names[self._at]}
        self._chosen = True
        self._fill(self._at)

    def action_shift(self, rows: int) -> None:
        """Move the column."""
        at = self._at
        to = max(0, min(at + rows, len(self._names) - 1))
        self._names.insert(to, self._names.pop(at))
        self._chosen = True
        self._fill(to)

    def action_sort(self) -> None:
        """Sort by the column; again turns it round, once more sorts by id."""
        name = self._names[self._at]
        first = Order("").by(name)
        self._order = (
            first if self._order.column != name else self._order.by(name) if self._order == first else Order()
        )
        self._fill(self._at)

    def action_automatic(self) -> None:
        """Let the width decide."""
        self._chosen = False
        self._fill(self._at)

    @property
    def _at(self) -> int:
        return self._list.highlighted or 0

    def _fill(self, at: int) -> None:
        self._list.clear_options()
        self._list.add_options([Option(self._line(name), id=name) for name in self._names])
        self._list.highlighted = at
        automatic = "" if self._chosen else "  (those that fit)"
        for dialog in self.query("#dialog").results(Vertical):
            dialog.border_title = f"Columns{automatic}"

    def _line(self, name: str) -> Content:
        column = BY_NAME[name]
        sign = "" if self._order.column != name else "▼" if self._order.descending else "▲"
        box = "◉" if name in self._shown else "○"
        return Content.assemble(
            (f"{box} ", "bold" if name in self._shown else ""),
            left(f"{column.heading} {sign}", 17),
            (column.says, "dim"),
        )
