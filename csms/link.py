"""One connection of a charge point: its websocket and its OCPP-J session."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Coroutine
from contextlib import suppress

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.protocol import State

from chargepoint.api.errors import shown
from chargepoint.clock import Clock
from chargepoint.ocpp.checking import Checking
from chargepoint.ocpp.endpoint import Endpoint
from chargepoint.ocpp.events import Answered, CallReceived, Dropped, Refused, Request, Silence, Unanswered
from chargepoint.ocpp.frames import CallError, CallResult, Payload
from chargepoint.wire import AsSent
from csms import commands
from csms.answering import Answering, Refusal, Reply
from csms.behaviours.behaviour import ABNORMAL, Close, frame, told
from csms.behaviours.table import Entry, Table
from csms.dialect import Dialect
from csms.messages import Direction, Messages
from csms.secured import secured

Outcome = Answered | Refused | Unanswered

log = logging.getLogger(__name__)

MAX_MESSAGE = 2 * 2**20
"""Bytes; a certificate chain or a long local list fits. A larger message is refused unread."""


async def close_connection(websocket: ServerConnection, code: int, reason: str) -> None:
    """Close it and wait until it is closed. The code ABNORMAL cuts it without a word."""
    if code == ABNORMAL:
        websocket.transport.abort()
        await websocket.wait_closed()
    else:
        await websocket.close(code, reason)


class Connection(AsSent, ServerConnection):
    """One that keeps what is wrong with a message for the session to answer."""

    LARGEST = MAX_MESSAGE


class Link:
    """One connection, from its handshake to its end."""

    def __init__(
        self,
        charge_point: str,
        websocket: ServerConnection,
        dialect: Dialect,
        answering: Answering,
        clock: Clock,
        behaviours: Table,
        messages: Messages,
    ) -> None:
        self.charge_point = charge_point
        self.dialect = dialect
        self.connected_at = clock.now()
        self.secured = secured(websocket)
        self._websocket = websocket
        self._answering = answering
        self._clock = clock
        self._behaviours = behaviours
        self._messages = messages
        # Not checked: Answering mends what can be mended before it refuses.
        self._endpoint = Endpoint(dialect.schemas, lambda: str(uuid.uuid4()), checking=Checking.NONE)
        self._endpoint.largest_message = MAX_MESSAGE
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
                now = self._clock.now()
                log.debug("%s: <- %s", self.charge_point, message)
                self._messages.keep(now, self.charge_point, Direction.RECEIVED, message)
                self._endpoint.receive(message, now)
                await self._settle()
        except ConnectionClosed:
            pass  # without a closing handshake: a charge point that lost its power or its network
        finally:
            self._endpoint.closed()
            self._act()

    async def close(self, code: int, reason: str) -> None:
        """Close the connection and wait until it is closed; nothing that comes in meanwhile is acted on."""
        self._closing = True
        await close_connection(self._websocket, code, reason)

    async def send_text(self, text: str, behaviour: int | None = None) -> None:
        """Send ``text`` as it is, frame or not; nobody waits for an answer to it."""
        log.debug("%s: -> %s", self.charge_point, text)
        self._messages.keep(self._clock.now(), self.charge_point, Direction.SENT, text, behaviour)
        await self._websocket.send(text)

    async def call(self, action: str, payload: Payload, timeout_s: float) -> commands.Answer:
        """What the charge point answers; raises Refused or NoAnswer.

        One command at a time is on its way (OCPP-J 1.6 section 4.1.1). The others wait here and not in the
        endpoint: a command that was given up must never be sent afterwards.
        """
        give_up_at = self._clock.now() + timeout_s * self._clock.speed
        try:
            async with asyncio.timeout(timeout_s):
                await self._turn.acquire()
        except TimeoutError:
            why = f"busy with another command for {timeout_s:g} s; this one was not sent"
            raise commands.NoAnswer(self.charge_point, action, why, sent=False) from None
        try:
            outcome = await self._exchange(action, payload, (give_up_at - self._clock.now()) / self._clock.speed)
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
        self._endpoint.timeout_s = timeout_s * self._clock.speed
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
            for text in self._endpoint.frames():
                await self.send_text(text)
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
        entry = self._behaviours.decide(self.charge_point, call.action)
        if entry is not None:
            log.warning("%s: %s: behaviour %d: %s", self.charge_point, call.action, entry.id, told(entry.behaviour))
        reply: Reply | Awaitable[Reply] | None = None
        if entry is None or entry.behaviour.carried_out:
            reply = self._answering.answer(self.charge_point, self.dialect, call)
        if entry is not None:
            self._in_background(self._deviate(call, entry, reply))
        elif isinstance(reply, Awaitable):
            # The reader goes on meanwhile: the answer may depend on what this very charge point says next.
            self._in_background(self._reply_later(call, reply))
        elif reply is not None:
            self._reply(call, reply)

    def _in_background(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _deviate(self, call: CallReceived, entry: Entry, reply: Reply | Awaitable[Reply] | None) -> None:
        """Play a behaviour in place of the right answer; on a connection that is gone meanwhile, nothing."""
        behaviour = entry.behaviour
        right = await reply if isinstance(reply, Awaitable) else reply
        if behaviour.delay_s:
            await asyncio.sleep(behaviour.delay_s / self._clock.speed)
        if not self._endpoint.release(call.id):
            return
        with suppress(ConnectionClosed):
            if isinstance(behaviour.deed, Close):
                await self.close(behaviour.deed.code, behaviour.deed.reason)
            elif (text := frame(behaviour, call.id, _frame(call.id, right))) is not None:
                for _ in range(behaviour.copies):
                    await self.send_text(text, entry.id)

    async def _reply_later(self, call: CallReceived, reply: Awaitable[Reply]) -> None:
        self._reply(call, await reply)
        await self._settle()

    def _reply(self, call: CallReceived, reply: Reply) -> None:
        if isinstance(reply, Refusal):
            self._endpoint.refuse(call.id, reply.code, reply.reason)
        else:
            self._endpoint.reply(call.id, reply)


def _frame(call_id: str, reply: Reply | None) -> CallResult | CallError | None:
    match reply:
        case None:
            return None
        case Refusal(code, reason):
            return CallError(call_id, code, reason)
        case payload:
            return CallResult(call_id, payload)
