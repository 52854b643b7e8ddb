"""An event loop whose time is a number: it jumps to the next timer as soon as nothing is ready.

What runs in it needs to know nothing of that, as long as it asks this loop for the time. Connections are made to one
unix socket, whatever host they are to: what is written on one end can be read on the other at once, so that nothing
is ever under way while time jumps.
"""

from __future__ import annotations

import asyncio
import selectors
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chargepoint.clock import Clock

A_MOMENT_S = 0.01
"""Of ours, to wait for a thread."""


class _Jumping(selectors.DefaultSelector):
    """Waits for no timer, but for threads: ``busy`` of them work for the loop, while its time stands still."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.busy = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.busy and timeout != 0:
            return super().select(A_MOMENT_S)
        # Without a timer only another thread can wake the loop.
        ready = super().select(None if timeout is None else 0)
        if not ready and timeout is not None:
            self.now += max(timeout, 0.0)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """``server``: the unix socket that every connection is made to."""

    def __init__(self, server: Path) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)
        self._server = server

    def time(self) -> float:
        """Seconds since it began."""
        return self._jumping.now

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """No time passes, for threads are at work that nobody else tells of."""
        self._jumping.busy += 1
        try:
            yield
        finally:
            self._jumping.busy -= 1

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *arguments: Any
    ) -> asyncio.Future[Any]:
        """Work in a thread, which takes no time."""

        def done(_: asyncio.Future[Any]) -> None:
            self._jumping.busy -= 1

        self._jumping.busy += 1
        working = super().run_in_executor(executor, func, *arguments)
        working.add_done_callback(done)
        return working

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """As the base class does it, which from Python 3.12 on waits for threads so many of our seconds."""
        await super().shutdown_default_executor()

    async def create_connection(
        self, protocol_factory: Callable[[], Any], host: str | None = None, port: int | None = None, **options: Any
    ) -> tuple[Any, Any]:
        """A connection to the server, whose ``host`` and ``port`` make no difference. Raises OSError."""
        if options.get("ssl") is not None:
            raise OSError(f"{host}:{port}: there is no TLS in virtual time")
        line = socket.socket(socket.AF_UNIX)
        line.setblocking(False)
        try:
            line.connect(str(self._server))
        except OSError:
            line.close()
            raise
        return await super().create_connection(protocol_factory, sock=line)


class VirtualClock(Clock):
    """POSIX seconds that begin at ``begins_at`` and pass as the time of ``loop`` does."""

    def __init__(self, loop: asyncio.AbstractEventLoop, begins_at: float) -> None:
        super().__init__()
        self._loop = loop
        self._begins_at = begins_at - loop.time()

    def now(self) -> float:
        """POSIX seconds."""
        return self._begins_at + self._loop.time()
