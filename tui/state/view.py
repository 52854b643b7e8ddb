"""The list as it is looked at: what the filter leaves, in order, and which one is selected."""

from __future__ import annotations

from collections.abc import Iterable

from tui.state.filters import TextFilter
from tui.state.fleet import Fleet
from tui.state.station import Connector, Station


class View:
    """Rows of a fleet by position and by id.

    The selection is an id. When its charge point leaves the list, the one that took its place is shown as
    selected, and the wish is kept: should it come back before somebody moves, it is selected again.
    """

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._ids: list[str] = []
        self._positions: dict[str, int] = {}
        self._filter = TextFilter()
        self._wanted = ""
        self._pinned = False
        self._last_position = 0
        self.wanted_connector = 1

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def filter(self) -> TextFilter:
        """What the list is narrowed to."""
        return self._filter

    @filter.setter
    def filter(self, wanted: TextFilter) -> None:
        self._filter = wanted
        self.rebuild()

    @property
    def position(self) -> int:
        """The selected row; 0 in an empty list."""
        position = self._positions.get(self._wanted, self._last_position)
        return max(0, min(position, len(self._ids) - 1))

    @property
    def selected(self) -> Station | None:
        """The selected charge point, if any."""
        return self.at(self.position)

    @property
    def connector(self) -> Connector | None:
        """The chosen connector of the selected charge point: the wanted number where it has one, else its first."""
        station = self.selected
        if station is None or not station.connectors:
            return None
        wanted = station.connectors.get(self.wanted_connector)
        return wanted or next(
            (c for n, c in station.connectors.items() if n), next(iter(station.connectors.values()))
        )

    def step_connector(self, steps: int) -> None:
        """Choose the connector so many further on."""
        station, chosen = self.selected, self.connector
        if station and chosen:
            numbers = list(station.connectors)
            place = numbers.index(chosen.number) + steps
            self.wanted_connector = numbers[max(0, min(place, len(numbers) - 1))]

    def at(self, position: int) -> Station | None:
        """The charge point in row ``position``, if there is one."""
        if 0 <= position < len(self._ids):
            return self._fleet.get(self._ids[position])
        return None

    def position_of(self, station_id: str) -> int | None:
        """The row of that charge point, None when the list does not show it."""
        return self._positions.get(station_id)

    def select_position(self, position: int) -> None:
        """Select the row at ``position``, or the nearest there is."""
        if self._ids:
            self._last_position = max(0, min(position, len(self._ids) - 1))
            self._wanted = self._ids[self._last_position]

    def select(self, station_id: str) -> None:
        """Select a charge point by id, also one that is not there yet."""
        self._wanted = station_id
        self._last_position = self._positions.get(station_id, self._last_position)

    def pin(self) -> None:
        """From now on the selection is an id; before, while the list still fills, it is simply the first row."""
        self._pinned = True
        if not self._wanted and self._ids:
            self._wanted = self._ids[self.position]

    def update(self, changed: Iterable[str], listed: bool) -> bool:
        """Follow changes of the fleet; whether rows came, went or moved. ``listed``: some joined or left it."""
        if listed or (self._filter and any(self._misplaced(station_id) for station_id in changed)):
            self.rebuild()
            return True
        return False

    def rebuild(self) -> None:
        """Look at the whole fleet anew."""
        self._last_position = self.position
        shows = self._filter.shows
        self._ids = [station.id for station in self._fleet if shows(station)]
        self._positions = {station_id: position for position, station_id in enumerate(self._ids)}
        if self._pinned:
            self.pin()
        self._last_position = self.position

    def _misplaced(self, station_id: str) -> bool:
        station = self._fleet.get(station_id)
        shown = station is not None and self._filter.shows(station)
        return shown is not (station_id in self._positions)


def _station_last(number: int) -> tuple[bool, int]:
    return number == 0, number
