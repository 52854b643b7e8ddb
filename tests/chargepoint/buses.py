"""A bus in a test: run for the length of a block, or until it has failed a number of times."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from typing import Any

from chargepoint.bus import FIRST_RETRY_S, Broker, Bus, Message
from tests.support.waiting import eventually_async

ALIVE, DEAD = Message("t/status", b"Alive", retain=True), Message("t/status", b"Dead", retain=True)


@asynccontextmanager
async def running(broker: Broker | str, **options: Any) -> AsyncIterator[tuple[Bus, list[tuple[bool, str]]]]:
    """A bus that runs until the end of the block, and what it told of its connection."""
    told: list[tuple[bool, str]] = []
    place = Broker.parse(broker) if isinstance(broker, str) else broker
    bus = Bus(place, name="test", told=lambda connected, reason: told.append((connected, reason)), **options)
    task = asyncio.create_task(bus.run())
    try:
        yield bus, told
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, 30)


async def attempts(broker: Broker | str, count: int, **options: Any) -> tuple[list[float], list[str]]:
    """When and why ``count`` connections failed."""
    moments: list[float] = []
    reasons: list[str] = []

    def told(connected: bool, reason: str) -> None:
        if not connected:
            moments.append(asyncio.get_running_loop().time())
            reasons.append(reason)

    place = Broker.parse(broker) if isinstance(broker, str) else broker
    task = asyncio.create_task(Bus(place, name="test", told=told, **options).run())
    await eventually_async(lambda: len(reasons) >= count)
    task.cancel()
    return moments[:count], reasons[:count]


def assert_patient(moments: list[float]) -> None:
    """Each wait between two failures is at least half of twice the one before."""
    for number, (earlier, later) in enumerate(pairwise(moments)):
        assert later - earlier >= FIRST_RETRY_S * 2**number * 0.5
