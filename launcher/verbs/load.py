"""``cp-simu load``."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.figures import Figures
from chargepoint.api.spec import check_central_system
from launcher.diagnostics import Exit, NotThere, narrate, say
from launcher.load.aftermath import NO_ATTEMPT_ENDED, why_nobody
from launcher.load.audit import LedgerError
from launcher.load.checks import PlanError, check_open_files, check_reports, check_times
from launcher.load.criteria import Criterion
from launcher.load.load import EntryError, Outcome, Plan, put_on
from launcher.load.outages import Outage
from launcher.load.profiles import PROFILES
from launcher.load.report import headline, line, table, to_json, to_junit
from launcher.metrics.endpoint import Address, serving
from launcher.scenario.peer import Unreachable
from launcher.scenario.reach import reach, ways
from launcher.verbs.configuration import configuration
from launcher.verbs.credentials import credentials

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
NO_JITTER = "RetryBackOffRandomRange"
STATIONS_PER_POOL = 50
"""Fewer are not worth another process."""


def load(options: argparse.Namespace) -> int:
    """Put a load on a central system; 0 when it kept to every criterion, 1 when not, 3 when it let nobody in."""
    if options.list:
        for profile in PROFILES.values():
            say(f"{profile.name:8} {profile.note}")
        return Exit.DONE
    plan = Plan(
        count=options.count,
        central_system=check_central_system(options.central_system),
        profile=PROFILES[options.profile],
        connectors=options.connectors,
        ramp_s=options.ramp,
        duration_s=options.duration,
        seed=options.seed,
        pools=options.pools or max(1, min(CORES, options.count // STATIONS_PER_POOL)),
        prefix=options.prefix,
        ocpp_config=configuration(options.configure) | ({NO_JITTER: "0"} if options.no_jitter else {}),
        criteria=tuple(Criterion.parse(text) for text in options.fail_if),
        outages=tuple(Outage.parse(text) for text in options.outage),
        ledger=_http(options.check or ""),
        credentials=credentials(options),
    )
    check_times(plan)
    check_open_files(plan)
    check_reports((("--json", options.json), ("--junit", options.junit)))
    try:
        outcome = asyncio.run(_put_on(plan, Address.parse(options.metrics) if options.metrics else None))
    except LedgerError as error:
        raise NotThere(str(error)) from None
    except EntryError as error:
        raise PlanError(str(error)) from None
    for text in ("", *table(outcome)):
        say(text)
    for file, render in ((options.json, to_json), (options.junit, to_junit)):
        if file is not None:
            Path(file).write_text(render(outcome), encoding="utf-8")
    if why := why_nobody(outcome):
        raise NotThere("\n    ".join(_looked_up(plan) if each == NO_ATTEMPT_ENDED else each for each in why))
    good = outcome.in_order and not outcome.failed and not outcome.trouble
    return Exit.DONE if good else Exit.FAILED


def _looked_up(plan: Plan) -> str:
    """Why no attempt to connect has come to an end, as far as one more can tell."""
    try:
        asyncio.run(reach(plan.central_system, ways([{"ocpp_config": plan.ocpp_config}])))
    except Unreachable as error:
        return str(error)
    return "connected, but no answer to the WebSocket handshake"


def _http(url: str) -> str:
    if url and not url.startswith(("http://", "https://")):
        raise InputError("--check", url, "an HTTP API like http://localhost:8080")
    return url


async def _put_on(plan: Plan, metrics: Address | None) -> Outcome:
    ended, hurry = asyncio.Event(), asyncio.Event()

    def end() -> None:
        if ended.is_set():
            hurry.set()
        else:
            narrate("the charge points end in good order; once more ends them at once")
            ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    before, begun = Figures(), False
    with _exposed(plan, metrics) as expose:

        def watch(elapsed_s: float, figures: Figures) -> None:
            nonlocal before, begun
            if not begun:
                say(headline())
                begun = True
            say(line(plan, elapsed_s, before, figures))
            before = figures
            expose(figures)

        return await put_on(plan, watch, ended, hurry=hurry)


@contextmanager
def _exposed(plan: Plan, address: Address | None) -> Iterator[Callable[[Figures], None]]:
    """Where to tell figures, so that Prometheus can ask for them at ``address``, if there is one."""
    if address is None:
        yield lambda figures: None
        return
    # Loaded here, with the library: most loads are not asked.
    from launcher.metrics.of_load import LoadMetrics

    metrics = LoadMetrics(plan.count)

    def expose(figures: Figures) -> None:
        metrics.figures = figures

    with serving(address, metrics.collect) as url:
        narrate(f"figures for Prometheus: {url}")
        yield expose
