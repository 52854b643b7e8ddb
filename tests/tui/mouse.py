"""A hand on the mouse, as a terminal tells of it."""

from __future__ import annotations

from textual.events import MouseDown, MouseEvent, MouseMove, MouseUp
from textual.widget import Widget

from tests.tui.looking import Looking


def mouse(kind: type[MouseEvent], x: int, y: int) -> MouseEvent:
    """The left button at a place of the screen."""
    return kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y)


async def drag(seen: Looking, pane: Widget, start: tuple[int, int], rows: int = 0, across: int = 0) -> None:
    """From a place in ``pane`` so many rows down and columns across, and let go."""
    x, y = pane.region.x + start[0], pane.region.y + start[1]
    for kind, by in ((MouseDown, 0), (MouseMove, 1), (MouseUp, 1)):
        seen.app.post_message(mouse(kind, x + by * across, y + by * rows))
        await seen.pilot.pause()
