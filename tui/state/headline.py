"""The two lines at the top of the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chargepoint.api.payloads import ConnectorState
from tui.state import units
from tui.state.cells import Cell, Line, Tone, clip_middle, fit, joined, spread, width_of
from tui.state.deviations import DEVIATES
from tui.state.fleet import LauncherState
from tui.state.graphs import graph
from tui.state.looks import CONNECTORS, STANDINGS, Look
from tui.state.situation import LinkState, Situation
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


def connection_line(situation: Situation, rate: float, width: int, alarms: int = 0) -> Line:
    """Broker, launcher; whether this screen only looks, alarms, and messages a second."""
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
    messages: Line = (Cell(f"{rate:.0f}"), Cell(" msg/s ", Tone.DIM))
    alarm: Line = (Cell(f"! {units.plural(alarms, 'alarm')}", Tone.BAD),) if alarms else ()
    looking: Line = (Cell("read-only", Tone.WARN),) if situation.read_only else ()
    recorded = situation.recorded
    who = next(iter(recorded)) if len(recorded) == 1 else units.plural(len(recorded), "charge point")
    recording: Line = (Cell(f"● records {clip_middle(who, 16)}", Tone.BAD),) if recorded else ()
    for end in (
        joined((recording, looking, alarm, messages), "   "),
        joined((recording, looking, alarm)),
        recording or looking,
    ):
        if end and width_of(start) + width_of(end) < width:
            return spread(start, end, width)
    return fit(start, width)


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


@dataclass(frozen=True, slots=True)
class _Count:
    """How many there are of something; of ``stays``, the higher the longer its word stays."""

    glyph: str
    tone: Tone
    count: int
    word: str
    stays: int


_STAYS: Final = {Tone.GOOD: 2, Tone.BUSY: 3, Tone.HOLD: 4, Tone.DIM: 4, Tone.WARN: 5}
_WORDLESS: Final = 6


def _counts(totals: Totals, stations: int) -> list[_Count]:
    noun = "charge point" if stations == 1 else "charge points"
    counts = [_Count("", Tone.PLAIN, stations, noun, 1)]
    for standing, look in STANDINGS.items():
        counts.append(_count(look, totals.standings[standing], look.word))
    for state in (ConnectorState.CHARGING, ConnectorState.FAULTED):
        look = CONNECTORS[state]
        counts.append(_count(look, totals.connectors[state], look.word.lower()))
    counts.append(_Count(DEVIATES.text, DEVIATES.tone, totals.deviating, "deviating", _STAYS[DEVIATES.tone]))
    return [counts[0], *(count for count in counts[1:] if count.count)]


def _count(look: Look, count: int, word: str) -> _Count:
    return _Count(look.glyph, look.tone, count, word, _STAYS.get(look.tone, _WORDLESS))


def _line_of(counts: list[_Count], worded_from: int) -> Line:
    parts: list[Line] = []
    for count in counts:
        number = Cell(f"{' ' if count.glyph else ''}{count.count}", Tone.PLAIN if count.glyph else Tone.STRONG)
        words = (Cell(f" {count.word}", Tone.DIM),) if count.stays > worded_from else ()
        parts.append((Cell(count.glyph, count.tone), number, *words))
    return (Cell(" "), *joined(parts))
