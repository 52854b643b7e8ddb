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

_FADED = {Tone.LINE: Tone.LINE, Tone.TRACK: Tone.LINE}


class Brush:
    """What draws the lines of a widget in one go: what they have in common is looked up once."""

    def __init__(self, widget: Widget) -> None:
        self._app = widget.app
        self._tones = _styles_of(widget.app)
        self._base = widget.rich_style
        self._backgrounds = {"": self._base}

    def segments(self, line: Line, width: int, *, background: str = "", faded: bool = False) -> list[Segment]:
        """``line`` in ``width`` columns; ``background`` is a variable of the theme, a faded line is dim."""
        base = self._backgrounds.get(background)
        if base is None:
            base = self._base + Style(bgcolor=color_of(self._app, background).rich_color)
            self._backgrounds[background] = base
        segments: list[Segment] = []
        text, style = "", base
        for cell in fit(line, width):
            tone = self._tones[_FADED.get(cell.tone, Tone.DIM) if faded else cell.tone]
            # Blanks go with what stands before them: each change of style is some forty bytes to the terminal.
            if cell.text.isspace():
                text += cell.text
                continue
            wanted = base + tone
            if wanted != style:
                if text:
                    segments.append(Segment(text, style))
                text, style = "", wanted
            text += cell.text
        if text:
            segments.append(Segment(text, style))
        return segments


def paint(widget: Widget, line: Line, width: int, *, background: str = "") -> Strip:
    """One line of ``widget`` that is drawn alone; see ``Brush``."""
    return Strip(Brush(widget).segments(line, width, background=background), width)


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
