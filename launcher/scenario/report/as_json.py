"""A run as JSON, for programs."""

from __future__ import annotations

import json

from chargepoint.api.dialogue import Spoken
from chargepoint.clock import iso
from launcher.scenario.verdicts import Outcome, Run, Verdict


def render(run: Run) -> str:
    """The document; times in seconds."""
    return json.dumps(
        {
            "passed": run.passed,
            "central_system": run.central_system,
            "seed": run.seed,
            "again": run.command_line,
            "began_at": iso(run.began_at),
            "took_s": round(run.took_s, 3),
            "counts": {str(verdict): run.count(verdict) for verdict in Verdict},
            "scenarios": [_scenario(outcome) for outcome in run.outcomes],
        },
        indent=2,
    )


def _scenario(outcome: Outcome) -> dict[str, object]:
    return {
        "name": outcome.scenario.name,
        "file": outcome.scenario.file,
        "proves": outcome.scenario.proves,
        "tags": outcome.scenario.tags,
        "verdict": str(outcome.verdict),
        "reason": outcome.reason,
        "step": None if outcome.step is None else {"place": str(outcome.step.place), "text": outcome.step.text},
        "station": outcome.station or None,
        "began_at": iso(outcome.began_at) if outcome.began_at else None,
        "took_s": round(outcome.took_s, 3),
        "wall_s": round(outcome.wall_s, 3),
        "steps": [
            {
                "place": str(each.step.place),
                "text": each.step.text,
                "verdict": str(each.verdict),
                "began_s": round(each.began_s, 3),
                "ended_s": round(each.ended_s, 3),
                "reason": each.reason,
            }
            for each in outcome.steps
        ],
        "frames": {station: [_frame(each) for each in frames] for station, frames in outcome.frames.items()},
    }


def _frame(spoken: Spoken) -> dict[str, object]:
    return {
        "at": spoken.frame.at,
        "direction": str(spoken.frame.direction),
        "action": spoken.action,
        "text": spoken.frame.text,
        "latency_s": spoken.latency_s,
        "violation": spoken.frame.problem,
        "deviation": spoken.frame.deviation,
    }
