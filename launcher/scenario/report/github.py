"""A run as annotations of GitHub Actions: a line at the step that is not passed."""

from __future__ import annotations

from collections.abc import Iterator

from launcher.scenario.verdicts import Run, Verdict

_LEVELS = {Verdict.FAILED: "error", Verdict.ERROR: "error", Verdict.NOT_APPLICABLE: "notice"}


def lines(run: Run) -> Iterator[str]:
    """Workflow commands, a line each."""
    for outcome in run.outcomes:
        level = _LEVELS.get(outcome.verdict)
        if level is None:
            continue
        place = outcome.step.place if outcome.step else outcome.scenario.place
        title = f"{outcome.scenario.name}: {outcome.verdict}"
        attributes = f"file={_attribute(place.file)},line={place.line},title={_attribute(title)}"
        yield f"::{level} {attributes}::{_escaped(outcome.reason)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _attribute(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
