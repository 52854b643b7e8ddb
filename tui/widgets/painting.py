"""From cells to what Textual draws: one strip a line, coloured by the theme."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.strip import Strip
from textual.widget import Widget

from tui.state.cells import Line, Tone, fit
from tui.themes import DARK, TONES


def paint(widget: Widget, line: Line, width: int, *, background: str = "", faded: bool = False) -> Strip:
    """``line`` as a strip of ``width`` columns; ``background`` is a variable of the theme, a faded line is dim."""
    styles = _styles_of(widget.app)
    base = widget.rich_style
    if background:
        base += Style(bgcolor=color_of(widget.app, background).rich_color)
    segments = [
        Segment(cell.text, base + styles[_FADED.get(cell.tone, Tone.DIM) if faded else cell.tone])
        for cell in fit(line, width)
        if cell.text
    ]
    return Strip(segments, width)


_FADED = {Tone.LINE: Tone.LINE, Tone.TRACK: Tone.LINE}


def color_of(app: App[None], variable: str) -> Color:
    """A colour of the present theme."""
    value = app.theme_variables.get(variable) or DARK.variables.get(variable, DARK.foreground or "")
    return Color.parse(value)


_cache: dict[str, dict[Tone, Style]] = {}


def _styles_of(app: App[None]) -> dict[Tone, Style]:
    styles = _cache.get(app.theme)
    if styles is None:
        styles = {
            tone: Style(color=color_of(app, variable).rich_color, bold=bold)
            for tone, (variable, bold) in TONES.items()
        }
        _cache[app.theme] = styles
    return styles
