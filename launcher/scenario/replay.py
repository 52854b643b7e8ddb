"""A trace is driven against a central system again: a bare websocket for each charge point, no station behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from launcher.scenario.bare import showing
from launcher.scenario.credentials import NO_CREDENTIALS, Credentials
from launcher.scenario.peer import Unreachable
from launcher.scenario.retelling import Answer, Retelling, Told

LAST_COMMANDS_S = 2.0
"""How long commands of the central system are waited for that came in the trace."""
SUBPROTOCOL = Subprotocol("ocpp1.6")


async def replay(
    trace: Mapping[str, Sequence[Told]],
    central_system: str,
    answer_timeout_s: float,
    credentials: Credentials = NO_CREDENTIALS,
) -> dict[str, list[str]]:
    """The differences of each charge point of ``trace``. Raises Unreachable, and InputError for ``credentials`` that
    cannot be shown."""
    told = await asyncio.gather(
        *(
            _Replay(station, calls, answer_timeout_s).run(
                central_system, showing(station, central_system, credentials)
            )
            for station, calls in trace.items()
        )
    )
    return dict(zip(trace, told, strict=True))


class _Replay:
    def __init__(self, station: str, calls: Sequence[Told], answer_timeout_s: float) -> None:
        self._station = station
        self._retelling = Retelling(calls)
        self._timeout_s = answer_timeout_s
        self._answers: dict[str, asyncio.Future[Answer]] = {}
        self._came = asyncio.Event()

    async def run(self, central_system: str, shown: Mapping[str, Any]) -> list[str]:
        url = f"{central_system.rstrip('/')}/{quote(self._station, safe='')}"
        try:
            connection = await connect(
                url, subprotocols=[SUBPROTOCOL], open_timeout=self._timeout_s, proxy=None, **shown
            )
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as error:
            raise Unreachable(f"{url} cannot be connected to: {error}") from None
        async with connection:
            listening = asyncio.create_task(self._listen(connection))
            for number, call in enumerate(self._retelling.to_send, 1):
                await self._send(connection, f"replay-{number}", call)
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

    async def _send(self, connection: ClientConnection, id: str, call: Told) -> None:
        answer = self._answers[id] = asyncio.get_running_loop().create_future()
        try:
            await connection.send(json.dumps([2, id, call.action, self._retelling.payload(call)]))
            # What had no answer then is not waited for long now.
            async with asyncio.timeout(self._timeout_s if call.answer is not None else 0.5):
                self._retelling.answered(call, await answer)
        except (TimeoutError, ConnectionClosed):
            self._retelling.answered(call, None)

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
