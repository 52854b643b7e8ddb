"""The panes of the yard's screen: headline, list, details, keys; what they show is handed to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.screen import Screen

from tui.keymap import Action, Group
from tui.messages import (
    LayoutChanged,
)
from tui.state.fleet import Fleet
from tui.state.groups import Grouping
from tui.state.layouts import ScreenLayout, Zoom
from tui.state.ordering import Order
from tui.state.progress import Progress
from tui.state.removals import Removals
from tui.state.situation import LinkState, LinkStatus, Situation
from tui.state.titles import list_place, list_title
from tui.state.traces import Traces
from tui.state.view import View, connector_of
from tui.themes import following_theme
from tui.widgets.details_pane import DetailsPane
from tui.widgets.filter_box import FilterBox
from tui.widgets.fleet_box import FleetBox
from tui.widgets.fleet_list import FleetHeading, FleetList
from tui.widgets.headline import Banner, Headline
from tui.widgets.key_bar import KeyBar
from tui.widgets.progress_line import ProgressLine


class YardPanes(Screen[None]):
    """Shows the fleet; ``actions`` is the registry with the user's keys, ``recorded`` tells which charge points are
    recorded as scenarios."""

    def __init__(
        self,
        fleet: Fleet,
        view: View,
        traces: Traces,
        address: str,
        actions: Mapping[Group, tuple[Action, ...]],
        recorded: Callable[[], frozenset[str]],
        *,
        read_only: bool = False,
    ) -> None:
        super().__init__()
        self._fleet = fleet
        self._view = view
        self._traces = traces
        self._key_groups = actions
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
        self.removals = Removals()

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
            removed=len(self.removals),
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

    # ---- which pane has the room, and the keys ----

    def on_descendant_focus(self) -> None:
        """The selected row is brighter in the pane that has the keys."""
        self._list.refresh()
        self._details.light_up()

    def to_the_connectors(self) -> None:
        """Move among the connectors from now on."""
        if self._zoom is Zoom.LIST:
            self.change_zoom(Zoom.BOTH)
        self.set_focus(self._details)

    def change_side(self) -> None:
        """From the list to the connectors, or back."""
        if self._zoom is not Zoom.BOTH:
            self.change_zoom(Zoom.DETAILS if self._zoom is Zoom.LIST else Zoom.LIST)
        else:
            self.set_focus(self._list if self.focused is self._details else self._details)

    def change_zoom(self, zoom: Zoom) -> None:
        """Give the room to that pane, or to both."""
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


_BY_THE_CLOCK = frozenset({"uptime", "age", "cpu", "memory"})
