"""A run as lines on a terminal or in a pipeline's log."""

from __future__ import annotations

from collections.abc import Iterator

from chargepoint.api.dialogue import Spoken
from chargepoint.api.traffic import Direction
from launcher.diagnostics import counted
from launcher.scenario.format import Scenario
from launcher.scenario.verdicts import Outcome, Run, StepOutcome, Verdict

LONGEST_FRAME = 300
_UNPRINTABLE = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))} | {10: "\\n", 9: "\\t"}

_MARKS = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "FAILED",
    Verdict.ERROR: "ERROR",
    Verdict.NOT_APPLICABLE: "n/a",
}


def printable(text: str) -> str:
    """``text`` as one line that does nothing to a terminal, nor to who reads the log of a pipeline."""
    return text.translate(_UNPRINTABLE).encode(errors="backslashreplace").decode()


def step_line(scenario: Scenario, step: StepOutcome) -> str:
    """A step that has ended."""
    return printable(f"        {step.ended_s:7.2f} s  {_MARKS[step.verdict]:7} {scenario.name}: {step.step.text}")


def lines(outcome: Outcome, number: int, of: int) -> Iterator[str]:
    """A scenario that has ended, as the ``number``-th ``of`` all; one that is not passed with what has led to it."""
    yield from map(printable, _lines(outcome, number, of))


def _lines(outcome: Outcome, number: int, of: int) -> Iterator[str]:
    place = f"[{number:>{len(str(of))}}/{of}]"
    yield f"{place} {_MARKS[outcome.verdict]:7} {outcome.scenario.name} ({took(outcome)})"
    if outcome.verdict is Verdict.PASSED:
        return
    yield f"        {outcome.reason}"
    if outcome.verdict is Verdict.NOT_APPLICABLE:
        return
    if outcome.step is not None:
        yield f"        {outcome.step.place}: {outcome.step.text}"
    if outcome.scenario.proves:
        yield f"        what it is to prove: {outcome.scenario.proves}"
    frames = outcome.around()
    if frames:
        yield f"        the frames of {outcome.station} around it:"
    for spoken in frames:
        yield f"        {'>' if spoken.number == outcome.frame else ' '} {frame_line(spoken)}"


def took(outcome: Outcome) -> str:
    """How long it was; of virtual time, how long that took."""
    if not outcome.scenario.virtual or not outcome.steps:
        return f"{outcome.took_s:.1f} s"
    hours, seconds = divmod(round(outcome.took_s), 3600)
    return f"{hours}:{seconds // 60:02}:{seconds % 60:02} in {outcome.wall_s:.1f} s"


def frame_line(spoken: Spoken) -> str:
    """A frame: when, which way, what."""
    arrow = "->" if spoken.frame.direction is Direction.OUT else "<-"
    text = spoken.frame.text
    text = text if len(text) <= LONGEST_FRAME else text[: LONGEST_FRAME - 1] + "…"
    latency = "" if spoken.latency_s is None else f"  ({spoken.action}, {spoken.latency_s * 1000:.0f} ms)"
    problem = f"  !! {spoken.frame.remarks}" if spoken.frame.remarks else ""
    return printable(f"{spoken.frame.at[11:23]} {arrow} {text}{latency}{problem}")


def summary(run: Run) -> Iterator[str]:
    """The last lines."""
    yield ""
    for outcome in run.outcomes:
        if outcome.verdict in (Verdict.FAILED, Verdict.ERROR):
            yield printable(f"{_MARKS[outcome.verdict]:7} {outcome.scenario.name}: {outcome.reason}")
    told = ", ".join(f"{run.count(verdict)} {verdict}" for verdict in Verdict if run.count(verdict))
    all_of_them = counted(len(run.outcomes), "scenario")
    yield f"{all_of_them}: {told}; {run.took_s:.1f} s, seed {run.seed}, {run.central_system}"
