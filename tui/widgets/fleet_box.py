"""The frame around the list, whose titles change with every step."""

from __future__ import annotations

from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget


class FleetBox(Vertical):
    """A box with a title above and a place below, which change without all that is in it being drawn anew."""

    def __init__(self) -> None:
        super().__init__(id="fleet")
        self._titles = ("", "")
        self._keep_inside = False

    def show_titles(self, title: str, place: str) -> None:
        """Draw these, where they differ."""
        if (title, place) == self._titles:
            return
        self._titles = (title, place)
        # Textual draws a widget with all that is in it when a title is set.
        self._keep_inside = True
        self.border_title, self.border_subtitle = Content(title), Content(place)
        self._keep_inside = False
        width, height = self.outer_size
        self.refresh(Region(-1, -1, width, 1), Region(-1, height - 2, width, 1))

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> FleetBox:
        """Draw these parts anew, or everything."""
        if not self._keep_inside:
            Widget.refresh(self, *regions, repaint=repaint, layout=layout, recompose=recompose)
        return self
