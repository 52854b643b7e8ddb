"""A central system made of nothing but a websocket: it records what a charge point says, and answers by a script."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.support.ports import free_port
from tests.support.waiting import eventually_async

Payload = dict[str, Any]

NOW = "2030-01-01T12:00:00Z"
ACCEPTED = {"idTagInfo": {"status": "Accepted"}}


class Central:
    """``calls`` has every request with its action; ``closes`` the code of every connection that has ended.

    ``answers`` maps an action to the payload of its response, to a function of the request, or to None for silence.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.calls: list[tuple[str, Payload]] = []
        self.closes: list[int | None] = []
        self.connections: list[ServerConnection] = []
        self.answers: dict[str, Any] = {
            "BootNotification": {"status": "Accepted", "currentTime": NOW, "interval": 300},
            "Heartbeat": {"currentTime": NOW},
            "Authorize": ACCEPTED,
            "StartTransaction": lambda request: {"transactionId": next(self._transactions), **ACCEPTED},
            "StopTransaction": ACCEPTED,
        }
        self._transactions = itertools.count(1)
        self._ids = itertools.count(1)
        self._asked: dict[str, asyncio.Future[Payload]] = {}
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """What goes into a start entry."""
        return f"ws://127.0.0.1:{self.port}"

    async def start(self, **options: Any) -> None:
        """Listen; ``options`` are those of websockets' ``serve``, such as ``ssl``."""
        options = {"subprotocols": [Subprotocol("ocpp1.6")], "compression": None, **options}
        self._server = await serve(self._talk, "127.0.0.1", self.port, **options)

    async def stop(self) -> None:
        """Close every connection with 1001 and listen no more."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def got(self, action: str) -> list[Payload]:
        """The requests of ``action`` so far."""
        return [payload for name, payload in self.calls if name == action]

    async def gets(self, action: str, count: int = 1, right: Callable[[Payload], bool] = bool) -> list[Payload]:
        """Wait for ``count`` requests of ``action`` that are right, and return them."""

        def found() -> list[Payload]:
            some = [payload for payload in self.got(action) if right(payload) or not payload]
            return some if len(some) >= count else []

        return await eventually_async(found, 20, f"{count} {action} in {self.calls}")

    async def ask(self, action: str, **payload: Any) -> Payload:
        """Send a CALL and return the payload of its CALLRESULT."""
        call_id = f"c{next(self._ids)}"
        return await self.ask_raw(call_id, json.dumps([2, call_id, action, payload]).encode())

    async def ask_raw(self, call_id: str, text: bytes) -> Payload:
        """Send ``text``, which need not be UTF-8, and return the payload of the CALLRESULT to ``call_id``."""
        self._asked[call_id] = asyncio.get_running_loop().create_future()
        await self.connections[-1].send(text, text=True)
        return await asyncio.wait_for(self._asked[call_id], 20)

    async def _talk(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        try:
            async for text in connection:
                await self._take(connection, json.loads(text))
        except ConnectionClosed:
            pass
        finally:
            self.closes.append(connection.close_code)

    async def _take(self, connection: ServerConnection, frame: list[Any]) -> None:
        match frame:
            case [2, call_id, action, payload]:
                self.calls.append((action, payload))
                answer = self.answers.get(action, {})
                answer = answer(payload) if callable(answer) else answer
                if answer is not None:
                    await connection.send(json.dumps([3, call_id, answer]))
            case [3, call_id, payload]:
                self._asked[call_id].set_result(payload)
            case [4, call_id, code, description, _]:
                self._asked[call_id].set_exception(AssertionError(f"{code}: {description}"))


@asynccontextmanager
async def central_system() -> AsyncIterator[Central]:
    """A listening central system until the end of the block."""
    central = Central()
    await central.start()
    try:
        yield central
    finally:
        await central.stop()
