"""Websocket pings (OCPP-J 1.6 section 5.4): whether the peer is still there."""

from __future__ import annotations

import asyncio
import contextlib

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from chargepoint import waiting


class Pings:
    """The pace at which one station pings, over all its connections."""

    __slots__ = ("_interval_s", "_pace_changed", "paused")

    def __init__(self) -> None:
        self.paused = False
        """Whether they are lost, and nothing that comes is heard."""
        self._interval_s = 0.0
        self._pace_changed = waiting.Event()

    def every(self, interval_s: float) -> None:
        """Ping in this interval from now on; 0 is never."""
        if interval_s != self._interval_s:
            self._interval_s = interval_s
            self._pace_changed.set()

    async def until_unanswered(self, connection: ClientConnection, pong_timeout_s: float) -> None:
        """Ping at the present pace, which counts from the moment it is set; returns when a pong is missing."""
        while True:
            self._pace_changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._interval_s or None):
                    await self._pace_changed.wait()
                continue
            if self.paused:
                # A ping is lost as everything else is.
                await asyncio.sleep(pong_timeout_s)
                if self.paused:
                    return
                continue
            try:
                async with asyncio.timeout(pong_timeout_s):
                    await (await connection.ping())
            except (TimeoutError, ConnectionClosed):
                return
