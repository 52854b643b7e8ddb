"""The OCPP frames of a station, for whoever watches: kept as they are, told while somebody looks."""

from __future__ import annotations

import re

from chargepoint.api.topics import Topics
from chargepoint.api.traffic import Direction, TracedFrame
from chargepoint.bus import Message
from chargepoint.clock import iso

FRAMES_KEPT = 50
CHARACTERS_KEPT = 200_000
"""Of all kept frames together: a central system may send a megabyte in one."""

_NO_CHARACTER = re.compile("[\ud800-\udfff]")

_Noted = tuple[float, Direction, str, str | None, str | None, float]


class Traffic:
    """The last frames of one station; over all its lives, since who watches wants to see it boot.

    Unwatched, a frame costs a place in a ring: nothing is parsed, formatted or published.
    """

    def __init__(self, topics: Topics, station_id: str) -> None:
        self._topic = topics.station(station_id, "frames")
        self._kept: list[_Noted] = []
        self._characters = 0
        self._watched_until = 0.0
        self._to_tell: list[_Noted] = []
        self._connected_at = 0.0
        self.kept = True
        """Whether there is anybody who could watch one day; otherwise frames are not kept."""

    def watch(self, for_s: float, now: float) -> None:
        """Tell every frame until ``for_s`` from ``now``; who begins to watch is told the last ones first."""
        if now >= self._watched_until:
            self._to_tell = list(self._kept)
        self._watched_until = now + for_s

    def connected(self, now: float) -> None:
        """What comes goes over a new connection."""
        self._connected_at = now

    def note(
        self,
        direction: Direction,
        text: str,
        now: float,
        problem: str | None = None,
        deviation: str | None = None,
    ) -> None:
        """A frame went over the wire; ``problem`` is what is wrong with it, ``deviation`` what was done to it."""
        if not self.kept:
            return
        noted = (now, direction, text, problem, deviation, self._connected_at)
        self._kept.append(noted)
        self._characters += len(text)
        while len(self._kept) > FRAMES_KEPT or self._characters > CHARACTERS_KEPT:
            self._characters -= len(self._kept.pop(0)[2])
        if now < self._watched_until:
            self._to_tell.append(noted)

    def messages(self) -> list[Message]:
        """What to publish since the last time; an image of the moment, so at quality of service 0."""
        if not self._to_tell:
            return []
        told, self._to_tell = self._to_tell, []
        return [Message(self._topic, _traced(each).to_json(), qos=0) for each in told]


def _traced(noted: _Noted) -> TracedFrame:
    at, way, text, problem, deviation, connected_at = noted
    return TracedFrame(
        iso(at), way, _printable(text), problem, deviation, iso(connected_at) if connected_at else None
    )


def _printable(text: str) -> str:
    """``text`` with bytes that were not UTF-8 spelt out, for nobody could print them."""
    return text if text.isascii() else _NO_CHARACTER.sub(lambda found: f"\\x{ord(found[0]) & 0xFF:02x}", text)
