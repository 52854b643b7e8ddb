"""A pane that draws lines and scrolls over them; keys reach it through the screen's actions."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

from rich.segment import Segment
from textual.events import Click, MouseDown, MouseMove, MouseScrollDown, MouseScrollUp, MouseUp
from textual.geometry import Region
from textual.scrollbar import ScrollBarRender
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.painting import Brush

_WHEEL_ROWS: Final = 3


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What the lines that are drawn in one go have in common."""

    top: int
    width: int
    bar: list[Segment]
    brush: Brush


class LineScroll(Widget, can_focus=True, inherit_bindings=False):
    """Draws the lines in sight, and a scroll bar in the last column while there are more.

    Not a ``ScrollView``: for that one a step of one line is a new layout of the whole screen. Nor is there an
    animation: a terminal over SSH should get the last position only.
    """

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._count = 0
        self._wanted_top = 0
        self._grabbed: tuple[int, int] | None = None
        self._pressed_bar = False
        self._drawing: _Drawing | None = None
        self._bar: tuple[tuple[object, ...], list[Segment]] = ((), [])

    # ---- for those that draw something ----

    def line(self, row: int, width: int, brush: Brush) -> list[Segment]:
        """Line ``row`` in ``width`` columns; a row below the last one is blank, or whatever is to be said there."""
        raise NotImplementedError

    def clicked(self, row: int, x: int, event: Click) -> None:
        """A row was clicked, maybe one below the last, ``x`` columns from its beginning."""

    @property
    def count(self) -> int:
        """How many lines there are."""
        return self._count

    @count.setter
    def count(self, count: int) -> None:
        if count != self._count:
            self._count = count
            self.refresh()

    @property
    def line_width(self) -> int:
        """How many columns a line has."""
        return self.size.width - self._has_bar

    # ---- what is in sight ----

    @property
    def top(self) -> int:
        """The first line in sight."""
        return max(0, min(self._wanted_top, self._count - self.size.height))

    @property
    def page(self) -> int:
        """How many rows further a page is."""
        return max(1, self.size.height - 1)

    @property
    def at_end(self) -> bool:
        """Whether the last line is in sight."""
        return self.top >= self._count - self.size.height

    def show_from(self, top: int) -> None:
        """Have line ``top`` first, as far as there are lines enough below it."""
        before = self.top
        self._wanted_top = max(0, min(top, self._count - self.size.height))
        if self._wanted_top != before:
            self.refresh()

    def scroll_rows(self, rows: int) -> None:
        """Look so many rows further down; up when negative."""
        self.show_from(self.top + rows)

    def reveal(self, first: int, end: int) -> None:
        """Scroll as little as needed to have lines ``first`` to before ``end`` in sight, ``first`` above all."""
        top = max(self.top, end - self.size.height)
        self.show_from(min(top, first))

    def refresh_line(self, row: int) -> None:
        """Draw one line anew, if it is in sight."""
        if 0 <= (y := row - self.top) < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the pane; what they have in common is looked up once."""
        self._drawing = _Drawing(self.top, self.size.width, self._bar_now(), Brush(self))
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line, and its piece of the scroll bar."""
        drawing = self._drawing
        assert drawing is not None, "Textual draws lines by render_lines alone"
        bar = drawing.bar[y : y + 1]
        segments = self.line(drawing.top + y, drawing.width - len(bar), drawing.brush)
        return Strip([*segments, *bar], drawing.width)

    # ---- the mouse ----

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Scroll a few rows, at once."""
        self.scroll_rows(_WHEEL_ROWS)
        event.stop()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Scroll a few rows, at once."""
        self.scroll_rows(-_WHEEL_ROWS)
        event.stop()

    def on_mouse_down(self, event: MouseDown) -> None:
        """Take hold of the scroll bar, or look a page further beside it."""
        place = event.get_content_offset(self)
        self._pressed_bar = place is not None and self._has_bar and place.x >= self.line_width
        if place is None or not self._pressed_bar:
            return
        start, length = self._thumb
        if place.y < int(start):
            self.scroll_rows(-self.page)
        elif place.y >= ceil(start + length):
            self.scroll_rows(self.page)
        else:
            self._grabbed = event.screen_y, self.top
            self.capture_mouse()
            self.refresh()

    def on_mouse_move(self, event: MouseMove) -> None:
        """The scroll bar is drawn along."""
        if self._grabbed is not None:
            y, top = self._grabbed
            free = self.size.height - self._thumb[1]
            if free > 0:
                self.show_from(top + round((event.screen_y - y) * (self._count - self.size.height) / free))

    def on_mouse_up(self, event: MouseUp) -> None:
        """The scroll bar is let go."""
        if self._grabbed is not None:
            self._grabbed = None
            self.release_mouse()
            self.refresh()

    def on_click(self, event: Click) -> None:
        """A row, unless the scroll bar was meant."""
        place = event.get_content_offset(self)
        if place is not None and not self._pressed_bar:
            self.clicked(self.top + place.y, place.x, event)

    # ---- the scroll bar ----

    @property
    def _has_bar(self) -> bool:
        return self._count > self.size.height

    @property
    def _thumb(self) -> tuple[float, float]:
        """Where the handle of the bar begins, and how long it is; in lines."""
        height = self.size.height
        length = max(1.0, height * height / max(1, self._count))
        return (height - length) * self.top / max(1, self._count - height), length

    def _bar_now(self) -> list[Segment]:
        """A piece for each line; none at all while everything is in sight."""
        if not self._has_bar:
            return []
        styles = self.styles
        held = self._grabbed is not None
        behind = styles.scrollbar_background_active if held else styles.scrollbar_background
        handle = styles.scrollbar_color_active if held else styles.scrollbar_color
        key = (self._count, self.size.height, self.top, behind, handle)
        if key != self._bar[0]:
            back = self.background_colors[0] + behind
            bar = ScrollBarRender.render_bar(
                size=self.size.height,
                virtual_size=self._count,
                window_size=self.size.height,
                position=self.top,
                back_color=back.rich_color,
                bar_color=(back + handle).rich_color,
            )
            self._bar = key, list(bar.segments)
        return self._bar[1]
