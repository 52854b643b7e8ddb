"""The screen without colour (https://no-color.org): what colour told is told by bold, dim and reverse."""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


class Colourless(LineFilter):
    """Takes every colour away. A ground that is not the darkest is shown reversed, a faint text dim."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments without colours."""
        return [Segment(text, _plain(style) if style else None, control) for text, style, control in segments]


@lru_cache(maxsize=1024)
def _plain(style: Style) -> Style:
    ground = _brightness(style.bgcolor)
    front = _brightness(style.color)
    return Style(
        bold=style.bold,
        italic=style.italic,
        underline=style.underline,
        dim=style.dim or (front is not None and 0 < front < _DIM_BELOW) or None,
        reverse=bool(style.reverse) ^ (ground is not None and ground > 0) or None,
        meta=style.meta or None,
    )


_DIM_BELOW = 0xC0


def _brightness(color: RichColor | None) -> int | None:
    if color is None or color.is_default:
        return None
    return max(color.get_truecolor())
