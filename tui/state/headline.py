"""The two lines at the top of the screen, and the banner below them when something is lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from chargepoint.api.payloads import ConnectorState
from tui.state import units
from tui.state.cells import Cell, Line, Tone, clean, fit, joined, spread, width_of
from tui.state.fleet import LauncherState
from tui.state.graphs import graph
from tui.state.looks import CONNECTORS, STANDINGS
from tui.state.situation import LinkState, LinkStatus, Situation
from tui.state.station import Totals

_LINK_LOOKS: Final = {
    LinkState.CONNECTED: ("●", Tone.GOOD),
    LinkState.CONNECTING: ("◐", Tone.HOLD),
    LinkState.LOST: ("✕", Tone.BAD),
    LinkState.DISCONNECTED: ("○", Tone.WARN),
}
_LAUNCHER_LOOKS: Final = {
    LauncherState.ALIVE: ("●", Tone.GOOD),
    LauncherState.DEAD: ("✕", Tone.BAD),
    LauncherState.UNKNOWN: ("○", Tone.DIM),
}
_CURVE_WIDTH: Final = 24


def connection_line(situation: Situation, rate: float, width: int) -> Line:
    """Broker, launcher, and messages a second."""
    link = situation.link
    glyph, tone = _LINK_LOOKS[link.state]
    launcher = situation.launcher_now
    launcher_glyph, launcher_tone = _LAUNCHER_LOOKS[launcher]
    name: Line = (Cell(" cp-simu", Tone.KEY),)
    address = link.address if link.up else f"{link.address} {link.state.value}"
    broker: Line = (Cell(f"{glyph} ", tone), Cell("broker ", Tone.DIM), Cell(address))
    launcher_line: Line = (
        Cell(f"{launcher_glyph} ", launcher_tone),
        Cell("launcher ", Tone.DIM),
        Cell(launcher.value, launcher_tone),
    )
    start = joined((name, broker, launcher_line), "   ")
    if width_of(start) > width:
        start = joined((broker, launcher_line))
    return spread(start, (Cell(f"{rate:.0f}"), Cell(" msg/s ", Tone.DIM)), width)


def counts_line(totals: Totals, stations: int, yard_w: Sequence[float], width: int) -> Line:
    """How many charge points, in which states, how many of their connectors charge or are faulted, and the power.

    Where room is short, words go and the glyphs stay, those of trouble last.
    """
    number, unit = units.power(totals.power_w).split()
    power: Line = (Cell(number, Tone.STRONG), Cell(f" {unit} ", Tone.DIM))
    curve: Line = (Cell(graph(yard_w, _CURVE_WIDTH, 1, 0.0)[0], Tone.BUSY), Cell("  "))
    counts = _counts(totals, stations)
    room = width - width_of(power) - 1
    if width_of(_line_of(counts, 0)) + width_of(curve) <= room:
        return spread(_line_of(counts, 0), (*curve, *power), width)
    worded_from = 0
    while worded_from < _WORDLESS and width_of(_line_of(counts, worded_from)) > room:
        worded_from += 1
    return spread(fit(_line_of(counts, worded_from), room), power, width)


_Count = tuple[str, Tone, int, str, int]
"""Glyph, tone, number, word, and how long the word stays."""


def _counts(totals: Totals, stations: int) -> list[_Count]:
    noun = "charge point" if stations == 1 else "charge points"
    counts: list[_Count] = [("", Tone.PLAIN, stations, noun, 1)]
    for standing, look in STANDINGS.items():
        if count := totals.standings[standing]:
            counts.append((look.glyph, look.tone, count, look.word, _WORDS_STAY.get(look.tone, _WORDLESS)))
    for state in (ConnectorState.CHARGING, ConnectorState.FAULTED):
        if count := totals.connectors[state]:
            look = CONNECTORS[state]
            counts.append((look.glyph, look.tone, count, look.word.lower(), _WORDS_STAY.get(look.tone, _WORDLESS)))
    return counts


_WORDS_STAY: Final = {Tone.GOOD: 2, Tone.BUSY: 3, Tone.HOLD: 4, Tone.DIM: 4, Tone.WARN: 5}
_WORDLESS: Final = 6


def _line_of(counts: list[_Count], worded_from: int) -> Line:
    parts: list[Line] = []
    for glyph, tone, count, word, stays in counts:
        number = Cell(f"{' ' if glyph else ''}{count}", Tone.PLAIN if glyph else Tone.STRONG)
        words = (Cell(f" {word}", Tone.DIM),) if stays > worded_from else ()
        parts.append((Cell(glyph, tone), number, *words))
    return (Cell(" "), *joined(parts))


def banner(situation: Situation) -> tuple[str, str] | None:
    """What is lost, and what that means; None when all is well."""
    link: LinkStatus = situation.link
    stale = f" What you see is as of {link.since}." if link.since and situation.stations else ""
    match link.state:
        case LinkState.LOST:
            return (
                f"NO BROKER at {link.address}: {_plain(link.reason)}",
                f"Trying again by itself.{stale}",
            )
        case LinkState.DISCONNECTED:
            return "DISCONNECTED from the broker", f"Press b to connect.{stale}"
        case LinkState.CONNECTING:
            return None
        case LinkState.CONNECTED:
            pass
    match situation.launcher:
        case LauncherState.ALIVE:
            return None
        case LauncherState.DEAD:
            return (
                "LAUNCHER DEAD",
                "Charge points go on; none can be added, killed, restarted or removed until it is back.",
            )
        case LauncherState.UNKNOWN:
            if not situation.settled:
                return None
            return (
                "NO LAUNCHER on this broker",
                "Start a yard with 'cp-simu up'. Nothing can be added, killed, restarted or removed without it.",
            )


def _plain(reason: str) -> str:
    """A reason without the number that an operating system puts before it."""
    return re.sub(r"^\[[^]]*\] ?", "", clean(reason)) or "the connection was lost"
