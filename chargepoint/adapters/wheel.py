"""The timer of a pool: one of the event loop, for the alarms of all its stations."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from contextvars import Context, copy_context
from heapq import heappop, heappush

SLOT_S = 0.005
"""How late an alarm may go off. What is due within one slot is done in one go: with thousands of stations the loop
would otherwise wake for each, and look at all sockets each time."""


class Spoke:
    """A call that will be made, in the context of who wanted it."""

    __slots__ = ("_call", "_context", "_slot")

    def __init__(self, call: Callable[[], None], slot: list[Spoke]) -> None:
        self._call = call
        self._context: Context = copy_context()
        self._slot = slot
        slot.append(self)

    def cancel(self) -> None:
        """Do not make it."""
        # It would be there until its moment comes, a day from now perhaps, and others like it.
        if self in self._slot:
            self._slot.remove(self)

    def come(self) -> None:
        """Make it."""
        self._context.run(self._call)


class Wheel:
    """Calls in slots of time, in the order in which they were wanted."""

    def __init__(self) -> None:
        self._slots: dict[int, list[Spoke]] = {}
        self._coming: list[int] = []
        self._timer: asyncio.TimerHandle | None = None
        self._turns_at = 0

    def call_later(self, delay_s: float, call: Callable[[], None]) -> Spoke:
        """Call ``call`` in ``delay_s`` or up to a slot later, never from here."""
        loop = asyncio.get_running_loop()
        number = math.floor((loop.time() + delay_s) / SLOT_S) + 1
        slot = self._slots.get(number)
        if slot is None:
            slot = self._slots[number] = []
            heappush(self._coming, number)
            if self._timer is None or number < self._turns_at:
                self._turn_next(loop)
        return Spoke(call, slot)

    def _turn_next(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._turns_at = self._coming[0]
        self._timer = loop.call_at(self._turns_at * SLOT_S, self._turn)

    def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        # The loop may call a little early, by the resolution of its clock.
        reached = max(self._turns_at, math.floor(loop.time() / SLOT_S))
        while self._coming and self._coming[0] <= reached:
            slot = self._slots.pop(heappop(self._coming))
            while slot:
                try:
                    slot.pop(0).come()
                except Exception as error:
                    loop.call_exception_handler({"message": "an alarm has failed", "exception": error})
        if self._coming and self._timer is None:
            self._turn_next(loop)
