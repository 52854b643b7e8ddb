"""The fleet in rows: filtered, in order, in groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tui.state.filters import Filter
from tui.state.fleet import Fleet, natural_key
from tui.state.groups import Grouping, Heading, group_of, pool_group
from tui.state.moment import Moment
from tui.state.ordering import BY_ID, Order
from tui.state.rows import Content
from tui.state.station import Station

INDENT: Final = 2
"""Of the charge points of a group, in columns."""


class Arrangement:
    """Rows by position and by id; a row is a charge point, or the heading of a group.

    ``moment`` is what time it is, ``setups`` tells by id the setup a charge point was loaded from or saved to last,
    ``folded`` are the names of the groups that show their heading alone.
    """

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._keys: list[str] = []
        self._positions: dict[str, int] = {}
        self._headings: dict[str, Heading] = {}
        self._matching: set[str] = set()
        self._filter = Filter()
        self._order = BY_ID
        self._grouping = Grouping.NONE
        self._disturbed = False
        self.moment = Moment(heard_at=fleet.heard_at)
        self.folded: set[str] = set()
        self.setups: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def filter(self) -> Filter:
        """What the list is narrowed to."""
        return self._filter

    @filter.setter
    def filter(self, wanted: Filter) -> None:
        self._filter = wanted
        self.rebuild()

    @property
    def order(self) -> Order:
        """What the list is sorted by."""
        return self._order

    @order.setter
    def order(self, wanted: Order) -> None:
        self._order = wanted
        self.rebuild()

    @property
    def grouping(self) -> Grouping:
        """What makes a group."""
        return self._grouping

    @grouping.setter
    def grouping(self, wanted: Grouping) -> None:
        self._grouping = wanted
        self.rebuild()

    @property
    def matching(self) -> int:
        """How many charge points the filter leaves, those in folded groups included."""
        return len(self._matching)

    @property
    def content(self) -> Content:
        """What its rows are to show."""
        indent = INDENT if self._headings else 0
        return Content(self._fleet.longest_id + indent, self._fleet.most_connectors)

    def matches(self, station_id: str) -> bool:
        """Whether the filter leaves that charge point."""
        return station_id in self._matching

    @property
    def matching_ids(self) -> list[str]:
        """Their ids, in the order of the fleet."""
        return [station.id for station in self._fleet if station.id in self._matching]

    def at(self, position: int) -> Station | None:
        """The charge point in row ``position``, if there is one."""
        if 0 <= position < len(self._keys):
            return self._fleet.get(self._keys[position])
        return None

    def heading_at(self, position: int) -> Heading | None:
        """The group whose heading is row ``position``, if it is one."""
        if 0 <= position < len(self._keys):
            return self._headings.get(self._keys[position])
        return None

    def process_of(self, heading: Heading) -> str:
        """What is told of the process that the members of a group share; "" where they do not."""
        if self._grouping is not Grouping.POOL:
            return ""
        return next((said for name, said in self._fleet.pools.items() if pool_group(name) == heading.name), "")

    def members(self, heading: Heading) -> list[Station]:
        """The charge points of a group that the filter leaves."""
        found = (self._fleet.get(station_id) for station_id in heading.ids)
        return [station for station in found if station]

    def position_of(self, station_id: str) -> int | None:
        """The row of that charge point, None when the list does not show it."""
        return self._positions.get(station_id)

    def heading_of(self, station_id: str) -> int | None:
        """The row of the heading of its group, None without groups or for a stranger."""
        station = self._fleet.get(station_id)
        if station is None or not self._headings:
            return None
        return self._positions.get(f"#{group_of(station, self._grouping, self.setups)}")

    def fold(self, name: str) -> None:
        """Fold a group, or unfold it."""
        self.folded ^= {name}
        self.rebuild()

    def fold_all(self) -> None:
        """Fold every group, or unfold all if all of them are folded."""
        names = {heading.name for heading in self._headings.values()}
        self.folded = set() if names <= self.folded else names
        self.rebuild()

    def rebuild(self) -> None:
        """Look at the whole fleet anew."""
        shows, moment = self._filter.shows, self.moment
        self._matching = {station.id for station in self._fleet if shows(station, moment)}
        self._arrange()

    def _match(self, station_id: str) -> bool:
        """Judge one charge point anew; whether it came into the list, or left it."""
        station = self._fleet.get(station_id)
        before = station_id in self._matching
        now = station is not None and self._filter.shows(station, self.moment)
        if now:
            self._matching.add(station_id)
        else:
            self._matching.discard(station_id)
        return now is not before

    def update(self, changed: Iterable[str], listed: bool) -> bool:
        """Follow changes of the fleet; whether rows came, went or moved. ``listed``: some joined or left it."""
        moved = listed
        for station_id in changed:
            moved = self._match(station_id) or moved
        if moved:
            self._arrange()
        elif self._order.moves or self._grouping is Grouping.STATUS:
            # Sorted anew at most once a second, by ``tidy``: rows that never rest cannot be read.
            self._disturbed = True
        return moved

    def tidy(self) -> bool:
        """A second has gone by: sort anew what moved meanwhile; whether rows may have moved."""
        if self._filter.passes:
            self.rebuild()
            return True
        if self._disturbed or (self._order.column in ("age", "cpu", "memory") and self._keys):
            before = self._keys
            self._arrange()
            return self._keys != before
        return False

    def _arrange(self) -> None:
        self._disturbed = False
        shown = (station for station in self._fleet if station.id in self._matching)
        in_order = self._order.sorted(shown, self.moment)
        if self._grouping is Grouping.NONE:
            self._headings = {}
            self._keys = [station.id for station in in_order]
        else:
            self._headings = _headings(in_order, self._grouping, self.setups, self.folded)
            self._keys = []
            for key, heading in self._headings.items():
                self._keys += [key] if heading.folded else [key, *heading.ids]
        self._positions = {key: position for position, key in enumerate(self._keys)}


def _headings(
    stations: Iterable[Station], grouping: Grouping, setups: Mapping[str, str], folded: set[str]
) -> dict[str, Heading]:
    members: dict[str, list[str]] = {}
    for station in stations:
        members.setdefault(group_of(station, grouping, setups), []).append(station.id)
    headings = (Heading(name, tuple(members[name]), name in folded) for name in sorted(members, key=natural_key))
    return {heading.key: heading for heading in headings}
