"""A number as a bar that is drawn with the mouse."""

from __future__ import annotations

from dataclasses import dataclass

from textual.events import MouseDown, MouseMove, MouseUp
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.state.cells import Cell, Tone
from tui.widgets.painting import paint


class Slider(Widget):
    """From 0 to ``highest`` in steps. For the mouse alone: the line beside it has the number and the keys."""

    ALLOW_SELECT = False

    @dataclass
    class Moved(Message):
        """Somebody drew the bar."""

        slider: Slider
        value: float

        @property
        def control(self) -> Slider:
            """Which bar it was."""
            return self.slider

    def __init__(self, value: float, highest: float, step: float, *, id: str) -> None:
        """``value`` may be beyond ``highest``: then the bar is full."""
        super().__init__(id=id)
        self._value = value
        self._highest = highest
        self._step = step
        self._held = False

    @property
    def value(self) -> float:
        """What the bar shows."""
        return self._value

    @value.setter
    def value(self, value: float) -> None:
        if value != self._value:
            self._value = value
            self.refresh()

    def stepped(self, steps: int) -> float:
        """The number so many steps further, within the bar."""
        return self._within(round(self._value / self._step + steps) * self._step)

    def on_mouse_down(self, event: MouseDown) -> None:
        """Take hold of it, wherever it is."""
        self._held = True
        self.capture_mouse()
        self._draw_to(event.x)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Draw it along."""
        if self._held:
            self._draw_to(event.x)

    def on_mouse_up(self, event: MouseUp) -> None:
        """Let it go."""
        self._held = False
        self.release_mouse()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The bar, up to the handle and beyond it."""
        if y:
            return paint(self, (), self.size.width)
        last = max(1, self.size.width - 1)
        at = round(last * self._within(self._value) / self._highest)
        line = (
            Cell("━" * at, Tone.BUSY),
            Cell("█" if self._held else "●", Tone.KEY),
            Cell("─" * (last - at), Tone.TRACK),
        )
        return paint(self, line, self.size.width)

    def _draw_to(self, x: int) -> None:
        share = max(0, min(x, self.size.width - 1)) / max(1, self.size.width - 1)
        value = self._within(round(share * self._highest / self._step) * self._step)
        self.value = value
        self.refresh()
        self.post_message(self.Moved(self, value))

    def _within(self, value: float) -> float:
        return max(0.0, min(value, self._highest))
