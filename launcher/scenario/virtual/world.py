"""A world for one scenario: the bundled central system and a pool of charge points as they are, in one process and in
virtual time. Between them is a real websocket; only the clock, and what the connection is made of, are others."""

from __future__ import annotations

import asyncio
import logging
import random
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from chargepoint.api.pool import PoolCommand
from chargepoint.api.topics import Topics
from chargepoint.bus import Message
from chargepoint.pool.host import Host
from chargepoint.pool.stores import MemoryStores
from chargepoint.settings import etc_dir
from csms.behaviours.table import Table
from csms.csms import CentralSystem
from csms.files import FilePlace
from csms.messages import Messages
from csms.passwords import Passwords
from csms.server import Server
from csms.store import Store
from csms.tags import ChangeableTags, TagsFile
from launcher.scenario.format import Scenario
from launcher.scenario.peer import driven
from launcher.scenario.play import INTERRUPTED, Heard, Play
from launcher.scenario.requests import Requests
from launcher.scenario.stage import Stage
from launcher.scenario.verdicts import Outcome, Verdict
from launcher.scenario.virtual.files import carrying, in_no_time
from launcher.scenario.virtual.loop import VirtualClock, VirtualLoop

App = Callable[[], Any]
"""Makes the HTTP API when it is first wanted."""

URL, API = "ws://virtual", "http://virtual"

HEARTBEAT_INTERVAL_S = 900
"""What BootNotification is answered: a day has enough of them."""
PING_INTERVAL_S = 3600
STATUS_EVERY_S = 30.0
"""How often what a connector measures is told over MQTT: a car may charge all day."""
LOOK_EVERY_S = 3600.0
"""A pool in this process does not end by itself."""


def play(scenario: Scenario, seed: int, heard: Heard, interrupted: Event) -> Outcome:
    """Play ``scenario`` in a world of its own, in this thread. ``interrupted`` ends it within a step."""
    # Who backs off draws how long: the same each time.
    random.seed(f"{seed} {scenario.name}")
    with _quiet("csms", "chargepoint"), TemporaryDirectory(prefix="cp-simu-") as folder:
        server = Path(folder) / "ocpp"
        with asyncio.Runner(loop_factory=lambda: VirtualLoop(server)) as runner:
            return runner.run(_played(scenario, seed, heard, interrupted, Path(folder), server))


@contextmanager
def _quiet(*programs: str) -> Iterator[None]:
    """What they log is of no interest in a scenario, unless it is an error."""
    levels = {log: log.level for log in map(logging.getLogger, programs)}
    for log in levels:
        log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for log, level in levels.items():
            log.setLevel(level)


async def _played(
    scenario: Scenario, seed: int, heard: Heard, interrupted: Event, folder: Path, server: Path
) -> Outcome:
    clock = VirtualClock(asyncio.get_running_loop(), scenario.begins_at)
    playing = asyncio.current_task()
    assert playing is not None

    def told(of: Scenario, step: Any) -> None:
        heard(of, step)
        if interrupted.is_set():
            playing.cancel()

    try:
        async with (
            _central_system(clock, folder, server, seed) as app,
            Stage(clock, look_every_s=LOOK_EVERY_S, pool=lambda *how: InProcess(clock, app, *how)) as stage,
            Requests(API, app) as requests,
        ):
            return await Play(scenario, stage, driven(URL, API), requests, seed, told, folder).run()
    except asyncio.CancelledError:
        return Outcome(scenario, Verdict.ERROR, INTERRUPTED)


@asynccontextmanager
async def _central_system(clock: VirtualClock, folder: Path, listener: Path, seed: int) -> AsyncIterator[App]:
    """The bundled central system, and its HTTP API, which needs no socket."""
    tags = ChangeableTags(TagsFile(etc_dir() / "scenarios" / "tags.json").current)
    behaviours = Table(lambda own: random.Random(seed if own is None else own).random)
    messages, passwords = Messages(), Passwords()
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    with closing(Store(folder / "csms.db")) as store, closing(socket.socket(socket.AF_UNIX)) as line:
        line.bind(str(listener))
        system = CentralSystem(tags.current, store.charge_points(), store.running_transactions())
        async with Server(
            system,
            store,
            clock,
            line,
            HEARTBEAT_INTERVAL_S,
            behaviours=behaviours,
            messages=messages,
            passwords=passwords,
            ping_interval_s=PING_INTERVAL_S,
        ) as server:

            @cache
            def app() -> Any:
                from csms.http.app import Parts, create_app  # half a second, for those who ask it something

                files = FilePlace(folder / "files")
                made = create_app(
                    Parts(system, server, store, clock, behaviours, messages, tags, passwords, files, None)
                )
                return in_no_time(made, loop)

            yield app


class InProcess:
    """A pool of charge points in this process, for a stage."""

    exit_code: int | None = None

    def __init__(
        self, clock: VirtualClock, app: App, name: str, topics: Topics, hear: Callable[[Message], None], *_: str
    ) -> None:
        """``app`` has the files that stations fetch and store."""
        loop = asyncio.get_running_loop()
        self._name = name
        self._topics = topics

        def publish(message: Message) -> None:
            loop.call_soon(hear, message)

        self._host = Host(
            name,
            topics,
            MemoryStores(),
            publish,
            clock,
            status_every_s=STATUS_EVERY_S,
            carry_out=carrying(API, app),
        )
        self._running = loop.create_task(self._host.run())

    async def ended(self) -> None:
        """Wait until it has said its last."""
        await asyncio.wait([self._running])

    async def kill(self) -> None:
        """End it."""
        self._host.close()
        await self._running

    async def command(self, command: PoolCommand) -> None:
        """Command the pool."""
        await self.write([Message(self._topics.pool(self._name, "cmd"), command.to_json())])

    async def write(self, messages: Iterable[Message]) -> None:
        """Tell it, or its stations, something."""
        for message in messages:
            self._host.hear(message)
