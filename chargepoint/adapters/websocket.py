"""The websocket to the central system (OCPP-J 1.6 sections 3 and 5): pinged, and made again after a loss."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

E = TypeVar("E", bound=BaseException)

log = logging.getLogger(__name__)

OPEN_TIMEOUT_S = 30.0
CLOSE_TIMEOUT_S = 2.0
PONG_TIMEOUT_S = 20.0
LARGEST_MESSAGE = 2**20


@dataclass(frozen=True, slots=True)
class Opened:
    """The connection is up."""


@dataclass(frozen=True, slots=True)
class Received:
    """A text message of the central system."""

    text: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection is gone, or could not be made; ``reason`` in words."""

    reason: str


Event = Opened | Received | Closed


@dataclass(frozen=True, slots=True)
class BackOff:
    """How long to wait before attempt n (from 0) to connect again: OCPP 2.0.1 J01, for all versions."""

    wait_minimum_s: float
    repeat_times: int
    random_range_s: float

    def wait_s(self, attempt: int, draw: Callable[[], float]) -> float:
        """``draw`` gives a number of 0 to 1, anew each time, so that a fleet does not come back as one."""
        doubled: float = self.wait_minimum_s * 2.0 ** min(attempt, self.repeat_times)
        return doubled + self.random_range_s * draw()


class Websocket:
    """One station's connection, made again and again until ``run`` is cancelled; what happens goes to ``hear``."""

    def __init__(
        self,
        url: str,
        subprotocol: str,
        hear: Callable[[Event], None],
        back_off: Callable[[], BackOff],
        ping_interval_s: Callable[[], float],
    ) -> None:
        """``back_off`` and ``ping_interval_s`` are asked each time: the configuration may change them."""
        self._url = url
        self._subprotocol = Subprotocol(subprotocol)
        self._hear = hear
        self._back_off = back_off
        self._ping_interval_s = ping_interval_s
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()

    def send(self, text: str) -> None:
        """Put ``text`` on the wire in its turn; it is lost when the connection is."""
        self._outgoing.put_nowait(text)

    async def flushed(self) -> None:
        """Return when everything sent so far was handed to the system."""
        await self._outgoing.join()

    async def run(self) -> None:
        """Connect, and connect again after every loss; cancel it to close in good order."""
        attempt = 0
        while True:
            if await self._one_connection():
                attempt = 0
            wait_s = self._back_off().wait_s(attempt, random.random)
            attempt += 1
            log.debug("connecting again in %.1f s", wait_s)
            await asyncio.sleep(wait_s)

    async def _one_connection(self) -> bool:
        opened = False
        try:
            async with connect(
                self._url,
                subprotocols=[self._subprotocol],
                compression=None,
                ping_interval=None,
                open_timeout=OPEN_TIMEOUT_S,
                close_timeout=CLOSE_TIMEOUT_S,
                max_size=LARGEST_MESSAGE,
                proxy=None,
                user_agent_header=None,
            ) as connection:
                if connection.subprotocol != self._subprotocol:
                    self._hear(Closed(f"{self._url} does not speak {self._subprotocol}"))
                    return False
                opened = True
                self._outgoing = asyncio.Queue()
                self._hear(Opened())
                try:
                    await self._live(connection)
                finally:
                    # Left by cancellation, the library would close with 1011: an error that did not happen.
                    await connection.close()
                told = f"{connection.close_code} {connection.close_reason or ''}".strip()
                self._hear(Closed(f"the central system closed the connection: {told}"))
        except* InvalidStatus as group:
            self._hear(Closed(f"{self._url} refuses the connection: HTTP {_first(group).response.status_code}"))
        except* ConnectionClosed as group:
            self._hear(Closed(f"the central system closed the connection: {_first(group)}"))
        except* (WebSocketException, OSError, TimeoutError) as group:
            self._hear(Closed(f"{self._url}: {_first(group) or type(_first(group)).__name__}"))
        return opened

    async def _live(self, connection: ClientConnection) -> None:
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(self._write(connection))
            pinger = tasks.create_task(self._ping(connection))
            try:
                async for message in connection:
                    if isinstance(message, str):
                        self._hear(Received(message))
                    else:
                        log.warning("a binary message of %d bytes was dropped: OCPP-J is text", len(message))
            finally:
                writer.cancel()
                pinger.cancel()

    async def _write(self, connection: ClientConnection) -> None:
        while True:
            text = await self._outgoing.get()
            with contextlib.suppress(ConnectionClosed):
                await connection.send(text)
            self._outgoing.task_done()

    async def _ping(self, connection: ClientConnection) -> None:
        while True:
            interval_s = self._ping_interval_s()
            # 0 switches pings off (WebSocketPingInterval); the configuration is looked at again later.
            await asyncio.sleep(interval_s or 10.0)
            if not interval_s:
                continue
            try:
                async with asyncio.timeout(PONG_TIMEOUT_S):
                    await (await connection.ping())
            except TimeoutError:
                log.warning("no pong within %.0f s", PONG_TIMEOUT_S)
                await connection.close(1002, "no pong")
                return
            except ConnectionClosed:
                return


def _first(group: BaseExceptionGroup[E]) -> E:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
