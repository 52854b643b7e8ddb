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
from collections.abc import Callable
from pathlib import Path

import aiomqtt
import psutil

from chargepoint.api.payloads import ChargePointStatus, Registration
from tests.benchmarks._rows import row
from tests.support.ports import free_port

FLEETS = (50, 200)
IDLE_S = 20.0


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


async def measure(broker_port: int, csms_url: str) -> None:
    watch = Watch(broker_port)
    watching = asyncio.create_task(watch.run())
    await asyncio.sleep(0.5)
    for size in FLEETS:
        entries: list[dict[str, object]] = [
            {"id": f"bench_{number:04}", "central_system": csms_url, "pool": False} for number in range(size)
        ]
        await watch.command("start", entries)
        elapsed_s = await watch.until(functools.partial(watch.all_accepted, size))
        pids = [status.pid for status in watch.statuses.values()]
        row(f"one start command to {size} Accepted", f"{elapsed_s:.1f} s")
        row(f"CPU of a charge point until then (of {size})", f"{1000 * cpu_s(pids) / size:.0f} ms")
        memory = [psutil.Process(pid).memory_full_info() for pid in pids]
        row("PSS of a charge point", f"{sum(m.pss for m in memory) / size / 1e6:.1f} MB")
        row("USS of a charge point", f"{sum(m.uss for m in memory) / size / 1e6:.1f} MB")
        before = cpu_s(pids)
        await asyncio.sleep(IDLE_S)
        row("idle CPU of 100 charge points", f"{(cpu_s(pids) - before) / IDLE_S * 100 / size * 100:.1f} %")
        one = [{"id": "bench_0000"}]
        await watch.command("kill", one)
        elapsed_s = await watch.until(lambda: watch.statuses["bench_0000"].status is Registration.DEAD)
        row("kill to Dead", f"{elapsed_s:.2f} s")
        await asyncio.sleep(1)
        await watch.command("restart", one)
        elapsed_s = await watch.until(lambda: watch.statuses["bench_0000"].status is Registration.ACCEPTED)
        row("restart to Accepted", f"{elapsed_s:.2f} s")
        if size == FLEETS[-1]:
            break  # the last fleet is there for `down`
        await watch.command("remove", entries)
        elapsed_s = await watch.until(lambda: not watch.statuses)
        row(f"one remove command to {size} gone", f"{elapsed_s:.1f} s")
    watching.cancel()


def main() -> int:
    """Measure a yard that forks its charge points, and one that starts each anew."""
    for options in ([], ["--no-zygote"]):
        print(f"  with {' '.join(options) or 'a zygote'}:")
        one_yard(options)
    return 0


def one_yard(options: list[str]) -> None:
    """Bring a yard up, measure it, take it down."""
    cp_simu = [str(Path(sys.executable).with_name("cp-simu"))]
    broker_port, csms_port, http_port = free_port(), free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        where = ["--state-dir", folder]
        ports = ["--csms-port", str(csms_port), "--http-port", str(http_port)]
        broker = ["--broker", f"mqtt://127.0.0.1:{broker_port}"]
        subprocess.run(
            [*cp_simu, "up", "--headless", *where, *broker, *ports, *options], check=True, stdout=subprocess.DEVNULL
        )
        try:
            asyncio.run(measure(broker_port, f"ws://127.0.0.1:{csms_port}"))
        finally:
            began = time.monotonic()
            subprocess.run([*cp_simu, "down", *where], check=True, stdout=subprocess.DEVNULL)
            row(f"down, with {FLEETS[-1]} charge points", f"{time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    sys.exit(main())
