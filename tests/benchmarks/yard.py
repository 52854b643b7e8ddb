"""A real yard: start-up CPU and memory of a charge point, a fleet's way up, kill, restart, idling.

Each number is of real processes under supervisord, with a broker and the bundled central system on the same machine.
"""

from __future__ import annotations

import asyncio
import functools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import aiomqtt
import psutil

from chargepoint.api.payloads import ChargePointStatus, Registration
from launcher.folder import Folder
from launcher.yard.processes import of_yard, program_of
from tests.benchmarks._rows import row
from tests.support.ports import free_port

FLEETS = (200, 1000)
EXEC_FLEETS = (50,)
"""Without a zygote a charge point takes 20 MB, and a fifth of a second of a core."""

IDLE_S = 20.0
SAMPLE = 100
"""How many processes' memory is looked into: the kernel walks all pages of each."""


class Watch:
    """What a yard's broker retains of charge points, live."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.statuses: dict[str, ChargePointStatus] = {}
        self._changed = asyncio.Event()

    async def run(self) -> None:
        async with aiomqtt.Client("127.0.0.1", self._port) as client:
            self._client = client
            await client.subscribe("cp_simu/cps/+/status", qos=1)
            async for message in client.messages:
                station_id = message.topic.value.split("/")[2]
                if message.payload:
                    self.statuses[station_id] = ChargePointStatus.from_json(bytes(message.payload))
                else:
                    self.statuses.pop(station_id, None)
                self._changed.set()

    async def command(self, kind: str, entries: list[dict[str, object]]) -> None:
        payload = json.dumps({"type": kind, "charge_points": entries})
        await self._client.publish("cp_simu/launcher/cmd", payload, qos=1)

    def count(self, status: Registration) -> int:
        return sum(one.status is status for one in self.statuses.values())

    def all_accepted(self, size: int) -> bool:
        return self.count(Registration.ACCEPTED) == size

    async def until(self, condition: Callable[[], bool], timeout_s: float = 300.0) -> float:
        """Seconds until ``condition`` holds."""
        began = time.monotonic()
        async with asyncio.timeout(timeout_s):
            while not condition():
                self._changed.clear()
                await self._changed.wait()
        return time.monotonic() - began


def cpu_s(pids: list[int]) -> float:
    """CPU seconds that processes have used so far."""
    total = 0.0
    for pid in pids:
        times = psutil.Process(pid).cpu_times()
        total += times.user + times.system
    return total


async def measure(broker_port: int, csms_url: str, folder: Folder, fleets: Sequence[int]) -> None:
    watch = Watch(broker_port)
    watching = asyncio.create_task(watch.run())
    await asyncio.sleep(0.5)
    around = {process.pid: program_of(process) or "supervisord" for process in of_yard(folder)}
    for size in fleets:
        entries: list[dict[str, object]] = [
            {"id": f"bench_{number:04}", "central_system": csms_url, "pool": False} for number in range(size)
        ]
        spent = {pid: cpu_s([pid]) for pid in around}
        await watch.command("start", entries)
        elapsed_s = await watch.until(functools.partial(watch.all_accepted, size))
        row(f"one start command to {size} Accepted", f"{elapsed_s:.1f} s")
        pids = [status.pid for status in watch.statuses.values()]
        own_ms = 1000 * cpu_s(pids) / size
        others_ms = {program: 1000 * (cpu_s([pid]) - spent[pid]) / size for pid, program in around.items()}
        row("CPU until then, all together, for each charge point", f"{own_ms + sum(others_ms.values()):.0f} ms")
        row("  its own", f"{own_ms:.0f} ms")
        for program, used_ms in sorted(others_ms.items()):
            row(f"  {program}", f"{used_ms:.1f} ms")
        memory = [psutil.Process(pid).memory_full_info() for pid in pids[:: max(1, size // SAMPLE)]]
        row("PSS of a charge point", f"{sum(m.pss for m in memory) / len(memory) / 1e6:.1f} MB")
        row("USS of a charge point", f"{sum(m.uss for m in memory) / len(memory) / 1e6:.1f} MB")
        before = cpu_s(pids)
        await asyncio.sleep(IDLE_S)
        row("idle CPU of 100 charge points", f"{(cpu_s(pids) - before) / IDLE_S * 100 / size * 100:.1f} %")
        one: list[dict[str, object]] = [{"id": "bench_0000"}]
        await watch.command("kill", one)
        elapsed_s = await watch.until(lambda: watch.statuses["bench_0000"].status is Registration.DEAD)
        row("kill to Dead", f"{elapsed_s:.2f} s")
        await asyncio.sleep(1)
        await watch.command("restart", one)
        elapsed_s = await watch.until(lambda: watch.statuses["bench_0000"].status is Registration.ACCEPTED)
        row("restart to Accepted", f"{elapsed_s:.2f} s")
        if size == fleets[-1]:
            break  # the last fleet is there for `down`
        await watch.command("remove", entries)
        elapsed_s = await watch.until(lambda: not watch.statuses)
        row(f"one remove command to {size} gone", f"{elapsed_s:.1f} s")
    watching.cancel()


def main(sizes: Sequence[str] = ()) -> int:
    """Measure a yard that forks its charge points, and one that starts each anew; or only the former, with fleets of
    ``sizes``."""
    one_yard("a zygote", [], [int(size) for size in sizes] or FLEETS)
    if not sizes:
        one_yard("--no-zygote", ["--no-zygote"], EXEC_FLEETS)
    return 0


def one_yard(name: str, options: Sequence[str], fleets: Sequence[int]) -> None:
    """Bring a yard up, measure it, take it down."""
    print(f"  with {name}:")
    cp_simu = [sys.executable, "-m", "launcher"]
    broker_port, csms_port, http_port = free_port(), free_port(), free_port()
    with tempfile.TemporaryDirectory() as path:
        where = ["--state-dir", path]
        ports = ["--csms-port", str(csms_port), "--http-port", str(http_port)]
        broker = ["--broker", f"mqtt://127.0.0.1:{broker_port}"]
        subprocess.run(
            [*cp_simu, "up", "--headless", *where, *broker, *ports, *options], check=True, stdout=subprocess.DEVNULL
        )
        try:
            asyncio.run(measure(broker_port, f"ws://127.0.0.1:{csms_port}", Folder(Path(path)), fleets))
        finally:
            began = time.monotonic()
            subprocess.run([*cp_simu, "down", *where], check=True, stdout=subprocess.DEVNULL)
            row(f"down, with {fleets[-1]} charge points", f"{time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
