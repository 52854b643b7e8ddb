"""All scenarios of a run: some at a time, none twice on the same station at once."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from chargepoint.clock import Clock
from launcher.scenario.commissioning import needs_authority
from launcher.scenario.credentials import NO_CREDENTIALS, Credentials
from launcher.scenario.format import Scenario
from launcher.scenario.peer import Peer, bundled, driven
from launcher.scenario.play import INTERRUPTED, Heard, Play
from launcher.scenario.reach import reach, ways
from launcher.scenario.requests import Requests
from launcher.scenario.stage import Stage
from launcher.scenario.verdicts import Outcome, Run, Verdict

VIRTUAL = "the bundled central system, in virtual time"

NOT_PLAYED = "not played: no charge point was answered in those before"
FEW = 8
"""So many scenarios may fail for want of an answer before there is no hope for the others."""

Ended = Callable[[Outcome], None]
"""Who is told each scenario as it ends."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to play. ``central_system``: "" for the bundled one; ``api``: its HTTP API, if it is of the bundled kind;
    ``jobs``: so many scenarios at the same time."""

    scenarios: tuple[Scenario, ...]
    central_system: str = ""
    commands: str = ""
    api: str = ""
    seed: int = 1
    jobs: int = 8
    speed: float = 1.0
    command_line: str = ""
    credentials: Credentials = NO_CREDENTIALS


async def run(
    plan: Plan,
    ended: Ended = lambda outcome: None,
    heard: Heard = lambda scenario, step: None,
    interrupted: asyncio.Event | None = None,
) -> Run:
    """Play all of ``plan``, or as much as there was before it was ``interrupted``. Raises Unreachable."""
    began_at, began = time.time(), time.monotonic()
    interrupted = interrupted or asyncio.Event()
    virtual = [scenario for scenario in plan.scenarios if scenario.virtual]
    real = [scenario for scenario in plan.scenarios if not scenario.virtual]
    meanwhile = asyncio.ensure_future(_all_virtually(virtual, plan, ended, heard, interrupted))
    where, played = VIRTUAL, tuple[Outcome, ...]()
    try:
        if real:
            where, played = await _really(replace(plan, scenarios=tuple(real)), ended, heard, interrupted)
    except BaseException:
        interrupted.set()
        await asyncio.wait([meanwhile])
        raise
    outcomes = {id(outcome.scenario): outcome for outcome in (*await meanwhile, *played)}
    in_order = tuple(outcomes[id(scenario)] for scenario in plan.scenarios)
    return Run(in_order, where, plan.seed, time.monotonic() - began, began_at, plan.command_line)


async def _all_virtually(
    scenarios: Iterable[Scenario], plan: Plan, ended: Ended, heard: Heard, interrupted: asyncio.Event
) -> list[Outcome]:
    """One after the other, each in a world of its own: nothing else makes a difference."""
    outcomes = []
    for scenario in scenarios:
        outcomes.append(await _virtually(scenario, plan, heard, interrupted))
        ended(outcomes[-1])
    return outcomes


async def _virtually(scenario: Scenario, plan: Plan, heard: Heard, interrupted: asyncio.Event) -> Outcome:
    if plan.central_system:
        why = "virtual time is there with the bundled central system only"
        return Outcome(scenario, Verdict.NOT_APPLICABLE, f"{scenario.place}: {why}")
    if interrupted.is_set():
        return Outcome(scenario, Verdict.ERROR, INTERRUPTED)
    # Loaded here: it is the charge points and the central system themselves.
    from launcher.scenario.virtual.world import play

    stop = threading.Event()
    playing = asyncio.ensure_future(asyncio.to_thread(play, scenario, plan.seed, heard, stop))
    interruption = asyncio.ensure_future(interrupted.wait())
    await asyncio.wait([playing, interruption], return_when=asyncio.FIRST_COMPLETED)
    interruption.cancel()
    if interrupted.is_set():
        stop.set()
    return await playing


async def _really(
    plan: Plan, ended: Ended, heard: Heard, interrupted: asyncio.Event
) -> tuple[str, tuple[Outcome, ...]]:
    """Where, and what came of it."""
    clock = Clock(plan.speed)
    async with AsyncExitStack() as stack:
        if plan.central_system:
            entries = (entry for scenario in plan.scenarios for entry in scenario.stations.values())
            await reach(plan.central_system, ways(entries))
            peer = Peer(plan.central_system, plan.commands)
            if plan.api:
                peer = driven(plan.central_system, plan.api, plan.commands)
        else:
            authority = any(map(needs_authority, plan.scenarios))
            peer = await stack.enter_async_context(bundled(clock, authority=authority))
        stage = await stack.enter_async_context(Stage(clock, clock.now if peer.one_clock else time.time))
        requests = await stack.enter_async_context(Requests())
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="cp-simu-")))
        turns = _Turns(plan.jobs)

        patience = _Patience(plan.jobs)

        async def played(scenario: Scenario) -> Outcome:
            async with turns.of(scenario):
                if patience.over:
                    outcome = Outcome(scenario, Verdict.ERROR, NOT_PLAYED)
                else:
                    play = Play(scenario, stage, peer, requests, plan.seed, heard, folder, plan.credentials)
                    outcome = await play.run()
                    patience.take(outcome)
            ended(outcome)
            return outcome

        tasks = [asyncio.create_task(played(scenario)) for scenario in plan.scenarios]
        return peer.url, await _outcomes(plan.scenarios, tasks, interrupted)


async def _outcomes(
    scenarios: Sequence[Scenario], tasks: Sequence[asyncio.Task[Outcome]], interrupted: asyncio.Event
) -> tuple[Outcome, ...]:
    all_played = asyncio.ensure_future(asyncio.wait(tasks))
    interruption = asyncio.ensure_future(interrupted.wait())
    await asyncio.wait([all_played, interruption], return_when=asyncio.FIRST_COMPLETED)
    interruption.cancel()
    for task in tasks:
        task.cancel()
    await all_played
    return tuple(
        Outcome(scenario, Verdict.ERROR, INTERRUPTED) if task.cancelled() else task.result()
        for scenario, task in zip(scenarios, tasks, strict=True)
    )


class _Patience:
    """Ends when one scenario after the other fails, and no charge point of any has ever been answered."""

    def __init__(self, jobs: int) -> None:
        self._left: float = max(FEW, jobs)

    @property
    def over(self) -> bool:
        return self._left <= 0

    def take(self, outcome: Outcome) -> None:
        if outcome.reached or outcome.verdict is Verdict.PASSED:
            self._left = math.inf
        elif outcome.verdict is Verdict.FAILED:
            self._left -= 1


class _Turns:
    """``jobs`` scenarios at a time, and each station in one of them only."""

    def __init__(self, jobs: int) -> None:
        self._jobs = asyncio.Semaphore(jobs)
        self._stations: dict[str, asyncio.Lock] = {}

    def of(self, scenario: Scenario) -> AsyncExitStack:
        """Enter it to play ``scenario``; leave it when that is over."""
        return _Turn(
            [self._stations.setdefault(each, asyncio.Lock()) for each in sorted(scenario.stations)], self._jobs
        )


class _Turn(AsyncExitStack):
    def __init__(self, stations: Sequence[asyncio.Lock], jobs: asyncio.Semaphore) -> None:
        super().__init__()
        self._wanted = (*stations, jobs)

    async def __aenter__(self) -> _Turn:
        # Stations go first, in the order of their ids: who waits for one keeps nobody else from a job.
        for each in self._wanted:
            await self.enter_async_context(each)
        return self
