"""The screen on a synthetic fleet of 5,000 charge points with 1,000 changes a second, in a terminal of its own.

``python -m tests.benchmarks tui``. The goals are in the brackets; the bytes are what an SSH line carries.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import aiomqtt
import psutil

from tests.chargepoint.brokers import real_broker
from tests.support.pseudo_terminal import PseudoTerminal

STATIONS = 5000
CHANGES_PER_S = 2600
"""Drawn; those that hit nothing that charges change nothing: about 1,000 remain."""
WATCH_S = 10.0
KEYS = 40

_ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=]*[a-zA-Z]")
_FIRST_ROW = re.compile(rb"p_00\d")
_PLACE = re.compile(rf"(\d+) of {STATIONS}".encode())


class Screen(PseudoTerminal):
    """``cp-simu tui`` on a broker."""

    def __init__(self, broker: str, folder: Path, columns: int, rows: int) -> None:
        command = [sys.executable, "-m", "tui", "--broker", broker, "--state-dir", str(folder)]
        super().__init__(command, columns, rows, {"XDG_CONFIG_HOME": str(folder), "TERM": "xterm-256color"})
        self._seen = self._written = b""

    def until(self, wanted: re.Pattern[bytes], timeout_s: float = 20.0) -> float:
        """Seconds until ``wanted`` is among what was written since the last key."""
        began = time.monotonic()
        while not wanted.search(self._seen):
            if time.monotonic() > began + timeout_s:
                raise AssertionError(f"{wanted.pattern!r} not within {timeout_s} s")
            # What is read may end within an escape sequence.
            whole, escape, rest = (self._written + self.read(0.5)).rpartition(b"\x1b")
            self._written = escape + rest
            self._seen += _ESCAPES.sub(b"", whole)
        return time.monotonic() - began

    def press(self, keys: bytes) -> None:
        """Type; what was written before is the past."""
        self._seen = self._written = b""
        super().press(keys)


@contextlib.contextmanager
def synthetic_yard(url: str) -> Iterator[subprocess.Popen[bytes]]:
    """The pretended yard in a process of its own."""
    options = ["--broker", url, "--count", str(STATIONS), "--rate", str(CHANGES_PER_S)]
    with subprocess.Popen([sys.executable, "-m", "tests.support.synthetic_fleet", *options]) as yard:
        try:
            yield yard
        finally:
            yard.terminate()


async def changes_per_s(port: int, length_s: float) -> float:
    """How many changes really come from the broker."""
    count = 0
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe("cp_simu/cps/#")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(length_s):
                async for message in client.messages:
                    count += not message.retain
    return count / length_s


def row(what: str, value: str) -> None:
    print(f"  {what:<66} {value:>14}", flush=True)


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def measure(url: str, folder: Path, columns: int, rows: int) -> None:
    """One terminal size."""
    print(f" {columns}x{rows}")
    screen = Screen(url, folder, columns, rows)
    process = psutil.Process(screen.process.pid)
    try:
        row("start to the first rows of the fleet (1 s)", f"{screen.until(_FIRST_ROW):.2f} s")
        row("CPU until then", f"{cpu_s(process):.2f} s")
        screen.until(_PLACE)
        row(f"start to all {STATIONS} applied", f"{time.monotonic() - screen.began:.2f} s")
        screen.watch(3.0)
        latencies = []
        for _ in range(KEYS):
            began = time.monotonic()
            screen.press(b"j")
            screen.until(_PLACE)
            latencies.append(1000 * (time.monotonic() - began))
            screen.watch(0.13)
        row("a key, median (50 ms)", f"{statistics.median(latencies):.0f} ms")
        row("a key, 95 of 100", f"{sorted(latencies)[int(0.95 * KEYS)]:.0f} ms")
        for keys, what in ((b"", "list and details"), (b"z", "the list alone"), (b">>>", "sorted by a number")):
            screen.press(keys) if keys else None
            screen.watch(2.0)
            before, written = cpu_s(process), screen.bytes
            screen.watch(WATCH_S)
            row(f"CPU, {what} (50 %)", f"{100 * (cpu_s(process) - before) / WATCH_S:.0f} %")
            row(
                f"to the terminal, {what} (1000 kbit/s)",
                f"{8 * (screen.bytes - written) / WATCH_S / 1000:.0f} kbit/s",
            )
        row("memory (200 MB)", f"{process.memory_info().rss / 1e6:.0f} MB")
    finally:
        screen.leave()


def main() -> int:
    """Measure at both sizes."""
    with tempfile.TemporaryDirectory() as folder, real_broker(Path(folder)) as broker, synthetic_yard(broker.url):
        time.sleep(8.0)
        row("changes a second", f"{asyncio.run(changes_per_s(broker.port, 5.0)):.0f}")
        for size in ((80, 24), (160, 50)):
            with tempfile.TemporaryDirectory() as home:
                measure(broker.url, Path(home), *size)
    return 0


if __name__ == "__main__":
    sys.exit(main())
