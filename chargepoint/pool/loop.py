"""The event loop of a pool: thousands who want to go to the same place ask for the way once."""

from __future__ import annotations

import asyncio
from typing import Any

KEPT_S = 5.0
"""How long an answer is good: in a boot storm all want it now, and later a name may have moved."""


class PoolLoop(asyncio.SelectorEventLoop):
    """An event loop that resolves each name once in a while. Each lookup costs a thread, or worse, a name server."""

    def __init__(self) -> None:
        super().__init__()
        self._lookups: dict[object, tuple[float, asyncio.Task[Any]]] = {}

    async def getaddrinfo(
        self, host: Any, port: Any, *, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> Any:
        """As the base class does it; what fails is asked again by the next one."""
        key = (host, port, family, type, proto, flags)
        began_at, lookup = self._lookups.get(key, (0.0, None))
        if lookup is None or self.time() > began_at + KEPT_S or (lookup.done() and lookup.exception()):
            question = super().getaddrinfo(host, port, family=family, type=type, proto=proto, flags=flags)
            lookup = self.create_task(question)
            self._lookups[key] = (self.time(), lookup)
        return await asyncio.shield(lookup)
