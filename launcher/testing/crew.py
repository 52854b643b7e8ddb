"""What moves the charge points of a test suite: an event loop in a thread of its own, so that tests may have one too,
or none."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from chargepoint.api.errors import InputError
from chargepoint.api.pool import PoolVerb
from chargepoint.api.spec import parse_spec
from chargepoint.clock import Clock
from launcher.scenario.acts import Acts
from launcher.scenario.commissioning import Commissioning, lacking
from launcher.scenario.credentials import NO_CREDENTIALS, checkable
from launcher.scenario.draws import Draws
from launcher.scenario.format import Scenario
from launcher.scenario.forms import read_step
from launcher.scenario.lookout import Lookout
from launcher.scenario.peer import Peer, Unreachable, bundled
from launcher.scenario.reach import reach, ways
from launcher.scenario.report.text import frame_line
from launcher.scenario.requests import Requests
from launcher.scenario.scope import Kept, Scope
from launcher.scenario.source import Place, node_of
from launcher.scenario.stage import Stage, StageError
from launcher.scenario.steps import Check, Expect, ExpectNo, Http, Include, Parallel, Power, Repeat, Together, Wait
from launcher.scenario.verdicts import StepFailed

T = TypeVar("T")

Found = Mapping[str, Any]
"""What an expectation has found: ``payload``, ``answer``, ``latency`` ... of a CALL, ``connector`` of a connector."""

FRAMES_SHOWN = 12


class Crew:
    """A pool and a central system for a whole test session."""

    def __init__(self, central_system: str = "", commands: str = "", speed: float = 1.0) -> None:
        self._wanted = (central_system, commands, speed)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cp-simu", daemon=True)
        self._stack = AsyncExitStack()
        self._scopes: dict[str, tuple[Scenario, Scope, Commissioning]] = {}
        self._told: set[str] = set()
        self._ways: dict[str, str] = {}
        """Proxies that stations go through, "" for none, and why the central system is not reached so."""
        self.peer = Peer("")

    def open(self) -> None:
        """Begin; ``close`` ends it. Raises Unreachable."""
        self._thread.start()
        try:
            self.submit(self._begin()).result()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End all charge points, and the central system if it is the bundled one."""
        self.submit(self._stack.aclose()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Do ``work`` in the thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _begin(self) -> None:
        central_system, commands, speed = self._wanted
        clock = Clock(speed)
        if central_system:
            self.peer = Peer(central_system, commands)
        else:
            self.peer = await self._stack.enter_async_context(bundled(clock, authority=True))
        self._stage = await self._stack.enter_async_context(
            Stage(clock, clock.now if self.peer.one_clock else time.time)
        )
        self._requests = await self._stack.enter_async_context(Requests())
        self._folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="cp-simu-")))

    async def add(self, station: str, entry: Mapping[str, object]) -> None:
        """A station that can be started. Raises InputError, and AssertionError for one that lacks what its security
        profile needs, or whose way leads to no central system."""
        if station in self._scopes:
            raise InputError("id", station, "given once")
        parse_spec({"central_system": self.peer.url, **checkable(entry), "id": station})
        if why := await self._out_of_reach(entry):
            raise AssertionError(why)
        self._stage.clear(station)
        scenario = Scenario(station, "", "", Place(station, 1), {station: entry}, ())
        if lacks := lacking(scenario, NO_CREDENTIALS, self.peer):
            raise AssertionError(lacks)
        commissioning = Commissioning(scenario, self.peer, self._requests, NO_CREDENTIALS, self._folder, 0)
        try:
            await commissioning.begin()
        except StepFailed as failed:
            raise AssertionError(failed.reason) from None
        self._scopes[station] = (scenario, Scope(Kept({})), commissioning)

    async def _out_of_reach(self, entry: Mapping[str, object]) -> str:
        """Why nothing is there on the way that this entry goes, each of which is looked at once; "" when it is."""
        [way] = ways([entry])
        if way not in self._ways:
            try:
                await reach(self.peer.url, [way])
            except Unreachable as error:
                self._ways[way] = str(error)
            else:
                self._ways[way] = ""
        return self._ways[way]

    async def act(self, station: str, name: str, arguments: object) -> Found:
        """A step of a scenario, for this station. Raises InputError for a wrong one, AssertionError for one that is
        not passed."""
        step = read_step(node_of({name: arguments}, name, Place(station, 1)))
        scenario, scope, commissioning = self._scopes[station]
        acts = Acts(scenario, self._stage, self.peer, self._requests, Draws(0, station), commissioning)
        deed = step.deed
        if not isinstance(deed, Expect | ExpectNo):
            scope.marks[station] = len(self._stage.records[station].spoken)
        try:
            match deed:
                case Power() | Wait() | Http() | Check():
                    await acts.once(deed, scope)
                    return {}
                case Repeat() | Parallel() | Together() | Include():
                    raise AssertionError(f"{name} is for scenario files: Python has its own")
                case _:
                    return await acts.for_each(deed, station, scope)
        except StepFailed as failed:
            self._told.add(station)
            raise AssertionError(self._explained(station, step.text, failed.reason)) from None
        except StageError as error:
            raise AssertionError(str(error)) from None

    async def frames(self, station: str) -> list[str]:
        """Its OCPP traffic so far, a line a frame."""
        return [frame_line(spoken) for spoken in self._stage.records[station].spoken]

    async def remove(self, station: str, *, violations_allowed: bool) -> None:
        """End a station. Raises AssertionError for what the central system did against the standard."""
        problem = ""
        try:
            Lookout(self._stage).check_refusals(station)
        except StepFailed as failed:
            # Once is enough: the test has failed of it, or has caught it.
            problem = "" if station in self._told else failed.reason
        for spoken in [] if violations_allowed else self._stage.records[station].violations():
            problem = problem or f"the central system sent something against the standard: {spoken.frame.problem}"
        for verb in (PoolVerb.END, PoolVerb.REMOVE):
            try:
                await self._stage.power(verb, [{"id": station}])
            except StageError:
                break  # it was never started
        _, _, commissioning = self._scopes.pop(station)
        self._told.discard(station)
        await commissioning.end()
        if problem:
            raise AssertionError(self._explained(station, "the end of the test", problem))

    def _explained(self, station: str, step: str, reason: str) -> str:
        frames = [frame_line(spoken) for spoken in self._stage.records[station].spoken[-FRAMES_SHOWN:]]
        return "\n  ".join([f"{reason} ({step})", *([f"the last frames of {station}:"] if frames else []), *frames])
