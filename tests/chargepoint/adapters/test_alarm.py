"""An alarm rings at the last deadline it was set to, however often it was moved, and never before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from chargepoint.adapters.alarm import Alarm
from chargepoint.clock import Clock
from tests.support.waiting import eventually_async


class Bedroom:
    """An alarm, and the moments at which it rang."""

    def __init__(self, speed: float = 1.0) -> None:
        self.clock = Clock(speed)
        self.alarm = Alarm(self.clock)
        self.rang_at: list[float] = []

    def set(self, due: float | None) -> None:
        """Have it ring at ``due``."""
        self.alarm.set(due, lambda: self.rang_at.append(self.clock.now()))


@pytest.mark.parametrize(
    "moves",
    [
        lambda now: [now + 0.05],
        lambda now: [now + 3600, now + 0.05],
        lambda now: [now + 0.01, now + 0.05],
        lambda now: [now + 0.01, now + 3600, now + 0.02, now + 0.05],
        lambda now: [now + 0.01, None, now + 0.05],
    ],
)
async def test_it_rings_once_when_the_last_deadline_has_come(moves: Callable[[float], list[float | None]]) -> None:
    room = Bedroom()
    due = None
    for due in moves(room.clock.now()):
        room.set(due)
    await eventually_async(lambda: room.rang_at)
    await asyncio.sleep(0.02)
    assert due is not None
    # The loop's clock may be ahead of ours by its resolution.
    assert [at >= due - 0.001 for at in room.rang_at] == [True]


async def test_what_is_due_already_rings_at_once_but_not_within_the_call() -> None:
    room = Bedroom()
    room.set(room.clock.now() - 10)
    assert room.rang_at == []
    await eventually_async(lambda: room.rang_at)


async def test_a_faster_clock_is_followed() -> None:
    room = Bedroom(speed=1000.0)
    room.set(room.clock.now() + 20.0)
    await eventually_async(lambda: room.rang_at)


async def test_one_that_is_stopped_holds_nobody_and_never_rings() -> None:
    room = Bedroom()
    room.set(room.clock.now() + 0.01)
    room.alarm.stop()
    assert room.alarm._ring is None
    room.alarm.stop()
    await asyncio.sleep(0.03)
    assert room.rang_at == []


async def test_who_rings_may_set_it_again() -> None:
    room = Bedroom()
    rings: list[int] = []

    def ring() -> None:
        rings.append(len(rings))
        if len(rings) < 3:
            room.alarm.set(room.clock.now() + 0.005, ring)

    room.alarm.set(room.clock.now(), ring)
    await eventually_async(lambda: len(rings) == 3)
