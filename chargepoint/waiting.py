"""What asyncio has, at the price of thousands: a queue and an event without its deques (six for a queue, of 64 places
each), and a task group that leaves nothing to the garbage collector."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")


class Event:
    """Something that has happened, or not."""

    __slots__ = ("_happened", "_waiting")

    def __init__(self) -> None:
        self._happened = False
        self._waiting: list[asyncio.Future[None]] = []

    def is_set(self) -> bool:
        """Whether it has happened."""
        return self._happened

    def set(self) -> None:
        """It has happened: who waits goes on."""
        self._happened = True
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    def clear(self) -> None:
        """It has not happened, again."""
        self._happened = False

    async def wait(self) -> None:
        """Return when it happens, at once when it has."""
        if self._happened:
            return
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        try:
            await waiting
        finally:
            self._waiting.remove(waiting)


class Queue(Generic[T]):
    """First in, first out; one task takes, and says what is done."""

    __slots__ = ("_filled", "_finished", "_items", "_undone")

    def __init__(self) -> None:
        self._items: list[T] = []
        self._filled = Event()
        self._finished = Event()
        self._finished.set()
        self._undone = 0

    def __len__(self) -> int:
        return len(self._items)

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is undone."""
        return not self._undone

    def put(self, item: T) -> None:
        """Append ``item``."""
        self._items.append(item)
        self._undone += 1
        self._finished.clear()
        self._filled.set()

    async def get(self) -> T:
        """Take the first item, when there is one; ``done`` is to be called for it."""
        while not self._items:
            self._filled.clear()
            await self._filled.wait()
        return self._items.pop(0)

    def done(self) -> None:
        """What was taken last is dealt with."""
        self._undone -= 1
        if not self._undone:
            self._finished.set()

    def drain(self) -> list[T]:
        """Take all that waits, as done."""
        items, self._items = self._items, []
        self._undone -= len(items)
        if not self._undone:
            self._finished.set()
        return items

    async def join(self) -> None:
        """Return when nothing is undone."""
        await self._finished.wait()


class TaskGroup(asyncio.TaskGroup):
    """asyncio's, of which nothing is left when it is cancelled.

    The frame of its end has the cancellation, of whose traceback that frame is a part (up to Python 3.12), and it
    knows its task, which has the cancellation as well: circles that hold all tasks, and whatever their frames know,
    until the garbage collector passes.
    """

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Wait for all tasks."""
        try:
            await super().__aexit__(kind, error, traceback)
        except asyncio.CancelledError as cancelled:
            cancelled.__traceback__ = None
            raise
        finally:
            self._parent_task = None
