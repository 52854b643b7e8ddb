"""The alarm of a station: one timer for all that it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from chargepoint.clock import Clock


class Cancellable(Protocol):
    """A call that is to come."""

    def cancel(self) -> None:
        """Do not make it."""


CallLater = Callable[[float, Callable[[], None]], Cancellable]
"""Makes a call in so many seconds."""


def by_the_loop(delay_s: float, call: Callable[[], None]) -> Cancellable:
    """As the event loop does it."""
    return asyncio.get_running_loop().call_later(delay_s, call)


class Alarm:
    """Rings when the next of many deadlines has come, by the station's clock.

    An alarm that is too early is left as it is, and set anew when it goes off: most deadlines are those of answers,
    which come long before, and a timer for each would cost more than the answer.
    """

    __slots__ = ("_call_later", "_clock", "_due", "_goes_off_at", "_ring", "_timer")

    def __init__(self, clock: Clock, call_later: CallLater = by_the_loop) -> None:
        self._clock = clock
        self._call_later = call_later
        self._due: float | None = None
        self._goes_off_at = 0.0
        self._ring: Callable[[], None] | None = None
        self._timer: Cancellable | None = None

    def set(self, due: float | None, ring: Callable[[], None]) -> None:
        """Call ``ring`` at ``due`` in POSIX seconds, and at no other moment; None is never."""
        self._due, self._ring = due, ring
        if self._timer is not None:
            if due is not None and self._goes_off_at <= due:
                return
            self._timer.cancel()
            self._timer = None
        if due is None:
            # What is over is not to be held by what it would have called.
            self._ring = None
            return
        self._goes_off_at = due
        delay_s = max(0.0, due - self._clock.now()) / self._clock.speed
        self._timer = self._call_later(delay_s, self._gone_off)

    def stop(self) -> None:
        """Call nobody any more."""
        if self._ring is not None:
            self.set(None, self._ring)

    def _gone_off(self) -> None:
        self._timer = None
        due, ring = self._due, self._ring
        if due is None or ring is None:
            return
        if due > self._goes_off_at:
            self.set(due, ring)
        else:
            self._ring = None
            ring()
