"""Thousands of stations at the central system: boots, memory, and round trips afterwards.

The stations are plain websockets in the processes of this benchmark, so that its own cost stays apart: what is told
is the CPU time and the memory of the central system alone.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
from websockets.asyncio.client import ClientConnection, connect

from tests.csms.program import running

STATIONS = 5_000
AT_ONCE = 200
ROUNDS = 4

BOOT = ("BootNotification", {"chargePointVendor": "Bench", "chargePointModel": "One"})
STATUS = ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
METER = (
    "MeterValues",
    {
        "connectorId": 1,
        "meterValue": [{"timestamp": "2030-01-01T12:00:00Z", "sampledValue": [{"value": "3680", "unit": "W"}]}],
    },
)


def main(stations: int = STATIONS) -> None:
    """Print a table."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), "--log-level", "error") as program:
        asyncio.run(_measured(stations, program.ws, psutil.Process(program.process.pid)))


async def _measured(stations: int, url: str, csms: psutil.Process) -> None:
    connections: list[ClientConnection] = []
    gate = asyncio.Semaphore(AT_ONCE)

    async def boot(number: int) -> None:
        async with gate:
            connection = await connect(
                f"{url}/bench_{number}",
                subprotocols=["ocpp1.6"],  # type: ignore[list-item]
                compression=None,
                proxy=None,
                ping_interval=None,
                open_timeout=120,
            )
            connections.append(connection)
            await _ask(connection, *BOOT)
            await _ask(connection, *STATUS)

    async def all_boot() -> None:
        await asyncio.gather(*(boot(number) for number in range(stations)))

    async def all_measure() -> None:
        for _ in range(ROUNDS):
            await asyncio.gather(*(_ask(connection, *METER) for connection in connections))

    print(f"central system with {stations} stations:")
    await _told("boots (connect, BootNotification, StatusNotification)", stations, all_boot, csms)
    await _told("round trips of MeterValues", ROUNDS * stations, all_measure, csms)
    for connection in connections:
        connection.transport.abort()


async def _told(what: str, count: int, work: Callable[[], Awaitable[None]], csms: psutil.Process) -> None:
    begun, cpu = time.monotonic(), _cpu_s(csms)
    await work()
    wall, cpu = time.monotonic() - begun, _cpu_s(csms) - cpu
    memory = csms.memory_info().rss / 2**20
    print(f"  {count} {what}: {wall:.1f} s, {cpu:.1f} CPU s ({cpu / count * 1e6:.0f} us each); {memory:.0f} MB then")


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _ask(connection: ClientConnection, action: str, payload: object) -> None:
    await connection.send(json.dumps([2, "1" + action[0] + str(time.monotonic_ns()), action, payload]))
    answer = json.loads(await connection.recv())
    assert answer[0] == 3, answer


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
