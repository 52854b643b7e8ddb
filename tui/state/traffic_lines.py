"""The lines of the OCPP traffic: a row an exchange, and the inspector of one."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Final

from chargepoint.api.dialogue import Kind, Spoken
from chargepoint.api.traffic import Direction
from tui.state.cells import Cell, Line, Tone, clean, clip, fit, left, right, spread, width_of
from tui.state.json_lines import compact, json_lines
from tui.state.traffic import Exchange, Outcome

Judge = Callable[[Spoken], str]
"""What a frame violates of its schema, in words; "" for one that is right, or that no schema is known for."""

_CLOCK: Final = 12
_ACTION: Final = 26
_OUTCOME: Final = 11
_ARROWS: Final = {Direction.OUT: ("→", Tone.BUSY), Direction.IN: ("←", Tone.HOLD)}


def clock(at: str) -> str:
    """The time of day of a moment, to the millisecond."""
    return at.partition("T")[2].removesuffix("Z") or at


def exchange_line(exchange: Exchange, width: int) -> Line:
    """The row of ``exchange``: when, who began, what, how it ended, and what was said."""
    arrow, tone = _ARROWS[exchange.direction]
    first = exchange.first
    wide = width >= 70
    time = clock(first.frame.at)[: _CLOCK if wide else 8]
    name_width = _ACTION if wide else max(12, min(_ACTION, width - 8 - 4 - _OUTCOME))
    name = exchange.action or str(first.kind)
    outcome, outcome_tone = outcome_words(exchange)
    cells = (
        Cell(f" {time} ", Tone.DIM),
        Cell(f"{arrow} ", tone),
        Cell(left(clean(name), name_width), Tone.BAD if exchange.outcome is Outcome.STRAY else Tone.STRONG),
        Cell(" " + right(clip(outcome, _OUTCOME), _OUTCOME), outcome_tone),
        Cell("  "),
    )
    room = width - sum(len(cell.text) for cell in cells)
    said: Line = (Cell(clean(exchange.problem), Tone.WARN),) if exchange.problem else compact(first.body)
    return (*cells, *fit(said, room)) if room > 8 else fit(cells, width)


def outcome_words(exchange: Exchange) -> tuple[str, Tone]:
    """How it ended, with a sign: colour is never needed."""
    answer = exchange.answer
    took = f"{1000 * answer.latency_s:.0f} ms" if answer is not None and answer.latency_s is not None else ""
    match exchange.outcome:
        case Outcome.WAITING:
            return ("! refused" if exchange.problem else "… waits"), Tone.WARN if exchange.problem else Tone.DIM
        case Outcome.STRAY:
            return "! stray", Tone.BAD
        case Outcome.REFUSED:
            return f"✕ {took}", Tone.BAD
        case Outcome.ANSWERED:
            return (f"! {took}", Tone.WARN) if exchange.problem else (f"✓ {took}", Tone.GOOD)


def inspector(exchange: Exchange, judge: Judge, width: int, *, brief: bool = False) -> list[Line]:
    """Everything about ``exchange``: its frames with the schema's verdict, their payloads indented.

    A ``brief`` one leaves out the message ids, where lines are few.
    """
    lines: list[Line] = []
    for spoken in exchange.spoken:
        if lines:
            lines.append(())
        lines += _frame(spoken, judge, width, brief=brief)
    if exchange.outcome is Outcome.WAITING and not exchange.problem:
        lines += [(), (Cell("no answer yet", Tone.DIM),)]
    return lines


def _frame(spoken: Spoken, judge: Judge, width: int, *, brief: bool) -> list[Line]:
    arrow, tone = _ARROWS[spoken.frame.direction]
    took = f" after {1000 * spoken.latency_s:.0f} ms" if spoken.latency_s is not None else ""
    name = f" {clean(spoken.action)}" if spoken.action else ""
    what: Line = (Cell(f"{arrow} ", tone), Cell(f"{spoken.kind}{name}", Tone.STRONG))
    when: Line = (Cell(f"{clock(spoken.frame.at)}{took}", Tone.DIM),)
    beside = width_of(what) + width_of(when) < width
    lines: list[Line] = [spread(what, when, width)] if beside else [what, when]
    if spoken.id and not brief:
        lines.append((Cell("id ", Tone.DIM), Cell(clip(clean(spoken.id), width - 3))))
    lines += _verdict(spoken, judge, width)
    if spoken.kind is Kind.ERROR:
        words = f"{spoken.code}: {spoken.description}" if spoken.description else spoken.code
        lines += [(Cell(part, Tone.BAD),) for part in _pieces(clean(words), width)]
    if spoken.kind is Kind.NONE:
        return lines + [(Cell(part),) for part in _pieces(clean(spoken.frame.text), width)]
    return lines + json_lines(spoken.body, width)


def _verdict(spoken: Spoken, judge: Judge, width: int) -> list[Line]:
    problems = [problem for problem in (judge(spoken), spoken.frame.remarks) if problem]
    if not problems:
        return [(Cell("✓ as the schema wants it", Tone.GOOD),)] if spoken.kind in (Kind.CALL, Kind.RESULT) else []
    judged, *told = (clean(problem) for problem in problems)
    # The charge point mostly says the same, without the code.
    said = [judged, *(one for one in told if one not in judged)]
    return [(Cell(part, Tone.WARN),) for problem in said for part in _pieces(f"! {problem}", width)]


def _pieces(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(10, width)) or [""]
