"""A bare websocket in a charge point's place: CALLs by hand, one at a time, and whatever the other side sends."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from launcher.scenario.peer import Unreachable
from launcher.scenario.traced import Answer

SUBPROTOCOL = Subprotocol("ocpp1.6")


class Gone(Exception):
    """The connection has ended, by the other side; ``str()`` says why."""


class BareLink:
    """One connection. ``answer_to`` says what is answered to an action of the central system; ``heard_nonsense`` is
    told texts that are no frames."""

    def __init__(
        self,
        connection: ClientConnection,
        answer_to: Callable[[str], Answer],
        heard_nonsense: Callable[[str], None],
    ) -> None:
        self._connection = connection
        self._answer_to = answer_to
        self._heard_nonsense = heard_nonsense
        self._answers: dict[str, asyncio.Future[Answer]] = {}
        self._came = asyncio.Event()
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def dial(
        cls,
        url: str,
        shown: Mapping[str, Any],
        open_timeout_s: float,
        answer_to: Callable[[str], Answer],
        heard_nonsense: Callable[[str], None],
    ) -> BareLink:
        """A connection to ``url``; ``shown`` goes to the handshake, with the
        ``proxy`` that is on the way. Raises Unreachable."""
        try:
            connection = await connect(
                url, subprotocols=[SUBPROTOCOL], open_timeout=open_timeout_s, **{"proxy": None, **shown}
            )
        except TimeoutError:
            why = f"connected, but no answer to the WebSocket handshake within {open_timeout_s:g} s"
            raise Unreachable(f"{url}: {why}") from None
        except (OSError, InvalidHandshake, InvalidURI) as error:
            raise Unreachable(f"{url} cannot be connected to: {error}") from None
        return cls(connection, answer_to, heard_nonsense)

    async def call(self, id: str, action: str, payload: object, timeout_s: float) -> Answer | None:
        """The answer to a CALL; None when there is none in time. Raises Gone."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._answers[id] = answer
        with contextlib.suppress(ConnectionClosed):
            await self._connection.send(json.dumps([2, id, action, payload]))
        await asyncio.wait((answer, self._listening), timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        if self._listening.done():
            raise Gone(str(self._listening.exception() or "the central system closed it"))
        return None

    async def until(self, so: Callable[[], bool], timeout_s: float) -> None:
        """Wait for CALLs of the central system until it is ``so``, the time is over, or the connection has ended."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while not so() and not self._listening.done():
                    self._came.clear()
                    came = asyncio.ensure_future(self._came.wait())
                    await asyncio.wait((came, self._listening), return_when=asyncio.FIRST_COMPLETED)
                    came.cancel()

    async def close(self) -> None:
        """Close it in good order, if it is still there."""
        self._listening.cancel()
        await asyncio.wait([self._listening])
        await self._connection.close()

    async def _listen(self) -> None:
        async for text in self._connection:
            match _parsed(text):
                case [2, str(id), str(action), *_]:
                    answer = self._answer_to(action)
                    frame = [4, id, answer.code, "", {}] if answer.code else [3, id, answer.payload]
                    await self._connection.send(json.dumps(frame))
                    self._came.set()
                case [3, str(id), payload]:
                    self._take(id, Answer(payload))
                case [4, str(id), str(code), *_]:
                    self._take(id, Answer(code=code))
                case _:
                    self._heard_nonsense(text if isinstance(text, str) else repr(text))

    def _take(self, id: str, answer: Answer) -> None:
        asked = self._answers.pop(id, None)
        if asked is not None and not asked.done():
            asked.set_result(answer)


def _parsed(text: str | bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
