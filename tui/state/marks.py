"""Which charge points are marked, one by one or as a range."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator


class Marks:
    """A set of ids. A range is a stretch of rows that begins somewhere and follows the cursor until it is kept.

    ``lasting``: the range was begun on purpose (visual mode) and plain moves extend it; otherwise they end it.
    """

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}
        self._before: dict[str, None] = {}
        self.anchor = ""
        self.lasting = False

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, station_id: object) -> bool:
        return station_id in self._ids

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def toggle(self, ids: Collection[str]) -> None:
        """Mark all of them, or none if all of them are marked."""
        self.keep_range()
        if all(station_id in self._ids for station_id in ids):
            for station_id in ids:
                del self._ids[station_id]
        else:
            self._ids |= dict.fromkeys(ids)

    def begin_range(self, anchor: str, *, lasting: bool) -> None:
        """From here on ``stretch`` marks what lies between ``anchor`` and the cursor."""
        self.anchor, self.lasting = anchor, lasting
        self._before = dict(self._ids)

    def stretch(self, ids: Iterable[str]) -> None:
        """What lies in the range now, beside what was marked before it began."""
        self._ids = self._before | dict.fromkeys(ids)

    def keep_range(self) -> None:
        """The range ends; what it marked stays marked."""
        self.anchor, self.lasting, self._before = "", False, {}

    def clear(self) -> None:
        """Nothing is marked."""
        self.keep_range()
        self._ids = {}

    def forget(self, gone: Iterable[str]) -> None:
        """Charge points have left the yard."""
        for station_id in gone:
            self._ids.pop(station_id, None)
            self._before.pop(station_id, None)
