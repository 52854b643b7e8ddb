"""A text that is to leave in many small websocket frames."""

from __future__ import annotations


class InFragments(str):
    """A text that goes out ``size`` bytes a frame, with ``pause_s`` (of the station's clock) between two frames."""

    __slots__ = ("pause_s", "size")

    size: int
    pause_s: float

    def __new__(cls, text: str, size: int, pause_s: float) -> InFragments:
        """``text`` with the frames it is to leave in."""
        made = super().__new__(cls, text)
        made.size, made.pause_s = size, pause_s
        return made
