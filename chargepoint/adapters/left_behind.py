"""Connections that a station leaves without a word, so that their peers go on believing in them."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress

from websockets.asyncio.client import ClientConnection

from chargepoint.adapters.connection import hear_nothing

MOST = 8
"""Of either kind; the oldest is broken off then. A peer that pings has given up long before."""


class LeftBehind:
    """The connections that one station has left open."""

    def __init__(self) -> None:
        self._silent: list[int] = []
        self._answering: dict[ClientConnection, asyncio.Task[None]] = {}

    def silent(self, connection: ClientConnection) -> None:
        """Leave ``connection`` as it is: nothing more is read or said. Of it only the socket is kept."""
        # Without a descriptor to spare there is one connection less that nobody hears of.
        with suppress(OSError):
            self._silent.append(os.dup(connection.transport.get_extra_info("socket").fileno()))
        # The system ends a connection when the last descriptor of it is closed.
        connection.transport.abort()
        while len(self._silent) > MOST:
            os.close(self._silent.pop(0))

    def answering(self, connection: ClientConnection) -> None:
        """Leave ``connection`` with a peer that is answered pings and nothing else."""
        task = self._answering[connection] = asyncio.create_task(hear_nothing(connection))
        task.add_done_callback(lambda _: self._answering.pop(connection, None))
        if len(self._answering) > MOST:
            next(iter(self._answering)).transport.abort()

    def drop_answering(self) -> None:
        """Break off those that are answered."""
        for connection in self._answering:
            connection.transport.abort()

    def drop(self) -> None:
        """Break off all of them."""
        self.drop_answering()
        while self._silent:
            os.close(self._silent.pop())
