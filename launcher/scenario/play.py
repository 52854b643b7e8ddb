"""One scenario as it is played: step after step, until one is not passed."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TypeVar

from chargepoint.api.errors import InputError
from chargepoint.api.pool import PoolVerb
from chargepoint.clock import iso
from launcher.scenario.acts import Acts
from launcher.scenario.commissioning import Commissioning, lacking, speaks_tls
from launcher.scenario.credentials import NO_CREDENTIALS, Credentials
from launcher.scenario.draws import Draws
from launcher.scenario.format import API, Scenario, every
from launcher.scenario.lookout import Lookout
from launcher.scenario.peer import Peer
from launcher.scenario.requests import NoReply, Requests
from launcher.scenario.scope import Kept, Scope, resolved
from launcher.scenario.stage import Stage, StageError
from launcher.scenario.steps import (
    CentralSystem,
    Check,
    Command,
    Deed,
    Expect,
    ExpectNo,
    Http,
    Include,
    Parallel,
    Power,
    Repeat,
    Step,
    Together,
    Wait,
)
from launcher.scenario.verdicts import Outcome, StepFailed, StepOutcome, Verdict

T = TypeVar("T")

INTERRUPTED = "interrupted"
BROKEN_OFF = "broken off"

Heard = Callable[[Scenario, StepOutcome], None]
"""Who is told each step as it ends."""


def not_applicable(
    scenario: Scenario, peer: Peer, credentials: Credentials = NO_CREDENTIALS, speed: float = 1.0
) -> str:
    """Why ``scenario`` cannot be played against ``peer``; "" when it can."""
    if scenario.one_clock and speed != 1 and not peer.one_clock:
        return f"{scenario.place}: both ends have to agree on the time, which --speed {speed:g} does not let them"
    if speed > scenario.fastest:
        return f"{scenario.place}: --speed {speed:g} is too fast for what happens in it: {scenario.fastest:g} at most"
    if scenario.virtual and speaks_tls(scenario):
        return f"{scenario.place}: in virtual time there is no TLS; in real time there is (no --virtual, no clock)"
    if lacks := lacking(scenario, credentials, peer):
        return f"{scenario.place}: {lacks}"
    for step in every(scenario.steps):
        if scenario.virtual and isinstance(step.deed, Http) and not step.deed.url.startswith(API):
            return f"{step.place}: in virtual time there is nothing to call but {API}"
        if isinstance(step.deed, CentralSystem) and not peer.bundled:
            return f"{step.place}: only the bundled central system can be driven"
        if scenario.virtual and step.mentions(f"{API}/ca/"):
            return f"{step.place}: in virtual time there are no certificates"
        if not peer.bundled and step.mentions(API):
            given = [f"-p {name}=URL" for name, value in scenario.variables.items() if API in str(value)]
            instead = f"; {' '.join(given)} names another place" if given else ""
            return f"{step.place}: {API} is of the bundled central system only{instead}"
        if isinstance(step.deed, Command) and not peer.commands:
            return f"{step.place}: --commands does not say where {step.deed.action} can be asked for"
    return ""


class Play:
    """One scenario on a stage it shares with others. Its draws depend on ``seed`` alone."""

    def __init__(
        self,
        scenario: Scenario,
        stage: Stage,
        peer: Peer,
        requests: Requests,
        seed: int,
        heard: Heard,
        folder: Path,
        credentials: Credentials = NO_CREDENTIALS,
    ) -> None:
        """What stations are given goes into ``folder``, if it is a file."""
        self._scenario = scenario
        self._stage = stage
        self._peer = peer
        self._requests = requests
        self._heard = heard
        self._credentials = credentials
        self._commissioning = Commissioning(scenario, peer, requests, credentials, folder, seed)
        self._acts = Acts(scenario, stage, peer, requests, Draws(seed, scenario.name), self._commissioning)
        self._kept = Kept({**scenario.variables, "seed": seed, "api": peer.api})
        self._steps: list[StepOutcome] = []
        self._began = 0.0

    async def run(self) -> Outcome:
        """Play it, and clear the stage."""
        scenario = self._scenario
        if why := not_applicable(scenario, self._peer, self._credentials, self._stage.speed):
            return Outcome(scenario, Verdict.NOT_APPLICABLE, why)
        began, began_at, self._began = time.monotonic(), self._stage.now(), _moment()
        records = [self._stage.clear(station) for station in scenario.stations]
        verdict, reason, failed, step = Verdict.PASSED, "", None, None
        try:
            async with asyncio.timeout(scenario.timeout_s):
                await self._commissioning.begin()
                await self._play(scenario.steps, Scope(self._kept))
            for each in scenario.stations:
                Lookout(self._stage).check_refusals(each)
        except StepFailed as error:
            failed, verdict, reason = error, error.verdict, self._explained(error)
        except asyncio.CancelledError:
            # Who interrupts wants to know how far it came.
            if (task := asyncio.current_task()) is not None:
                task.uncancel()
            verdict, reason = Verdict.ERROR, INTERRUPTED
        except TimeoutError:
            verdict, reason = Verdict.ERROR, f"not over within its timeout of {scenario.timeout_s:g} s"
        if verdict is not Verdict.PASSED:
            step = next((each.step for each in self._steps if each.verdict is not Verdict.PASSED), None)
        took_s = _moment() - self._began
        station = failed.station if failed else ""
        frame = failed.frame if failed else None
        if station and frame is None:
            frame = len(self._stage.records[station].spoken) - 1
        on_s = round(
            took_s - next((each.began_s for each in self._steps if isinstance(each.step.deed, Power)), took_s)
        )
        line_error = next((why for record in records if (why := record.last_error or record.silence(on_s))), "")
        await self._clear_the_stage()
        if verdict is Verdict.PASSED and (found := self._violation()):
            # Only now: what comes too much comes after what was waited for.
            verdict, reason, station, frame = Verdict.FAILED, *found
        return Outcome(
            scenario,
            verdict,
            reason,
            step,
            station=station,
            frame=frame,
            began_at=began_at,
            took_s=took_s,
            wall_s=time.monotonic() - began,
            steps=tuple(self._steps),
            frames={record.station: tuple(record.spoken) for record in records},
            reached=any(record.reached for record in records),
            line_error=line_error,
            speed=self._stage.speed,
        )

    async def _play(self, steps: Iterable[Step], scope: Scope) -> None:
        for step in steps:
            match step.deed:
                case Repeat(times, inner, counter):
                    for number in range(1, self._filled(Repeat(times, ())).times + 1):
                        if counter:
                            self._kept.keep(counter, number)
                        await self._play(inner, scope)
                case Parallel(branches):
                    await _together(self._play(branch, scope.branch()) for branch in branches)
                    self._mark(list(self._scenario.stations), scope)
                case Together(inner):
                    self._mark(list(self._scenario.stations), scope)
                    marks = dict(scope.marks)
                    await self._play(inner, scope)
                    scope.marks.update(marks)
                case Include():
                    raise AssertionError("includes are resolved when the file is read")
                case _:
                    await self._step(step, scope)

    async def _step(self, step: Step, scope: Scope) -> None:
        began_s = _moment() - self._began
        verdict, reason = Verdict.PASSED, ""
        try:
            await self._do(step, scope)
        except StepFailed as failed:
            verdict, reason = failed.verdict, failed.reason
            raise
        except StageError as error:
            verdict, reason = Verdict.ERROR, str(error)
            raise StepFailed(verdict, reason) from None
        except asyncio.CancelledError:
            verdict, reason = Verdict.ERROR, BROKEN_OFF
            raise
        finally:
            outcome = StepOutcome(step, began_s, _moment() - self._began, verdict, reason)
            self._steps.append(outcome)
            self._heard(self._scenario, outcome)

    async def _do(self, step: Step, scope: Scope) -> None:
        match step.deed:
            case Repeat() | Parallel() | Together() | Include():
                raise AssertionError("is played step by step")
            case Http() | Wait() | Check() as deed:
                await self._acts.once(self._filled(deed), scope)
            case Power() as deed:
                self._mark(self._acts.stations(self._filled(deed).stations), scope)
                await self._acts.once(self._filled(deed), scope)
            case deed:
                stations = self._acts.stations(self._filled(deed).stations)
                if not isinstance(deed, Expect | ExpectNo):
                    self._mark(stations, scope)
                await _together(self._acts.for_each(self._filled(deed, each), each, scope) for each in stations)

    def _filled(self, deed: T, station: str = "") -> T:
        try:
            return resolved(deed, self._kept.seen_from(station, iso(self._stage.now())))
        except InputError as error:
            raise StepFailed(Verdict.ERROR, str(error), station) from None

    def _mark(self, stations: Iterable[str], scope: Scope) -> None:
        """Expectations look at what comes from now on."""
        for station in stations:
            scope.marks[station] = len(self._stage.records[station].spoken)

    def _violation(self) -> tuple[str, str, int] | None:
        """What the central system did first against the standard: in words, to which station, with which frame."""
        if self._scenario.violations_allowed:
            return None
        for station in self._scenario.stations:
            for spoken in self._stage.records[station].violations():
                why = f"{station}: the central system sent something against the standard: {spoken.frame.problem}"
                return why, station, spoken.number
        return None

    def _explained(self, failed: StepFailed) -> str:
        record = self._stage.records.get(failed.station)
        if record is None or self._scenario.violations_allowed or failed.verdict is not Verdict.FAILED:
            return failed.reason
        problem = next((each.frame.problem for each in record.violations()), None)
        if problem is None or problem in failed.reason:
            return failed.reason
        return f"{failed.reason}; the central system has sent something against the standard: {problem}"

    async def _clear_the_stage(self) -> None:
        entries = [{"id": station} for station in self._scenario.stations]
        for verb in (PoolVerb.END, PoolVerb.REMOVE):
            # One was never started, or the pool has ended: the verdict is there already.
            with contextlib.suppress(StageError):
                await self._stage.power(verb, entries)
        await self._commissioning.end()
        if self._peer.bundled and any(_may_behave(step.deed) for step in every(self._scenario.steps)):
            for station in self._scenario.stations:
                try:
                    await self._requests.send("DELETE", f"{self._peer.api}/behaviours?charge_point={station}")
                except NoReply:
                    return


def _may_behave(deed: Deed) -> bool:
    return isinstance(deed, CentralSystem) or (isinstance(deed, Http) and API in deed.url)


def _moment() -> float:
    """By the loop's clock, which may go faster than ours."""
    return asyncio.get_running_loop().time()


async def _together(branches: Iterable[Awaitable[object]]) -> None:
    """All at the same time; the first that fails ends the others."""
    tasks = [asyncio.ensure_future(branch) for branch in branches]
    if not tasks:
        return
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in tasks:
        if task in done:
            task.result()
