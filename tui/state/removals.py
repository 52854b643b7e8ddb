"""What was removed since the screen is open, so that it can be added again."""

from __future__ import annotations

from collections.abc import Container, Iterable

from tui.state.setups import Entry, entry_of
from tui.state.station import Station


class Removals:
    """A stack of removals, each with the start entries of what went; the data are gone for good."""

    def __init__(self) -> None:
        self._removals: list[tuple[Entry, ...]] = []

    def __len__(self) -> int:
        return len(self._removals)

    def note(self, stations: Iterable[Station]) -> None:
        """These are about to be removed."""
        entries = tuple(entry for station in stations if (entry := entry_of(station)))
        if entries:
            self._removals.append(entries)

    def take(self, present: Container[str]) -> tuple[Entry, ...]:
        """The entries of the last removal, without those that are in the yard again."""
        entries = self._removals.pop() if self._removals else ()
        return tuple(entry for entry in entries if entry["id"] not in present)
