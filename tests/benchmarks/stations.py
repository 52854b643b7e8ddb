"""100 stations in one process, over real sockets: frames per CPU second, beside 100 of the ``ocpp`` package.

Each station is a whole one, with its model, its store and its MQTT side; the package's are a websocket and a session.
The central system is a process of its own that asks for a Heartbeat whenever it got one: four frames a round.
"""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, closing
from pathlib import Path

from ocpp import messages as package_messages
from ocpp.routing import after, on
from ocpp.v16 import ChargePoint, call, call_result
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from chargepoint.adapters.store import Store
from chargepoint.api.spec import parse_spec
from chargepoint.api.topics import Topics
from chargepoint.clock import Clock
from chargepoint.runtime import Runtime
from tests.benchmarks._rows import row

STATIONS = 100
WARM_UP_S, MEASURED_S = 3.0, 6.0


@asynccontextmanager
async def running(work: asyncio.Task[None]) -> AsyncIterator[None]:
    """``work`` goes on during the block."""
    try:
        yield
        assert not work.done()
    finally:
        work.cancel()
        await asyncio.wait([work])


@asynccontextmanager
async def ours(folder: Path, url: str, number: int) -> AsyncIterator[None]:
    """A station of ours."""
    spec = parse_spec({"id": f"CP{number}", "central_system": url})
    home = folder / str(number)
    home.mkdir()
    with closing(Store(home / "state.jsonl")) as store:
        runtime = Runtime(spec, store, Clock(), Topics(), lambda _: None)
        async with running(asyncio.create_task(runtime.run())):
            yield


class PackageStation(ChargePoint):  # type: ignore[misc]
    """A station as the package's documentation has it."""

    @on("TriggerMessage")
    def accept(self, **_: object) -> call_result.TriggerMessage:
        return call_result.TriggerMessage(status="Accepted")

    @after("TriggerMessage")
    async def beat(self, **_: object) -> None:
        await self.call(call.Heartbeat())


@asynccontextmanager
async def packages(_: Path, url: str, number: int) -> AsyncIterator[None]:
    """A station of the package."""
    subprotocols = [Subprotocol("ocpp1.6")]
    async with connect(
        f"{url}/CP{number}", subprotocols=subprotocols, compression=None, ping_interval=None
    ) as connection:
        station = PackageStation(f"CP{number}", connection)
        async with running(asyncio.create_task(station.start())):
            await station.call(call.BootNotification("Simulated CP", "Open OCPP"))
            yield


Make = Callable[[Path, str, int], AbstractAsyncContextManager[None]]


class Central:
    """The central system, a process of its own."""

    def __init__(self, asks_for: str = "Heartbeat") -> None:
        command = [sys.executable, "-m", "tests.benchmarks._raw_central", asks_for]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"ws://127.0.0.1:{self._number()}"

    def frames(self) -> int:
        """How many it has sent and got so far."""
        print(file=self._process.stdin, flush=True)
        return self._number()

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def _number(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


async def measure(make: Make, central: Central, folder: Path) -> float:
    """Frames per CPU second of this process, over all stations."""
    async with AsyncExitStack() as stack:
        for number in range(STATIONS):
            await stack.enter_async_context(make(folder, central.url, number))
        await asyncio.sleep(WARM_UP_S)
        before, began = central.frames(), time.process_time()
        await asyncio.sleep(MEASURED_S)
        return (central.frames() - before) / (time.process_time() - began)


def frames_a_second(make: Make) -> float:
    """The same, with a central system and a folder for it."""
    with closing(Central()) as central, tempfile.TemporaryDirectory() as folder:
        return asyncio.run(measure(make, central, Path(folder)))


def main() -> int:
    """Measure both."""
    logging.disable()
    package_messages.ASYNC_VALIDATION = False
    fast, slow = frames_a_second(ours), frames_a_second(packages)
    row(f"{STATIONS} stations: frames per CPU second", f"{fast:,.0f}")
    row(f"   {STATIONS} of the ocpp package, sessions only", f"{slow:,.0f}")
    row("   ratio", f"{fast / slow:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
