"""In which order the list stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from tui.state.columns import BY_NAME
from tui.state.moment import Moment
from tui.state.station import Station


@dataclass(frozen=True, slots=True)
class Order:
    """The column that the list is sorted by, "id" or another; equal ones, and those without a value, by id."""

    column: str = "id"
    descending: bool = False

    @property
    def moves(self) -> bool:
        """Whether places change while charge points work."""
        return self.column != "id"

    def by(self, column: str) -> Order:
        """Sorted by ``column``; by the same one again turns it round. Numbers begin with the highest."""
        if column == self.column:
            return replace(self, descending=not self.descending)
        numeric = column in BY_NAME and BY_NAME[column].numeric
        return Order(column, descending=numeric)

    def sorted(self, stations: Iterable[Station], moment: Moment) -> list[Station]:
        """``stations``, which come in the order of their ids, in this order."""
        column = BY_NAME.get(self.column)
        if column is None:
            listed = list(stations)
            return listed[::-1] if self.descending else listed
        told: list[tuple[float | str, Station]] = []
        silent: list[Station] = []
        for station in stations:
            key = column.key(station, moment)
            if key is None:
                silent.append(station)
            else:
                told.append((key, station))
        # Each column has keys of one type; a stable sort keeps equal ones in the order of their ids.
        told.sort(key=lambda pair: pair[0], reverse=self.descending)
        return [*(station for _, station in told), *silent]


BY_ID: Final = Order()
