"""The frames of a charge point, and waiting for one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from chargepoint.api.errors import InputError
from chargepoint.clock import iso
from csms import v16
from csms.csms import CentralSystem
from csms.http.bodies import described, json_object
from csms.http.errors import NotFound, responses
from csms.messages import RECENT, Direction, Frame, Message, Messages
from csms.server import Server

MAX_TEXT = 2**20


@dataclass(frozen=True, slots=True)
class AnswerView:
    """The answer to a CALL: a CALLRESULT has a ``payload``, a CALLERROR ``code``, ``description`` and ``details``.
    ``behaviour`` is the one that made it deviate."""

    number: int
    at: str
    payload: Any
    code: Any
    description: Any
    details: Any
    behaviour: int | None


@dataclass(frozen=True, slots=True)
class MessageView:
    """A CALL with its answer (null while there is none) and the seconds between them. What is no CALL and answers
    none has ``action`` null and its text as ``payload``."""

    number: int
    at: str
    direction: Direction
    id: str | None
    action: str | None
    payload: Any
    answer: AnswerView | None
    latency: float | None
    behaviour: int | None


@dataclass(frozen=True, slots=True)
class MessagesView:
    """Messages, the oldest first. ``newest`` is the number of the last frame of all: give it as ``after`` to see, or
    wait for, only what comes later."""

    newest: int
    messages: list[MessageView]


def router(system: CentralSystem, server: Server, messages: Messages) -> APIRouter:
    """What was on the wire, and any text onto it."""
    api = APIRouter(tags=["messages"], responses=responses(404, 422))

    @api.get("/charge-points/{id}/messages", response_model=MessagesView)
    async def of(
        id: str,
        action: Annotated[str | None, Query(description="only CALLs of this action")] = None,
        direction: Annotated[Direction | None, Query(description="received from the charge point, or sent")] = None,
        after: Annotated[int, Query(ge=0, description="only messages later than the frame of this number")] = 0,
        answered: Annotated[bool, Query(description="only CALLs that have their answer")] = False,
        timeout: Annotated[float, Query(ge=0, le=600, description="how long to wait for them, in seconds")] = 0,
        count: Annotated[int, Query(ge=1, le=RECENT, description="how many to wait for")] = 1,
        limit: Annotated[int, Query(ge=1, le=RECENT, description="at most so many, the newest")] = 100,
    ) -> Response:
        """What a charge point has sent and got lately, CALL and answer paired. With a `timeout` it answers as soon as
        `count` messages fit, so that a test can wait for them; when the time is over it answers what there is. All
        charge points share one bounded memory, in which the oldest frames give way."""
        _check_action(action)

        def fitting() -> list[Message]:
            return [
                message
                for message in messages.of(id, after)
                if action in (None, message.action)
                and direction in (None, message.frame.direction)
                and (message.answer is not None or not answered)
            ]

        found = await _within(timeout, count, id, messages, fitting)
        if not found and id not in system.charge_points:
            raise NotFound(f"no charge point {id!r} has ever connected")
        view = MessagesView(messages.newest, [_view(message) for message in found[-limit:]])
        # In ASCII: charge points may send halves of surrogate pairs, which UTF-8 cannot say.
        return Response(json.dumps(asdict(view)), media_type="application/json")

    text = {"text": {"type": "string", "maxLength": MAX_TEXT}}
    body = described(text, {"text": '[2, "1", "Reset", {"type": "Medium"}]'}, ["text"])

    @api.post("/charge-points/{id}/frames", openapi_extra=body)
    async def frame(id: str, request: Request) -> dict[str, int]:
        """Send any text as a frame, right or wrong; what comes back is among the messages `after` the number told."""
        raw = await json_object(request)
        given = raw.get("text")
        if not isinstance(given, str) or not 1 <= len(given) <= MAX_TEXT or raw.keys() != {"text"}:
            raise InputError("body", raw, f'an object like {{"text": "..."}} with 1 to {MAX_TEXT} characters')
        try:
            given.encode()
        except UnicodeEncodeError:
            raise InputError("text", given, "a text that UTF-8 can say: half a surrogate pair cannot be") from None
        before = messages.newest
        await server.send_text(id, given)
        return {"after": before}

    return api


async def _within(
    timeout_s: float, count: int, charge_point: str, messages: Messages, fitting: Callable[[], list[Message]]
) -> list[Message]:
    """The messages that fit, as soon as they are ``count``, ``timeout_s`` is over, or the program ends."""
    found = fitting()
    if len(found) >= count or not timeout_s:
        return found
    changed = asyncio.Event()
    with messages.listening(charge_point, changed.set):
        try:
            async with asyncio.timeout(timeout_s):
                while len(found := fitting()) < count and not messages.ended:
                    changed.clear()
                    await changed.wait()
        except TimeoutError:
            return found
    return found


def _check_action(action: str | None) -> None:
    known = v16.DIALECT.answers.keys() | v16.DIALECT.commands
    if action is not None and action not in known:
        raise InputError("action", action, "an action of OCPP 1.6; known are " + ", ".join(sorted(known)))


def _view(message: Message) -> MessageView:
    frame, latency_s = message.frame, message.latency_s
    return MessageView(
        number=frame.number,
        at=iso(frame.at),
        direction=frame.direction,
        id=message.id,
        action=message.action,
        payload=message.payload,
        answer=None if message.answer is None else _answer(message, message.answer),
        latency=None if latency_s is None else round(latency_s, 6),
        behaviour=frame.behaviour,
    )


def _answer(message: Message, frame: Frame) -> AnswerView:
    code, description, details = message.error or (None, None, None)
    return AnswerView(
        frame.number, iso(frame.at), message.answer_payload, code, description, details, frame.behaviour
    )
