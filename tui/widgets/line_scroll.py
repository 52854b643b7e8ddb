"""A pane that draws lines and scrolls over them; keys reach it through the screen's actions."""

from __future__ import annotations

from textual.scroll_view import ScrollView


class LineScroll(ScrollView, can_focus=True, inherit_bindings=False):
    """Scrolls without animation: a terminal over SSH should get the last position only."""

    def reveal(self, top: int, bottom: int) -> None:
        """Scroll as little as needed to have lines ``top`` to before ``bottom`` in sight, ``top`` above all."""
        height = self.scrollable_content_region.height
        offset = self.scroll_offset.y
        wanted = max(offset, bottom - height) if bottom > offset + height else offset
        wanted = min(wanted, top)
        if wanted != offset:
            self.scroll_to(y=wanted, animate=False)
