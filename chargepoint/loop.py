"""The event loop of a charge point: what has no need of a thread gets none."""

from __future__ import annotations

import asyncio
import socket
from typing import Any


class Loop(asyncio.SelectorEventLoop):
    """An event loop that looks up addresses, and the name of this machine for itself, on the spot. A thread for it
    would stay, and cost each process 200 kB."""

    async def getaddrinfo(
        self, host: Any, port: Any, *, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> Any:
        """As the base class does it."""
        at_hand = 0 if host in ("localhost", b"localhost") else socket.AI_NUMERICHOST
        try:
            return socket.getaddrinfo(host, port, family, type, proto, flags | at_hand)
        except socket.gaierror:
            return await super().getaddrinfo(host, port, family=family, type=type, proto=proto, flags=flags)
