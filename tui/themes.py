"""Four calm themes: dark, light, high contrast, no colour; and the colour of each tone in them."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

from tui.state.cells import Tone

DARK: Final = Theme(
    name="yard-dark",
    dark=True,
    primary="#6cb6ff",
    secondary="#57c7b8",
    accent="#6cb6ff",
    success="#7bc67e",
    warning="#e0b063",
    error="#f0716b",
    foreground="#ccd3dc",
    background="#0f1318",
    surface="#151a21",
    panel="#1c232c",
    variables={
        "dim": "#7c8797",
        "line": "#343e4b",
        "track": "#4a5665",
        "busy": "#57c7b8",
        "hold": "#b3a0f5",
        "selection": "#22405e",
        "selection-blurred": "#202934",
        "marked": "#1a2a3a",
        "alarm": "#8c2f2f",
        "alarm-text": "#fff4f2",
        "border": "#6cb6ff",
        "border-blurred": "#343e4b",
        "scrollbar": "#343e4b",
        "scrollbar-hover": "#4a5665",
        "scrollbar-active": "#6cb6ff",
        "scrollbar-background": "#151a21",
        "scrollbar-background-hover": "#151a21",
        "scrollbar-background-active": "#151a21",
        "input-selection-background": "#6cb6ff 35%",
    },
)

LIGHT: Final = Theme(
    name="yard-light",
    dark=False,
    primary="#0a5fb4",
    secondary="#0f766e",
    accent="#0a5fb4",
    success="#1a7f37",
    warning="#8f5f00",
    error="#c4242b",
    foreground="#24292f",
    background="#fcfcfa",
    surface="#f5f5f2",
    panel="#e9e9e4",
    variables={
        "dim": "#69717b",
        "line": "#c3c5c0",
        "track": "#a4a8a6",
        "busy": "#0f766e",
        "hold": "#6742b8",
        "selection": "#cfe3f7",
        "selection-blurred": "#e4e7e8",
        "marked": "#e8f0f8",
        "alarm": "#c4242b",
        "alarm-text": "#ffffff",
        "border": "#0a5fb4",
        "border-blurred": "#c3c5c0",
        "scrollbar": "#c3c5c0",
        "scrollbar-hover": "#a4a8a6",
        "scrollbar-active": "#0a5fb4",
        "scrollbar-background": "#f5f5f2",
        "scrollbar-background-hover": "#f5f5f2",
        "scrollbar-background-active": "#f5f5f2",
        "input-selection-background": "#0a5fb4 25%",
    },
)

_PLAIN_GROUNDS: Final = {
    "dim": "#aaaaaa",
    "line": "#aaaaaa",
    "track": "#aaaaaa",
    "selection": "#010101",
    "selection-blurred": "#020202",
    "marked": "#000000",
    "alarm": "#010101",
    "scrollbar-background": "#000000",
    "scrollbar-background-hover": "#000000",
    "scrollbar-background-active": "#000000",
    "input-selection-background": "#010101",
}
"""Grounds that are told apart from black by ``tui.colourless`` alone."""

CONTRAST: Final = Theme(
    name="yard-contrast",
    dark=True,
    primary="#5fd7ff",
    secondary="#5fffd7",
    accent="#5fd7ff",
    success="#5fff87",
    warning="#ffd75f",
    error="#ff8787",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    variables={
        **DARK.variables,
        "dim": "#c8c8c8",
        "line": "#9e9e9e",
        "track": "#9e9e9e",
        "busy": "#5fffd7",
        "hold": "#d7afff",
        "selection": "#005faf",
        "selection-blurred": "#3a3a3a",
        "marked": "#303030",
        "alarm": "#af0000",
        "alarm-text": "#ffffff",
        "border": "#ffffff",
        "border-blurred": "#9e9e9e",
        "scrollbar": "#9e9e9e",
        "scrollbar-background": "#000000",
    },
)

PLAIN: Final = Theme(
    name="yard-plain",
    dark=True,
    primary="#ffffff",
    secondary="#ffffff",
    accent="#ffffff",
    success="#ffffff",
    warning="#ffffff",
    error="#ffffff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    variables={**DARK.variables, **dict.fromkeys(DARK.variables, "#ffffff"), **_PLAIN_GROUNDS},
)
"""Without any colour: what is drawn goes through ``tui.colourless``, which leaves bold, dim and reverse only."""

THEMES: Final = (DARK, LIGHT, CONTRAST, PLAIN)


def following_theme(name: str) -> str:
    """The theme after the one of that name, round and round."""
    names = [theme.name for theme in THEMES]
    return names[(names.index(name) + 1) % len(names)] if name in names else DARK.name


TONES: Final[dict[Tone, tuple[str, bool]]] = {
    Tone.PLAIN: ("foreground", False),
    Tone.DIM: ("dim", False),
    Tone.STRONG: ("foreground", True),
    Tone.GOOD: ("success", False),
    Tone.BUSY: ("busy", False),
    Tone.HOLD: ("hold", False),
    Tone.WARN: ("warning", False),
    Tone.BAD: ("error", False),
    Tone.KEY: ("primary", True),
    Tone.LINE: ("line", False),
    Tone.CHOSEN: ("primary", False),
    Tone.TRACK: ("track", False),
}
"""Of each tone: the theme's variable, and whether it is bold."""
