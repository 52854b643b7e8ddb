"""What is done with the list itself: filter, order, groups, marks, columns."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen

from tui.messages import LayoutChanged, SelectionMoved
from tui.screens.columns import ColumnChoice, ColumnForm
from tui.state.alarms import next_alarm
from tui.state.fleet import Fleet
from tui.state.ordering import Order
from tui.state.view import View
from tui.widgets.filter_box import FilterBox
from tui.widgets.fleet_list import FleetList


class ListActions:
    """The actions of a list that shows ``view``."""

    def __init__(
        self, screen: Screen[None], fleet: Fleet, view: View, rows: FleetList, filter_box: FilterBox
    ) -> None:
        self._screen = screen
        self._fleet = fleet
        self._view = view
        self._rows = rows
        self._filter_box = filter_box

    @property
    def performers(self) -> dict[str, Callable[[], object]]:
        """The actions by name."""
        rows, view = self._rows, self._view
        return {
            "first": lambda: self.move(lambda: rows.move_to(0)),
            "last": lambda: self.move(lambda: rows.move_to(len(view) - 1)),
            "page_up": lambda: self.move(lambda: rows.move_page(-1)),
            "page_down": lambda: self.move(lambda: rows.move_page(1)),
            "list": lambda: self._screen.set_focus(rows),
            "mark": self.mark,
            "range": self.range,
            "extend_up": lambda: self.extend(-1),
            "extend_down": lambda: self.extend(1),
            "mark_all": self.mark_all,
            "filter": self._filter_box.open,
            "clear": self.clear,
            "alarm": self.alarm,
            "columns": self.columns,
            "sort_next": lambda: self.step_order(1),
            "sort_previous": lambda: self.step_order(-1),
            "reverse": lambda: self.sort(self._view.order.column),
            "group": self.group,
            "fold": self.fold,
            "fold_all": self.fold_all,
        }

    def move(self, moving: Callable[[], object]) -> None:
        """Move; a range that was not begun on purpose ends."""
        if not self._view.marks.lasting:
            self._view.marks.keep_range()
        moving()

    def mark(self) -> None:
        """Mark the selected row and go on to the next."""
        self._view.toggle_mark()
        self._rows.move(1)
        self._rows.refresh()

    def range(self) -> None:
        """Begin a range, or keep it."""
        if self._view.marks.lasting:
            self._view.marks.keep_range()
        else:
            self._view.begin_range(lasting=True)
        self._marks_changed()

    def extend(self, rows: int) -> None:
        """Mark while moving."""
        if not self._view.marks.anchor:
            self._view.begin_range(lasting=False)
        self._rows.move(rows)

    def mark_all(self) -> None:
        """Mark all that the filter leaves, or none."""
        self._view.toggle_all()
        self._marks_changed()

    def clear(self) -> None:
        """First the marks, then the filter; a filter that is being typed before both."""
        if self._view.marks and not self._filter_box.typing:
            self._view.marks.clear()
            self._marks_changed()
        else:
            self._filter_box.text = ""
            self._filter_box.settle()
            self._screen.set_focus(self._rows)

    def alarm(self) -> None:
        """Select the next charge point in trouble, also one that a fold hides."""
        selected = self._view.selected
        found = next_alarm(self._fleet, selected.id if selected else "")
        if found is None:
            self._screen.notify("no charge point is in trouble.")
            return
        if self._view.position_of(found.id) is None:
            self._view.folded.clear()
            self._filter_box.text = ""
            self._filter_box.settle()
            self._view.filter = type(self._view.filter)()
        self._view.select(found.id)
        self._rows.reload()
        self._rows.post_message(SelectionMoved())

    def columns(self) -> None:
        """Ask for columns and order."""
        shown = tuple(column.name for column in self._rows.columns.columns)
        form = ColumnForm(shown, bool(self._rows.chosen_columns), self._view.order)
        self._screen.app.push_screen(form, self.choose_columns)

    def choose_columns(self, choice: ColumnChoice | None) -> None:
        """Show these columns in this order."""
        if choice is not None:
            self._rows.chosen_columns = choice.columns
            self._reorder(choice.order)

    def sort(self, column: str) -> None:
        """Sort by ``column``; again turns it round."""
        self._reorder(self._view.order.by(column))

    def step_order(self, steps: int) -> None:
        """Sort by the next of the columns that are shown."""
        names = ["id", *(column.name for column in self._rows.columns.columns)]
        present = self._view.order.column
        at = names.index(present) if present in names else 0
        column = names[(at + steps) % len(names)]
        self._reorder(Order() if column == "id" else Order("").by(column))

    def group(self) -> None:
        """Group by the next thing that can make a group."""
        self._view.grouping = self._view.grouping.following
        self._layout_changed()

    def fold(self) -> None:
        """Fold the selected group, or the one of the selected charge point."""
        view = self._view
        heading = view.heading_at(view.position)
        if heading is None and view.selected is not None:
            at = view.heading_of(view.selected.id)
            heading = view.heading_at(at) if at is not None else None
            if at is not None:
                view.select_position(at)
        if heading is not None:
            self.fold_group(heading.name)

    def fold_group(self, name: str) -> None:
        """Fold a group, or unfold it."""
        self._view.fold(name)
        self._layout_changed()

    def fold_all(self) -> None:
        """Fold or unfold all groups."""
        self._view.fold_all()
        self._layout_changed()

    def _reorder(self, order: Order) -> None:
        self._view.order = order
        self._layout_changed()

    def _layout_changed(self) -> None:
        self._rows.reload()
        self._rows.post_message(SelectionMoved())
        self._screen.post_message(LayoutChanged())

    def _marks_changed(self) -> None:
        self._rows.refresh()
        self._rows.post_message(SelectionMoved())
