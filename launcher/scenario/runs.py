"""Where a run leaves its traces when nobody says where: in the state folder, of the last runs only."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from launcher.scenario import trace
from launcher.scenario.verdicts import Run

KEPT = 10
"""Runs whose traces are kept."""


def leave_traces(run: Run, state_dir: Path) -> Path | None:
    """Write the traces of ``run`` into a folder of its own, and forget the oldest ones; the folder, None when nothing
    was said or nothing can be written there: nobody has asked for it."""
    if not any(frames for outcome in run.outcomes for frames in outcome.frames.values()):
        return None
    runs = state_dir / "runs"
    began = datetime.fromtimestamp(run.began_at, UTC).strftime("%Y%m%dT%H%M%S")
    folder = runs / f"{began}-seed-{run.seed}"
    try:
        trace.write(run.outcomes, folder, run.seed)
        for old in sorted(runs.iterdir(), reverse=True)[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError:
        return None
    return folder
