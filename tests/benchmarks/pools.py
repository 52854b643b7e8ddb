"""Pools: many stations in one process, until all are Accepted, and how many MeterValues they can have answered.

The central system is a process of its own, as the pool is; what is counted is the pool's. MeterValues have the eight
values of a station that was not told otherwise, and every frame is checked against its schema, both ways.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil

from chargepoint.api.topics import Topics
from tests.benchmarks._rows import row
from tests.benchmarks.stations import Central
from tests.support.ports import free_port

SIZES = (500, 2000)
METERING, CHARGING = 100, 250
WARM_UP_S, WINDOWS, WINDOW_S = 3.0, 12, 0.5
SPEED = 10
"""A charging station tells its meter once a second of its own clock."""
LONGEST_S = 120.0


class Pool:
    """A pool over lines, and what it has said so far."""

    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-m", "chargepoint.pool", "--log-level", "error", *options]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._seen = psutil.Process(self._process.pid)
        self.topics = Topics()
        self.accepted: set[str] = set()
        threading.Thread(target=self._read, daemon=True).start()

    def say(self, topic: str, payload: object) -> None:
        """Send it a message."""
        assert self._process.stdin is not None
        print(json.dumps({"topic": topic, "payload": json.dumps(payload)}), file=self._process.stdin, flush=True)

    def start(self, entries: list[dict[str, object]]) -> float:
        """Start stations; seconds until all of them are Accepted."""
        began = time.monotonic()
        self.order(entries)
        while len(self.accepted) < len(entries):
            assert time.monotonic() - began < LONGEST_S, f"{len(self.accepted)} of {len(entries)} are Accepted"
            time.sleep(0.02)
        return time.monotonic() - began

    def order(self, entries: list[dict[str, object]]) -> None:
        """Have stations start."""
        self.say(self.topics.pool("pool", "cmd"), {"type": "start", "charge_points": entries})

    def charge(self, entries: list[dict[str, object]]) -> None:
        """Let a car charge at each of them."""
        for entry in entries:
            connector = str(entry["id"]), 1
            self.say(self.topics.connector(*connector, "car"), {"cable": 32, "ready": True, "consumption_l1": 16})
            self.say(self.topics.connector(*connector, "id_tag"), {"id": "TAG"})

    def cpu_s(self) -> float:
        """CPU seconds so far."""
        times = self._seen.cpu_times()
        return float(times.user + times.system)

    def memory(self) -> int:
        """Bytes that are its own."""
        return int(self._seen.memory_full_info().uss)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = json.loads(line)
            place = message["topic"].split("/")
            if place[1] == "cps" and place[3] == "status" and '"Accepted"' in message["payload"]:
                self.accepted.add(place[2])


@contextmanager
def central_system() -> Iterator[str]:
    """The URL of the bundled one."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        where = ["--database", str(Path(folder, "csms.db")), "--log-file", str(Path(folder, "csms.log"))]
        ports = ["--port", str(port), "--http-port", str(free_port())]
        process = subprocess.Popen([sys.executable, "-m", "csms", *ports, *where], stderr=subprocess.PIPE)
        try:
            assert process.stderr is not None
            process.stderr.readline()
            yield f"ws://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def to_accepted(size: int) -> None:
    """One pool of ``size`` stations."""
    with central_system() as url, closing(Pool()) as pool:
        time.sleep(1)
        cpu_s, memory = pool.cpu_s(), pool.memory()
        elapsed_s = pool.start([{"id": f"P{number:05}", "central_system": url} for number in range(size)])
        row(f"one start command to {size} Accepted in one pool", f"{elapsed_s:.1f} s")
        row("   CPU of each", f"{1000 * (pool.cpu_s() - cpu_s) / size:.2f} ms")
        row("   memory of each", f"{(pool.memory() - memory) / size / 1000:.0f} kB")


def told(central: Central, pool: Pool, frames_each: int) -> str:
    """MeterValues told per CPU second of ``pool``: in half of all windows, and in the best, since others work too."""
    rates = []
    for _ in range(WINDOWS):
        frames, cpu_s = central.frames(), pool.cpu_s()
        time.sleep(WINDOW_S)
        rates.append((central.frames() - frames) / frames_each / (pool.cpu_s() - cpu_s))
    return f"{statistics.median(rates):,.0f} to {max(rates):,.0f}"


def of_a_load(what: str, *options: str) -> None:
    """Charging stations tell their meters, each message being stored until it is answered."""
    with closing(Central("Nothing")) as central, closing(Pool("--speed", str(SPEED), *options)) as pool:
        sampling = {"central_system": central.url, "ocpp_config": {"MeterValueSampleInterval": "1"}}
        entries: list[dict[str, object]] = [{"id": f"P{number:05}", **sampling} for number in range(CHARGING)]
        pool.order(entries)
        time.sleep(WARM_UP_S)
        pool.charge(entries)
        time.sleep(WARM_UP_S)
        row(f"{CHARGING} charging stations{what}: MeterValues a CPU s", told(central, pool, frames_each=2))


def triggered() -> None:
    """Stations that are asked for MeterValues again as soon as theirs are answered: two calls for each."""
    with closing(Central("MeterValues")) as central, closing(Pool()) as pool:
        pool.start([{"id": f"P{number:05}", "central_system": central.url} for number in range(METERING)])
        time.sleep(WARM_UP_S)
        row(f"{METERING} stations: MeterValues that were triggered", told(central, pool, frames_each=4))


def main() -> int:
    """Measure all."""
    for size in SIZES:
        to_accepted(size)
    of_a_load("", "--figures", "1")
    of_a_load(", statuses told")
    triggered()
    return 0


if __name__ == "__main__":
    sys.exit(main())
