"""A trace is driven against a central system again: a bare websocket for each charge point, no station behind it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from chargepoint.api.spec import url_of
from launcher.scenario.peer import Unreachable
from launcher.scenario.retelling import Answer, Retelling, Told

LAST_COMMANDS_S = 2.0
"""How long commands of the central system are waited for that came in the trace."""
SUBPROTOCOL = Subprotocol("ocpp1.6")


async def replay(
    trace: Mapping[str, Sequence[Told]], central_system: str, answer_timeout_s: float
) -> dict[str, list[str]]:
    """The differences of each charge point of ``trace``. Raises Unreachable."""
    told = await asyncio.gather(
        *(_Replay(station, calls, answer_timeout_s).run(central_system) for station, calls in trace.items())
    )
    return dict(zip(trace, told, strict=True))


class _Replay:
    def __init__(self, station: str, calls: Sequence[Told], answer_timeout_s: float) -> None:
        self._station = station
        self._retelling = Retelling(calls)
        self._timeout_s = answer_timeout_s
        self._answers: dict[str, asyncio.Future[Answer]] = {}
        self._came = asyncio.Event()

    async def run(self, central_system: str) -> list[str]:
        url = url_of(self._station, central_system)
        try:
            connection = await connect(url, subprotocols=[SUBPROTOCOL], open_timeout=self._timeout_s, proxy=None)
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as error:
            raise Unreachable(f"{url} cannot be connected to: {error}") from None
        async with connection:
            listening = asyncio.create_task(self._listen(connection))
            for number, call in enumerate(self._retelling.to_send, 1):
                if not await self._sent(connection, f"replay-{number}", call, listening):
                    self._retelling.lost(call, str(listening.exception() or "the central system closed it"))
                    return self._retelling.differences
            try:
                async with asyncio.timeout(LAST_COMMANDS_S):
                    while not self._retelling.all_came:
                        self._came.clear()
                        await self._came.wait()
            except TimeoutError:
                pass  # what did not come is told as a difference
            listening.cancel()
            await asyncio.wait([listening])
        return self._retelling.end()

    async def _sent(self, connection: ClientConnection, id: str, call: Told, listening: asyncio.Task[None]) -> bool:
        """Send ``call`` and take its answer, if one comes; False when the connection is gone before that."""
        answer = self._answers[id] = asyncio.get_running_loop().create_future()
        with contextlib.suppress(ConnectionClosed):
            await connection.send(json.dumps([2, id, call.action, self._retelling.payload(call)]))
        # What had no answer then is not waited for long now.
        timeout_s = self._timeout_s if call.answer is not None else 0.5
        await asyncio.wait((answer, listening), timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if listening.done() and not answer.done():
            return False
        self._retelling.answered(call, answer.result() if answer.done() else None)
        return True

    async def _listen(self, connection: ClientConnection) -> None:
        async for text in connection:
            match _parsed(text):
                case [2, str(id), str(action), *_]:
                    answer = self._retelling.answer_to(action)
                    frame = [4, id, answer.code, "", {}] if answer.code else [3, id, answer.payload]
                    await connection.send(json.dumps(frame))
                    self._came.set()
                case [3, str(id), payload]:
                    self._take(id, Answer(payload))
                case [4, str(id), str(code), *_]:
                    self._take(id, Answer(code=code))
                case _:
                    self._retelling.differences.append(f"the central system sent no frame: {text[:200]!r}")

    def _take(self, id: str, answer: Answer) -> None:
        asked = self._answers.pop(id, None)
        if asked is not None and not asked.done():
            asked.set_result(answer)


def _parsed(text: str | bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
