"""``cp-simu metrics`` and ``cp-simu load --metrics`` for real."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chargepoint.api.payloads import ConnectorState, Registration
from chargepoint.bus import Broker
from tests.chargepoint.brokers import publish_once
from tests.csms.program import running
from tests.launcher.broker.processes import running as brokers
from tests.launcher.metrics.test_of_load import Samples, fetched, samples
from tests.launcher.metrics.test_of_yard import connector, station
from tests.support.waiting import eventually

pytestmark = pytest.mark.end_to_end


def start(*words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "launcher", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"http://\S+/metrics", line):
            return found[0]
    raise AssertionError("it did not say where")


def at(url: str) -> Samples:
    return samples(list(fetched(url)))


def test_a_load_can_be_watched_by_prometheus(tmp_path: Path) -> None:
    with running(tmp_path) as csms:
        process = start(
            *("load", "--central-system", csms.ws, "--count", 5, "--profile", "idle", "--duration", "2m"),
            *("--metrics", "127.0.0.1:0"),
        )
        url = url_of(process)
        assert url.startswith("http://127.0.0.1:")
        eventually(lambda: at(url).get(("cp_simu_stations", (("state", "Accepted"),))) == 5, 30)
        boots = ("action", "BootNotification"), ("direction", "sent")
        assert at(url)["cp_simu_messages_total", boots] == 5
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


async def test_a_yard_can_be_watched_by_prometheus(tmp_path: Path) -> None:
    with brokers("embedded", tmp_path) as process:
        broker = Broker.parse(f"mqtt://127.0.0.1:{process.port}")
        charging = station("A", Registration.ACCEPTED), connector("A", 1, ConnectorState.CHARGING, 7_000.0)
        await publish_once(broker, charging)
        options = ("--broker", broker.url, "--state-dir", tmp_path)
        watched = await asyncio.to_thread(start, "metrics", "--listen", "127.0.0.1:0", *options)
        url = await asyncio.to_thread(url_of, watched)
        await asyncio.to_thread(eventually, lambda: at(url)["cp_simu_power_watts", ()] == 7_000, 20)
        watched.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(watched.wait, 20) == 0
