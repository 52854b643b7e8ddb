"""What cannot be, told before the first charge point is started."""

from __future__ import annotations

import math
import os
import resource
from collections.abc import Iterable
from pathlib import Path

from chargepoint.api.errors import InputError
from launcher.diagnostics import Exit, Failure
from launcher.load.load import Plan
from launcher.load.numbers import span

OTHER_FILES = 32
"""What a pool has open besides the sockets of its charge points."""


class PlanError(Failure):
    """Charge points cannot be what the command line says."""

    exit_code = Exit.USAGE


def check_times(plan: Plan) -> None:
    """Raise InputError for what would never happen."""
    if plan.duration_s <= 0:
        raise InputError("--duration", span(plan.duration_s), "a time in which anything can happen, like 60s")
    if plan.ramp_s >= plan.duration_s:
        raise InputError("--ramp", span(plan.ramp_s), f"shorter than the load: --duration {span(plan.duration_s)}")
    for outage in plan.outages:
        if outage.at_s >= plan.duration_s:
            raise InputError("--outage", outage.text, f"within the load: --duration {span(plan.duration_s)}")


def check_open_files(plan: Plan) -> None:
    """Raise InputError when a pool may not open as many files as it has charge points."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    in_one = math.ceil(plan.count / plan.pools)
    if most == resource.RLIM_INFINITY or in_one + OTHER_FILES <= most:
        return
    pools = math.ceil(plan.count / max(1, most - OTHER_FILES))
    raise InputError(
        "--count",
        plan.count,
        f"possible here: each of {plan.pools} processes may open {most} files (`ulimit -Hn`), and every charge point "
        f"needs one; raise that limit, or say --pools {pools}",
    )


def check_reports(files: Iterable[tuple[str, Path | None]]) -> None:
    """Raise InputError for a file that could not be written when all is over."""
    for option, file in files:
        if file is not None and (file.is_dir() or not os.access(file.parent, os.W_OK)):
            raise InputError(option, str(file), "a file in a folder that is there and can be written to")
