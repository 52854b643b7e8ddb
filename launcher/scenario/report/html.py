"""A run as one HTML page with nothing to load: a time line of steps and frames for each scenario."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path

from chargepoint.api.dialogue import Kind, Spoken, posix
from chargepoint.api.traffic import Direction
from chargepoint.clock import iso
from launcher.scenario.report.text import took
from launcher.scenario.verdicts import Outcome, Run, StepOutcome, Verdict

_STYLE = Path(__file__).with_name("page.css")
LONGEST_FRAME = 20_000
_UNPRINTABLE = {number: f"\\x{number:02x}" for number in (*range(9), 11, 12, *range(14, 32), *range(127, 160))}
_WIDTH, _LANE, _LEFT = 1000.0, 26.0, 150.0


def render(run: Run) -> str:
    """The page."""
    counts = ", ".join(f"{run.count(verdict)} {verdict}" for verdict in Verdict if run.count(verdict))
    head = f"{escape(run.central_system)}, {iso(run.began_at)}, {run.took_s:.1f} s, seed {run.seed}"
    again = f"<br><code>{escape(run.command_line)}</code>" if run.command_line else ""
    body = "\n".join(_scenario(outcome) for outcome in run.outcomes)
    page = (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>cp-simu run: {counts}</title><style>{_STYLE.read_text(encoding='utf-8')}</style>\n"
        f"<h1>{counts}</h1><p class=meta>{head}{again}</p>\n{body}\n</html>\n"
    )
    # Frames may have bytes in them that are no UTF-8, and characters that no page may have.
    return page.translate(_UNPRINTABLE).encode(errors="backslashreplace").decode()


def _scenario(outcome: Outcome) -> str:
    name, proves = escape(outcome.scenario.name), escape(outcome.scenario.proves)
    kind = str(outcome.verdict).replace(" ", "_")
    opened = " open" if outcome.verdict in (Verdict.FAILED, Verdict.ERROR) else ""
    reason = f"<p class=reason>{escape(outcome.reason)}</p>" if outcome.reason else ""
    inside = f"<p>{proves}</p>{reason}{_time_line(outcome)}<table>{''.join(_rows(outcome))}</table>"
    return (
        f'<details class="scenario {kind}"{opened}><summary><b>{name}</b><span>{outcome.verdict}</span>'
        f"<span>{took(outcome)}</span><span>{escape(outcome.scenario.file)}</span></summary>"
        f"<div class=inside>{inside}</div></details>"
    )


def _time_line(outcome: Outcome) -> str:
    """Steps above, a lane for each station below: a tick for each frame, upwards when it was sent."""
    length_s = max(outcome.took_s, 0.001)
    lanes = list(outcome.frames.items())[:12]
    parts = []

    def x(moment_s: float) -> float:
        return _LEFT + min(max(moment_s / length_s, 0.0), 1.0) * (_WIDTH - _LEFT - 10)

    for step in outcome.steps:
        colour = "--ok" if step.verdict is Verdict.PASSED else "--bad"
        width = max(x(step.ended_s) - x(step.began_s), 1.5)
        parts.append(
            f'<rect x="{x(step.began_s):.1f}" y="4" width="{width:.1f}" height="14" rx="2" '
            f'fill="var({colour})" fill-opacity=".55"><title>{escape(step.step.text)}</title></rect>'
        )
    parts.append('<text x="0" y="15">steps</text>')
    for number, (station, frames) in enumerate(lanes, 1):
        y = number * _LANE + 14
        parts.append(f'<text x="0" y="{y + 4:.0f}">{escape(station[:20])}</text>')
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{y}" y2="{y}" stroke="var(--line)"/>')
        parts += [_tick(outcome, spoken, x(_moment_s(outcome, spoken)), y) for spoken in frames]
    height = (len(lanes) + 1) * _LANE + 4
    return f'<svg viewBox="0 0 {_WIDTH:.0f} {height:.0f}" role="img" aria-label="time line">{"".join(parts)}</svg>'


def _tick(outcome: Outcome, spoken: Spoken, x: float, y: float) -> str:
    out = spoken.frame.direction is Direction.OUT
    bad = spoken.frame.remarks or spoken.kind is Kind.ERROR
    colour = "--bad" if bad else "--out" if out else "--in"
    end = y - 9 if out else y + 9
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y}" y2="{end}" stroke="var({colour})" stroke-width="2">'
        f"<title>{escape(_title(spoken))}</title></line>"
    )


def _rows(outcome: Outcome) -> Iterator[str]:
    rows: list[tuple[float, str]] = [(step.began_s, _step_row(step)) for step in outcome.steps]
    for station, frames in outcome.frames.items():
        rows += [(_moment_s(outcome, spoken), _frame_row(outcome, station, spoken)) for spoken in frames]
    for _, row in sorted(rows, key=lambda each: each[0]):
        yield row


def _step_row(step: StepOutcome) -> str:
    kind = "step" if step.verdict is Verdict.PASSED else "step bad"
    return (
        f'<tr class="{kind}"><td class=t>{step.began_s:.3f}</td><td class=a>{step.verdict}</td>'
        f"<td class=x>{escape(step.step.text)}{f'<br>{escape(step.reason)}' if step.reason else ''}</td></tr>"
    )


def _frame_row(outcome: Outcome, station: str, spoken: Spoken) -> str:
    out = spoken.frame.direction is Direction.OUT
    deciding = station == outcome.station and spoken.number == outcome.frame and outcome.verdict is Verdict.FAILED
    kinds = ["out" if out else "in", *(["bad"] if deciding or spoken.frame.remarks else [])]
    problem = f"<br>{escape(spoken.frame.remarks)}" if spoken.frame.remarks else ""
    return (
        f'<tr class="{" ".join(kinds)}"><td class=t>{_moment_s(outcome, spoken):.3f}</td>'
        f"<td class=a>{escape(station)} {'→' if out else '←'}</td>"
        f"<td class=x><details><summary>{escape(_title(spoken))}{problem}</summary>"
        f"<pre>{escape(_pretty(spoken.frame.text))}</pre></details></td></tr>"
    )


def _title(spoken: Spoken) -> str:
    latency = "" if spoken.latency_s is None else f" after {spoken.latency_s * 1000:.0f} ms"
    match spoken.kind:
        case Kind.CALL:
            return spoken.action
        case Kind.ERROR:
            return f"{spoken.action}: error {spoken.code}{latency}"
        case Kind.RESULT:
            return f"{spoken.action} answered{latency}"
    return spoken.frame.text[:80]


def _pretty(text: str) -> str:
    if len(text) > LONGEST_FRAME:
        return text[:LONGEST_FRAME] + "…"
    try:
        return json.dumps(json.loads(text), indent=1, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _moment_s(outcome: Outcome, spoken: Spoken) -> float:
    """When, in seconds since the scenario's beginning."""
    at = posix(spoken.frame.at)
    if outcome.speed == 1:
        return at - outcome.began_at
    # A clock that goes faster shows another time: its first frame comes as the first step ends.
    first_at = min(posix(frames[0].frame.at) for frames in outcome.frames.values() if frames)
    return (outcome.steps[0].ended_s if outcome.steps else 0.0) + (at - first_at) / outcome.speed
