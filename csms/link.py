"""One connection of a charge point: its websocket and its OCPP-J session."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable
from contextlib import suppress

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.protocol import State

from chargepoint.api.errors import shown
from chargepoint.clock import Clock
from chargepoint.ocpp.checking import Checking
from chargepoint.ocpp.endpoint import (
    Answered,
    CallReceived,
    Dropped,
    Endpoint,
    Refused,
    Request,
    Silence,
    Unanswered,
)
from chargepoint.ocpp.frames import Payload
from csms import commands
from csms.answering import Answering, Refusal, Reply
from csms.dialect import Dialect

Outcome = Answered | Refused | Unanswered

log = logging.getLogger(__name__)


class Link:
    """One connection, from its handshake to its end."""

    def __init__(
        self,
        charge_point: str,
        websocket: ServerConnection,
        dialect: Dialect,
        answering: Answering,
        clock: Clock,
    ) -> None:
        self.charge_point = charge_point
        self.dialect = dialect
        self.connected_at = clock.now()
        self._websocket = websocket
        self._answering = answering
        self._clock = clock
        # Not checked: Answering mends what can be mended before it refuses.
        self._endpoint = Endpoint(dialect.schemas, lambda: str(uuid.uuid4()), checking=Checking.NONE)
        self._endpoint.opened()
        self._turn = asyncio.Lock()
        self._later: set[asyncio.Task[None]] = set()
        self._closing = False

    @property
    def is_open(self) -> bool:
        """Whether commands can be sent: neither side has begun to close it."""
        return self._websocket.state is State.OPEN

    async def run(self) -> None:
        """Answer what the charge point asks until the connection is gone."""
        try:
            async for message in self._websocket:
                if self._closing:
                    break
                if isinstance(message, bytes):
                    log.warning("%s: a binary frame", self.charge_point)
                    await self.close(CloseCode.UNSUPPORTED_DATA, "OCPP-J sends text frames; this one was binary")
                    break
                log.debug("%s: <- %s", self.charge_point, message)
                self._endpoint.receive(message, self._clock.now())
                await self._settle()
        except ConnectionClosed:
            pass  # without a closing handshake: a charge point that lost its power or its network
        finally:
            self._endpoint.closed()
            self._act()

    async def close(self, code: int, reason: str) -> None:
        """Close the connection and wait until it is closed; nothing that comes in meanwhile is acted on."""
        self._closing = True
        await self._websocket.close(code, reason)

    async def call(self, action: str, payload: Payload, timeout_s: float) -> commands.Answer:
        """What the charge point answers; raises Refused or NoAnswer.

        One command at a time is on its way (OCPP-J 1.6 section 4.1.1). The others wait here and not in the
        endpoint: a command that was given up must never be sent afterwards.
        """
        give_up_at = self._clock.now() + timeout_s
        try:
            async with asyncio.timeout(timeout_s):
                await self._turn.acquire()
        except TimeoutError:
            why = f"busy with another command for {timeout_s:g} s; this one was not sent"
            raise commands.NoAnswer(self.charge_point, action, why, sent=False) from None
        try:
            outcome = await self._exchange(action, payload, give_up_at - self._clock.now())
        finally:
            self._turn.release()
        match outcome:
            case Answered(_, answer, violation):
                return commands.Answer(answer, violation.reason if violation else None)
            case Refused(_, error):
                raise commands.Refused(self.charge_point, action, error)
            case Unanswered(_, why, sent):
                reason = f"silent for {timeout_s:g} s" if why is Silence.TIMEOUT else str(why)
                raise commands.NoAnswer(self.charge_point, action, reason, sent=sent)

    async def _exchange(self, action: str, payload: Payload, timeout_s: float) -> Outcome:
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._endpoint.timeout_s = timeout_s
        self._endpoint.send(Request(action, payload, about=outcome), self._clock.now())
        with suppress(TimeoutError):
            # Sending is timed as well: a charge point that reads nothing stops it.
            async with asyncio.timeout(timeout_s):
                await self._settle()
                await asyncio.wait([outcome])
        if not outcome.done() and (deadline := self._endpoint.next_deadline()) is not None:
            self._endpoint.advance(deadline)
            self._act()
        return await outcome

    async def _settle(self) -> None:
        """Act on what has happened, then send what is to be sent."""
        self._act()
        try:
            for frame in self._endpoint.frames():
                log.debug("%s: -> %s", self.charge_point, frame)
                await self._websocket.send(frame)
        except ConnectionClosed:
            pass  # run() sees it as well and ends the session

    def _act(self) -> None:
        for event in self._endpoint.events():
            match event:
                case CallReceived():
                    self._answer(event)
                case Answered(request) | Refused(request) | Unanswered(request):
                    if isinstance(request.about, asyncio.Future):
                        request.about.set_result(event)
                case Dropped(text, reason):
                    log.warning("%s: not acted on: %s: %s", self.charge_point, reason, shown(text, 200))

    def _answer(self, call: CallReceived) -> None:
        reply = self._answering.answer(self.charge_point, self.dialect, call)
        if isinstance(reply, Awaitable):
            # The reader goes on meanwhile: the answer may depend on what this very charge point says next.
            task = asyncio.create_task(self._reply_later(call, reply))
            self._later.add(task)
            task.add_done_callback(self._later.discard)
        else:
            self._reply(call, reply)

    async def _reply_later(self, call: CallReceived, reply: Awaitable[Reply]) -> None:
        self._reply(call, await reply)
        await self._settle()

    def _reply(self, call: CallReceived, reply: Reply) -> None:
        if isinstance(reply, Refusal):
            self._endpoint.refuse(call.id, reply.code, reply.reason)
        else:
            self._endpoint.reply(call.id, reply)
