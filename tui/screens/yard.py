"""The screen of the yard: headline, list, details, keys."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from chargepoint.api.orders import Reboot
from tui.keymap import BY_NAME, bindings, title_now, why_not
from tui.messages import ActionWanted, ConnectorChosen, SelectionMoved, StationOpened, StationOrdered
from tui.screens.connector_actions import ConnectorActions, Memory
from tui.screens.help import Help
from tui.screens.yard_actions import YardActions
from tui.state.filters import TextFilter
from tui.state.fleet import Fleet
from tui.state.situation import LinkState, LinkStatus, Situation
from tui.state.traces import Traces
from tui.state.view import View
from tui.themes import DARK, LIGHT
from tui.widgets.details_pane import DetailsPane
from tui.widgets.fleet_list import FleetList
from tui.widgets.headline import Banner, Headline
from tui.widgets.key_bar import KeyBar


class YardScreen(Screen[None]):
    """Shows the fleet and turns keys into intentions; what it shows is handed to it."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings())

    def __init__(self, fleet: Fleet, view: View, traces: Traces, address: str, central_system: str) -> None:
        super().__init__()
        self._fleet = fleet
        self._view = view
        self._traces = traces
        self._link = LinkStatus(LinkState.CONNECTING, address)
        self._settled = False
        self._rate = 0.0
        self._titles = ("", "")
        self._headline = Headline()
        self._banner = Banner()
        self._box = Vertical(id="fleet")
        self._heading = Static(id="heading", markup=False)
        self._list = FleetList(view, self._heading)
        self._filter = Input(id="filter", placeholder="words to look for", compact=True)
        self._details = DetailsPane(traces)
        self._key_bar = KeyBar()
        self.memory = Memory()
        self._connector_actions = ConnectorActions(self, self.memory)
        self._yard_actions = YardActions(self, fleet, central_system)
        self._performers = self._make_performers()

    @property
    def situation(self) -> Situation:
        """What actions depend on, now."""
        return Situation(
            link=self._link,
            launcher=self._fleet.launcher,
            settled=self._settled,
            stations=len(self._fleet),
            living=self._fleet.totals.living,
            station=self._view.selected,
            connector=self._view.connector,
        )

    def compose(self) -> ComposeResult:
        """Two lines, the banner, list and details, the keys."""
        yield self._headline
        yield self._banner
        with Container(id="body"):
            with self._box:
                yield self._heading
                yield self._list
                yield self._filter
            yield self._details
        yield self._key_bar

    def on_mount(self) -> None:
        """Begin in the list."""
        self._filter.display = False
        self._list.focus()
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
            self._list.reload()
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

    def show_rate(self, rate: float) -> None:
        """Messages a second have been counted, and a sample of all powers was taken."""
        self._rate = rate
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
        self._title()

    def _title(self) -> None:
        shown, total = len(self._view), len(self._fleet)
        place = f"{self._view.position + 1} of {shown}" if shown else "none"
        if shown != total:
            place += f" ({total} in all)"
        titles = (" ".join(["charge points", *self._view.filter.words]), place)
        # A title that is set is drawn, and its box with all that is in it.
        if titles != self._titles:
            self._titles = titles
            self._box.border_title, self._box.border_subtitle = Content(titles[0]), Content(titles[1])

    # ---- what somebody does ----

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

    @on(ConnectorChosen)
    def follow_connector(self, message: ConnectorChosen) -> None:
        """A card was clicked."""
        self._choose(message.connector)

    @on(Input.Changed, "#filter")
    def narrow(self, event: Input.Changed) -> None:
        """Show only what has the words typed so far."""
        self._view.filter = TextFilter(event.value)
        self._list.reload()
        self.refresh_situation()

    @on(Input.Submitted, "#filter")
    def keep_filter(self) -> None:
        """Go back to the list with the filter as it is."""
        self._leave_filter()

    def on_descendant_focus(self) -> None:
        """The selected row is brighter in the pane that has the keys."""
        self._list.refresh()
        self._details.light_up()

    def _choose(self, connector: int) -> None:
        self._view.wanted_connector = connector
        self.refresh_situation()

    def _move(self, rows: int) -> None:
        if self._details.has_focus:
            self._step(rows)
        else:
            self._list.move(rows)

    def _step(self, connectors: int) -> None:
        self._view.step_connector(connectors)
        self.refresh_situation()

    def _open_filter(self) -> None:
        self._filter.display = True
        self._filter.focus()

    def _leave_filter(self) -> None:
        self._filter.display = bool(self._filter.value)
        self._list.focus()

    def _clear_filter(self) -> None:
        self._filter.value = ""
        self._leave_filter()

    def _open(self) -> None:
        if station := self._view.selected:
            self.post_message(StationOpened(station.id))

    def _reboot(self) -> None:
        if station := self._view.selected:
            self.post_message(StationOrdered(station.id, Reboot()))

    def _change_side(self) -> None:
        (self._list if self._details.has_focus else self._details).focus()

    def change_theme(self) -> None:
        """Change between dark and light."""
        self.app.theme = LIGHT.name if self.app.theme == DARK.name else DARK.name

    def _make_performers(self) -> dict[str, Callable[[], object]]:
        view, rows = self._view, self._list
        return {
            **self._connector_actions.performers,
            **self._yard_actions.performers,
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "first": lambda: rows.move_to(0),
            "last": lambda: rows.move_to(len(view) - 1),
            "page_up": lambda: rows.move_page(-1),
            "page_down": lambda: rows.move_page(1),
            "previous": lambda: self._step(-1),
            "next": lambda: self._step(1),
            "list": rows.focus,
            "cards": self._details.focus,
            "other": self._change_side,
            "filter": self._open_filter,
            "clear": self._clear_filter,
            "theme": self.change_theme,
            "open": self._open,
            "reboot": self._reboot,
            "help": lambda: self.app.push_screen(Help(self.situation)),
            "quit": lambda: self.app.exit(),
        }
