"""A zygote that has lived has nothing left of its lives that a child could trip over."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chargepoint.bus import Broker, Bus, Message
from chargepoint.zygote.peers import MqttBroker
from tests.support.waiting import eventually

LIVE = """
import gc, logging, os, threading
from chargepoint.zygote.holes import fill_holes
from chargepoint.zygote.warm_up import warm_up
before = len(os.listdir("/proc/self/fd"))
warm_up()
fill_holes()
assert threading.active_count() == 1, threading.enumerate()
assert not logging.root.handlers
assert len(os.listdir("/proc/self/fd")) == before
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the zygote is for Linux")
def test_no_thread_no_log_file_and_no_descriptor_are_left_of_its_lives(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", LIVE],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert not [*tmp_path.iterdir()]


def test_it_ends_when_it_is_told_to_while_it_lives(tmp_path: Path) -> None:
    zygote, lives = tmp_path / "zygote.sock", tmp_path / "lives"
    lives.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "chargepoint.zygote", "--socket", zygote], env={**os.environ, "TMPDIR": str(lives)}
    ) as process:
        try:
            eventually(lambda: [*lives.glob("*/0/spec.json")], 60.0, "a life of its own")
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert not zygote.exists()


async def test_its_broker_grants_what_a_charge_point_asks_for() -> None:
    connected = asyncio.Event()
    async with MqttBroker() as broker:
        bus = Bus(
            Broker.parse(broker.url),
            name="peer",
            subscriptions=["a/b", "c/#"],
            told=lambda up, reason: connected.set(),
        )
        running = asyncio.create_task(bus.run())
        await asyncio.wait_for(connected.wait(), 10)
        assert bus.connected
        bus.publish(Message("a/b", b"x" * 300, qos=1, retain=True))
        await bus.drained(10)
        running.cancel()
        await asyncio.wait([running])
