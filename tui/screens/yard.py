"""The screen of the yard: headline, list, details, keys."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.screen import Screen

from tui.keymap import BY_NAME, Action, Group, bindings, title_now, why_not
from tui.messages import (
    ActionWanted,
    BatchWanted,
    ConnectorChosen,
    FoldWanted,
    LayoutChanged,
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
from tui.state.batches import Batch
from tui.state.fleet import Fleet
from tui.state.groups import Grouping
from tui.state.layouts import ScreenLayout, Zoom
from tui.state.ordering import Order
from tui.state.progress import Progress
from tui.state.situation import LinkState, LinkStatus, Situation
from tui.state.titles import list_place, list_title
from tui.state.traces import Traces
from tui.state.view import View, connector_of
from tui.themes import following_theme
from tui.widgets.details_pane import DetailsPane
from tui.widgets.filter_box import FilterBox, FilterInput
from tui.widgets.fleet_box import FleetBox
from tui.widgets.fleet_list import FleetHeading, FleetList
from tui.widgets.headline import Banner, Headline
from tui.widgets.key_bar import KeyBar
from tui.widgets.progress_line import ProgressLine


class YardScreen(Screen[None]):
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
        super().__init__()
        self._fleet = fleet
        self._view = view
        self._traces = traces
        self._key_groups = actions
        self._open_station = open_station
        self._recorded = recorded
        self._read_only = read_only
        self._link = LinkStatus(LinkState.CONNECTING, address)
        self._settled = False
        self._rate = 0.0
        self._stoppable = 0
        self._zoom = Zoom.BOTH
        self._headline = Headline()
        self._banner = Banner()
        self._box = FleetBox()
        self._heading = FleetHeading()
        self._list = FleetList(view, self._heading)
        self._filter_box = FilterBox(self._counted)
        self._details = DetailsPane(traces)
        self._progress = ProgressLine()
        self._key_bar = KeyBar([action for group in actions.values() for action in group])
        self.memory = Memory()
        self._connector_actions = ConnectorActions(self, self.memory)
        self._yard_actions = YardActions(self, fleet, central_system, view.setups)
        self._list_actions = ListActions(self, fleet, view, self._list, self._filter_box)
        self._performers = self._make_performers()

    @property
    def situation(self) -> Situation:
        """What actions depend on, now."""
        targets = self._view.targets
        selected = self._view.selected
        connector = self._view.connector
        if selected is None and targets:
            connector = connector_of(targets[0], self._view.wanted_connector)
        return Situation(
            link=self._link,
            launcher=self._fleet.launcher,
            settled=self._settled,
            stations=len(self._fleet),
            living=self._fleet.totals.living,
            station=selected,
            targets=targets,
            removed=len(self._yard_actions.removals),
            running=self._stoppable,
            read_only=self._read_only,
            connector=connector,
            recorded=self._recorded(),
        )

    @property
    def layout_now(self) -> ScreenLayout:
        """How the screen is arranged."""
        return ScreenLayout(
            theme=self.app.theme,
            columns=self._list.chosen_columns,
            sort_by=self._view.order.column,
            descending=self._view.order.descending,
            grouping=self._view.grouping,
            folded=tuple(sorted(self._view.folded)),
            zoom=self._zoom,
            setups=dict(self._view.setups),
        )

    @property
    def pids_in_sight(self) -> tuple[tuple[str, int], ...]:
        """Ids and process numbers whose cost is shown, or sorted or filtered by."""
        order = self._view.order.column
        if self._view.filter.passes or order in ("cpu", "memory"):
            ids: Collection[str] = [station.id for station in self._fleet]
        else:
            ids = self._list.ids_in_sight() if self._list.columns.costs else ()
        found = (self._fleet.get(station_id) for station_id in ids)
        return tuple((s.id, s.status.pid) for s in found if s and s.alive and s.status and s.status.pid)

    def adopt(self, wanted: ScreenLayout) -> None:
        """Take an arrangement from before."""
        self._list.chosen_columns = wanted.columns
        self._view.order = Order(wanted.sort_by, wanted.descending)
        self._view.folded = set(wanted.folded)
        self._view.setups.update(wanted.setups)
        self._view.grouping = wanted.grouping
        self._zoom = wanted.zoom

    def compose(self) -> ComposeResult:
        """Two lines, the banner, list and details, the keys."""
        yield self._headline
        yield self._banner
        with Container(id="body"):
            with self._box:
                yield self._heading
                yield self._list
                yield self._filter_box
            yield self._details
        with Vertical(id="foot"):
            yield self._progress
            yield self._key_bar

    def on_mount(self) -> None:
        """Begin in the list."""
        self._progress.display = False
        self._show_zoom()
        self.set_focus(self._list)
        self.refresh_situation()

    def on_screen_resume(self) -> None:
        """Draw what has changed while a form lay above."""
        self.refresh_situation()

    def on_resize(self) -> None:
        """Fit headline and keys to the new width."""
        self.call_after_refresh(self.refresh_situation)

    # ---- what is handed to the screen ----

    def show_changes(self, changed: Collection[str], *, listed: bool) -> None:
        """These charge points have changed; ``listed`` when some came or went."""
        if self._view.update(changed, listed):
            self._list.reload(reveal=self._settled)
        else:
            self._list.redraw(changed)
        self.refresh_situation()

    def show_link(self, link: LinkStatus, *, settled: bool) -> None:
        """The connection has changed."""
        self._link = link
        self._settled = settled
        if settled:
            self._view.pin()
        if self._list.stale is link.up:
            self._list.stale = self._details.stale = not link.up
            self._list.refresh()
            self._details.refresh()
        self.refresh_situation()

    def show_pools(self) -> None:
        """A pool came, went or died: the headings of groups say so."""
        if self._view.grouping is Grouping.POOL:
            self._list.refresh()

    def show_second(self, rate: float, running: Sequence[Progress], stoppable: int) -> None:
        """A second has gone by: messages were counted, samples taken, places may have changed."""
        self._rate = rate
        self._stoppable = stoppable
        self._progress.show(running, self._key_of("stop") if stoppable else "")
        if self._view.tidy():
            self._list.reload(reveal=False)
        elif any(column.name in _BY_THE_CLOCK for column in self._list.columns.columns):
            self._list.redraw(self._list.ids_in_sight())
        self.refresh_situation()

    def show_selection(self) -> None:
        """Another charge point has been selected from outside."""
        self._list.reload()
        self.refresh_situation()

    def refresh_situation(self) -> None:
        """Draw everything but the list anew, where it differs."""
        if not self.is_mounted:
            return
        situation = self.situation
        self._headline.show(situation, self._fleet.totals, self._traces.yard, self._rate)
        self._banner.show(situation)
        self._key_bar.show(situation)
        chosen = self._view.connector
        self._details.show(self._view.selected, chosen.number if chosen else None)
        self._filter_box.refresh_count()
        self._title()

    def _key_of(self, name: str) -> str:
        return next(
            action.first_key for group in self._key_groups.values() for action in group if action.name == name
        )

    def _title(self) -> None:
        title, place = list_title(self._view), list_place(self._view, len(self._fleet))
        if hidden := self._list.columns.hidden:
            title += f" · no room for {', '.join(column.heading for column in hidden)}"
        self._box.show_titles(title, place)

    def _counted(self) -> str:
        return f"{self._view.matching} of {len(self._fleet)}"

    # ---- what somebody does ----

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

    def on_descendant_focus(self) -> None:
        """The selected row is brighter in the pane that has the keys."""
        self._list.refresh()
        self._details.light_up()

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

    def _to_the_connectors(self) -> None:
        if self._zoom is Zoom.LIST:
            self._change_zoom(Zoom.BOTH)
        self.set_focus(self._details)

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

    def _change_side(self) -> None:
        if self._zoom is not Zoom.BOTH:
            self._change_zoom(Zoom.DETAILS if self._zoom is Zoom.LIST else Zoom.LIST)
        else:
            self.set_focus(self._list if self.focused is self._details else self._details)

    def _change_zoom(self, zoom: Zoom) -> None:
        self._zoom = zoom
        self._show_zoom()
        self.post_message(LayoutChanged())

    def _show_zoom(self) -> None:
        self._box.display = self._zoom is not Zoom.DETAILS
        self._details.display = self._zoom is not Zoom.LIST
        self.set_focus(self._details if self._zoom is Zoom.DETAILS else self._list)

    def change_theme(self) -> None:
        """Go on to the next theme."""
        self.app.theme = following_theme(self.app.theme)
        self.post_message(LayoutChanged())

    def _make_performers(self) -> dict[str, Callable[[], object]]:
        return {
            **self._connector_actions.performers,
            **self._yard_actions.performers,
            **MischiefActions(self).performers,
            **RecordingActions(self).performers,
            **self._list_actions.performers,
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "previous": lambda: self._step(-1),
            "next": lambda: self._step(1),
            "cards": self._to_the_connectors,
            "other": self._change_side,
            "open": self._open,
            "zoom": lambda: self._change_zoom(self._zoom.following),
            "theme": self.change_theme,
            "help": lambda: self.app.push_screen(Help(self.situation, self._key_groups)),
            "quit": lambda: self.post_message(LeaveWanted()),
        }


_BY_THE_CLOCK = frozenset({"uptime", "age", "cpu", "memory"})
