"""The list as it is looked at: its rows, what is selected and what is marked."""

from __future__ import annotations

from collections.abc import Iterable

from tui.state.arrangement import Arrangement
from tui.state.fleet import Fleet
from tui.state.marks import Marks
from tui.state.station import Connector, Station


class View(Arrangement):
    """An arrangement somebody moves in.

    The selection is an id, or a group. When it leaves the list, what took its place is shown as selected, and the
    wish is kept: should it come back before somebody moves, it is selected again.
    """

    def __init__(self, fleet: Fleet) -> None:
        super().__init__(fleet)
        self._wanted = ""
        self._pinned = False
        self._last_position = 0
        self.marks = Marks()
        self.wanted_connector = 1

    @property
    def position(self) -> int:
        """The selected row; 0 in an empty list."""
        position = self._positions.get(self._wanted, self._last_position)
        return max(0, min(position, len(self._keys) - 1))

    @property
    def selected(self) -> Station | None:
        """The selected charge point, if any."""
        return self.at(self.position)

    @property
    def targets(self) -> tuple[Station, ...]:
        """What an action is done to: all that are marked, else the selected group, else the selected one."""
        if self.marks:
            found = (self._fleet.get(station_id) for station_id in self.marks)
            return tuple(station for station in found if station)
        if heading := self.heading_at(self.position):
            return tuple(self.members(heading))
        return (self.selected,) if self.selected else ()

    @property
    def connector(self) -> Connector | None:
        """The chosen connector of the selected charge point: the wanted number where it has one, else its first."""
        station = self.selected
        return connector_of(station, self.wanted_connector) if station else None

    def step_connector(self, steps: int) -> None:
        """Choose the connector so many further on."""
        station, chosen = self.selected, self.connector
        if station and chosen:
            numbers = list(station.connectors)
            place = numbers.index(chosen.number) + steps
            self.wanted_connector = numbers[max(0, min(place, len(numbers) - 1))]

    def select_position(self, position: int) -> None:
        """Select the row at ``position``, or the nearest there is."""
        if self._keys:
            self._last_position = max(0, min(position, len(self._keys) - 1))
            self._wanted = self._keys[self._last_position]
        if self.marks.anchor:
            self._stretch()

    def select(self, station_id: str) -> None:
        """Select a charge point by id, also one that is not there yet."""
        self._wanted = station_id
        self._last_position = self._positions.get(station_id, self._last_position)

    def pin(self) -> None:
        """From now on the selection is an id; before, while the list still fills, it is simply the first row."""
        self._pinned = True
        if not self._wanted and self._keys:
            self._wanted = self._keys[self.position]

    def toggle_mark(self) -> None:
        """Mark the selected charge point or group, or take its mark away."""
        if heading := self.heading_at(self.position):
            self.marks.toggle(heading.ids)
        elif station := self.selected:
            self.marks.toggle((station.id,))

    def toggle_all(self) -> None:
        """Mark all that the filter leaves, or none if all of them are marked."""
        if ids := self.matching_ids:
            self.marks.toggle(ids)

    def begin_range(self, *, lasting: bool) -> None:
        """Mark from the selected row to wherever the selection goes."""
        if self._keys:
            self.marks.begin_range(self._keys[self.position], lasting=lasting)
            self._stretch()

    def _stretch(self) -> None:
        start = self._positions.get(self.marks.anchor)
        if start is None:
            self.marks.keep_range()
            return
        first, last = sorted((start, self.position))
        ids: list[str] = []
        for key in self._keys[first : last + 1]:
            heading = self._headings.get(key)
            if heading is None:
                ids.append(key)
            elif heading.folded:
                ids += heading.ids
        self.marks.stretch(ids)

    # ---- following the fleet ----

    def update(self, changed: Iterable[str], listed: bool) -> bool:
        """Follow changes of the fleet; whether rows came, went or moved. ``listed``: some joined or left it."""
        changed = list(changed)
        if listed and self.marks:
            self.marks.forget([station_id for station_id in changed if self._fleet.get(station_id) is None])
        return super().update(changed, listed)

    def _arrange(self) -> None:
        self._last_position = self.position
        super()._arrange()
        if self._pinned:
            self.pin()
        self._last_position = self.position


def connector_of(station: Station, wanted: int) -> Connector | None:
    """The connector of that number where there is one, else the first that is not the station itself."""
    if not station.connectors:
        return None
    found = station.connectors.get(wanted)
    return found or next((c for n, c in station.connectors.items() if n), next(iter(station.connectors.values())))
