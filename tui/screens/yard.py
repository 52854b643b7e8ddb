"""The screen of the yard: what somebody does in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on
from textual.binding import BindingType

from tui.keymap import BY_NAME, Action, Group, bindings, title_now, why_not
from tui.messages import (
    ActionWanted,
    BatchWanted,
    ConnectorChosen,
    FoldWanted,
    LeaveWanted,
    SelectionMoved,
    SortWanted,
)
from tui.screens.batch import DEEDS, BatchForm
from tui.screens.connector_actions import ConnectorActions, Memory
from tui.screens.help import Help
from tui.screens.list_actions import ListActions
from tui.screens.mischief_actions import MischiefActions
from tui.screens.recording_actions import RecordingActions
from tui.screens.yard_actions import YardActions
from tui.screens.yard_panes import YardPanes
from tui.state.batches import Batch
from tui.state.fleet import Fleet
from tui.state.situation import Situation
from tui.state.traces import Traces
from tui.state.view import View
from tui.widgets.filter_box import FilterBox, FilterInput


class YardScreen(YardPanes):
    """Shows the fleet and turns keys into intentions; what it shows is handed to it.

    ``actions`` is the registry with the user's keys; ``open_station`` lays the screen of one charge point over it,
    at once: the next key is for that one. ``recorded`` tells which are recorded as scenarios. A ``read_only`` screen
    changes nothing in the yard.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings())

    def __init__(
        self,
        fleet: Fleet,
        view: View,
        traces: Traces,
        address: str,
        central_system: str,
        actions: Mapping[Group, tuple[Action, ...]],
        open_station: Callable[[str], object],
        recorded: Callable[[], frozenset[str]],
        *,
        read_only: bool = False,
    ) -> None:
        super().__init__(fleet, view, traces, address, actions, recorded, read_only=read_only)
        self._open_station = open_station
        self.memory = Memory()
        self._list_actions = ListActions(self, fleet, view, self._list, self._filter_box)
        self._performers = {
            **ConnectorActions(self, self.memory).performers,
            **YardActions(self, fleet, central_system, view.setups, self.removals).performers,
            **MischiefActions(self).performers,
            **RecordingActions(self).performers,
            **self._list_actions.performers,
            **self._own_performers(),
        }

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """While the filter is typed all keys are the filter's."""
        return action != "perform" or not self._filter_box.typing

    def action_perform(self, name: str, key: str = "") -> None:
        """Do the action of that name, or say why it cannot be done."""
        action = BY_NAME[name]
        situation = self.situation
        if reason := why_not(action, situation):
            self.notify(
                f"{reason}.", title=f"{title_now(action, situation)}: not now", severity="warning", markup=False
            )
            return
        if name == "choose":
            self._choose(int(key))
        elif name in DEEDS and situation.many:
            self._do_to_many(name, situation)
        else:
            self._performers[name]()

    @on(ActionWanted)
    def perform_clicked(self, message: ActionWanted) -> None:
        """A key of the footer was clicked."""
        self.action_perform(message.name)

    @on(SelectionMoved)
    def follow_selection(self) -> None:
        """Show the details of another charge point."""
        self.refresh_situation()

    @on(SortWanted)
    def sort(self, message: SortWanted) -> None:
        """The heading of a column was clicked."""
        self._list_actions.sort(message.column)

    @on(FoldWanted)
    def fold(self, message: FoldWanted) -> None:
        """The heading of a group was clicked."""
        self._list_actions.fold_group(message.group)

    @on(ConnectorChosen)
    def follow_connector(self, message: ConnectorChosen) -> None:
        """A card was clicked."""
        self._choose(message.connector)

    @on(FilterBox.Changed)
    def narrow(self, event: FilterBox.Changed) -> None:
        """Show only what the filter says so far."""
        self._view.filter = event.filter
        self._list.reload()
        self.refresh_situation()

    @on(FilterBox.Kept)
    def keep_filter(self) -> None:
        """Go back to the list with the filter as it is."""
        self._filter_box.settle()
        self.set_focus(self._list)

    @on(FilterInput.Left)
    def drop_filter(self) -> None:
        """Go back to the list and show all again."""
        self._list_actions.clear()

    def _choose(self, connector: int) -> None:
        self._view.wanted_connector = connector
        self.refresh_situation()

    def _move(self, rows: int) -> None:
        if self.focused is self._details:
            self._step(rows)
        else:
            self._list_actions.move(lambda: self._list.move(rows))

    def _step(self, connectors: int) -> None:
        self._view.step_connector(connectors)
        self.refresh_situation()

    def _do_to_many(self, name: str, situation: Situation) -> None:
        def accepted(batch: Batch | None) -> None:
            if batch is not None:
                self.post_message(BatchWanted(batch))

        self.app.push_screen(BatchForm(DEEDS[name], situation.chosen, self._view.wanted_connector), accepted)

    def _open(self) -> None:
        if self._view.heading_at(self._view.position) and self.focused is self._list:
            self._list_actions.fold()
        elif station := self._view.selected:
            self._open_station(station.id)

    def _own_performers(self) -> dict[str, Callable[[], object]]:
        return {
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "previous": lambda: self._step(-1),
            "next": lambda: self._step(1),
            "cards": self.to_the_connectors,
            "other": self.change_side,
            "open": self._open,
            "zoom": lambda: self.change_zoom(self._zoom.following),
            "theme": self.change_theme,
            "help": lambda: self.app.push_screen(Help(self.situation, self._key_groups)),
            "quit": lambda: self.post_message(LeaveWanted()),
        }
