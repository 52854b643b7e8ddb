"""A trace is driven against a central system again: a bare websocket for each charge point, no station behind it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from chargepoint.api.spec import url_of
from launcher.scenario.bare import showing
from launcher.scenario.credentials import NO_CREDENTIALS, Credentials
from launcher.scenario.patterns import brief
from launcher.scenario.peer import Peer, Unreachable
from launcher.scenario.requests import NoReply, Requests
from launcher.scenario.retelling import Retelling
from launcher.scenario.traced import Answer, Told

LAST_COMMANDS_S = 2.0
"""How long commands of the central system are waited for that came in the trace."""
SUBPROTOCOL = Subprotocol("ocpp1.6")


async def replay(
    trace: Mapping[str, Sequence[Told]],
    peer: Peer,
    answer_timeout_s: float,
    credentials: Credentials = NO_CREDENTIALS,
    *,
    to_now: bool = False,
) -> dict[str, list[str]]:
    """The differences of each charge point of ``trace``. What ``peer`` takes commands for, it is asked to send; the
    moments of CALLs are as then, or moved ``to_now``. Raises Unreachable, and InputError for ``credentials`` that
    cannot be shown."""
    first_at = min((call.at for calls in trace.values() for call in calls if call.at), default=0.0)
    later_s = time.time() - first_at if to_now and first_at else 0.0
    async with Requests() as requests:
        replays = [
            _Replay(station, Retelling(calls, later_s), answer_timeout_s, peer, requests).run(
                showing(station, peer.url, credentials)
            )
            for station, calls in trace.items()
        ]
        told = await asyncio.gather(*replays)
    return dict(zip(trace, told, strict=True))


class _Replay:
    def __init__(
        self, station: str, retelling: Retelling, answer_timeout_s: float, peer: Peer, requests: Requests
    ) -> None:
        self._station = station
        self._retelling = retelling
        self._timeout_s = answer_timeout_s
        self._peer = peer
        self._requests = requests
        self._answers: dict[str, asyncio.Future[Answer]] = {}
        self._came = asyncio.Event()

    async def run(self, shown: Mapping[str, Any]) -> list[str]:
        """Drive it; ``shown`` goes to the handshake. Returns the differences. Raises Unreachable."""
        url = url_of(self._station, self._peer.url)
        try:
            connection = await connect(
                url, subprotocols=[SUBPROTOCOL], open_timeout=self._timeout_s, proxy=None, **shown
            )
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as error:
            raise Unreachable(f"{url} cannot be connected to: {error}") from None
        async with connection:
            listening = asyncio.create_task(self._listen(connection))
            for number, call in enumerate(self._retelling.calls, 1):
                if not call.from_station:
                    if self._peer.commands:
                        await self._ask_for(call)
                elif not await self._sent(connection, f"replay-{number}", call, listening):
                    self._retelling.lost(call, str(listening.exception() or "the central system closed it"))
                    return self._retelling.differences
            await self._until(lambda: self._retelling.all_came, LAST_COMMANDS_S)
            listening.cancel()
            await asyncio.wait([listening])
        return self._retelling.end()

    async def _ask_for(self, call: Told) -> None:
        """Let the central system send what it sent in the trace, and wait until it has."""
        url = self._peer.command_url(self._station, call.action)
        try:
            reply = await self._requests.send("POST", url, self._retelling.payload(call))
        except NoReply as error:
            self._retelling.differ(call, str(error))
            return
        if reply.status >= 400 and not self._retelling.has_come(call):
            self._retelling.differ(call, f"POST {url} was answered {reply.status} {brief(reply.body)}")
            return
        await self._until(lambda: self._retelling.has_come(call), self._timeout_s)

    async def _until(self, so: Callable[[], bool], timeout_s: float) -> None:
        """Wait for commands until it is ``so``; what does not come in time is told as a difference at the end."""
        try:
            async with asyncio.timeout(timeout_s):
                while not so():
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            pass

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
