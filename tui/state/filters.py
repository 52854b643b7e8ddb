"""Which charge points the list shows."""

from __future__ import annotations

from dataclasses import dataclass

from tui.state.cells import clean
from tui.state.station import Station


@dataclass(frozen=True, slots=True)
class TextFilter:
    """Shows a charge point that has every word of ``text``: in its id, its status, its connectors' statuses,
    its vendor, model, serial or id tags. Case is no matter; an empty text shows all."""

    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.text.split())

    @property
    def words(self) -> list[str]:
        """The words, as somebody reads them."""
        return [f"/{word}" for word in clean(self.text).split()]

    def shows(self, station: Station) -> bool:
        """Whether ``station`` has every word."""
        words = self.text.casefold().split()
        if not words:
            return True
        haystack = _words_of(station).casefold()
        return all(word in haystack for word in words)


def _words_of(station: Station) -> str:
    told = [station.id, station.standing.value]
    if status := station.status:
        told += [status.vendor, status.model, status.serial]
    for connector in station.connectors.values():
        if connector.status:
            told += [connector.status.status.value, connector.status.id_tag]
    return " ".join(told)
