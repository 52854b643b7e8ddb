"""One end of an OCPP-J session, for either role: text in, text out, no socket, no clock.

A caller feeds it and then drains it, in this order: ``opened``/``receive``/``send``/``reply``/``advance``, then
``events()`` (what to act on), then ``frames()`` (what to put on the wire), and comes back by ``next_deadline()``.

One CALL of ours is on its way at a time (OCPP-J 1.6 section 4.1.1); further requests wait in lanes, the most
urgent lane first and each lane in order. Whose turn it is after an answer shows when frames are drained: acting on
the answer may have given something more urgent to send. Answers to the peer's CALLs never wait: ``reply`` is on the
wire before any CALL that is sent after it.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.frames import Call, CallError, CallResult, FrameError, Payload, decode, encode
from chargepoint.ocpp.schema import Schemas, Violation

DEFAULT_TIMEOUT_S = 30.0
ANSWERS_KEPT = 32


class Lane(IntEnum):
    """How urgent a request of ours is; lower goes first."""

    BOOT = 0
    AUTHORIZE = 1
    TRANSACTION = 2
    STATUS = 3
    OTHER = 4


@dataclass(frozen=True, slots=True)
class Request:
    """A CALL to be sent. ``about`` comes back with its outcome; the endpoint does not look at it."""

    action: str
    payload: Payload
    lane: Lane = Lane.OTHER
    about: object = None


class Silence(StrEnum):
    """Why a request got no answer."""

    TIMEOUT = "timeout"
    CLOSED = "connection closed"


@dataclass(frozen=True, slots=True)
class CallReceived:
    """The peer asks; the caller owes ``reply`` or ``refuse`` with this id."""

    id: str
    action: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class Answered:
    """CALLRESULT to ``request``. ``violation`` tells what it does against the schema, if anything."""

    request: Request
    payload: Payload
    violation: Violation | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """CALLERROR to ``request``."""

    request: Request
    error: CallError


@dataclass(frozen=True, slots=True)
class Unanswered:
    """``request`` will get no answer any more; whether the peer received it is unknown, unless it never left."""

    request: Request
    why: Silence
    sent: bool


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something came in that is not acted on: no frame, an answer to nothing, a call that was refused.

    ``code`` is there when it is against the standard, and not merely late or said twice.
    """

    text: str
    reason: str
    code: CallErrorCode | None = None


Event = CallReceived | Answered | Refused | Unanswered | Dropped


class Endpoint:
    """One end of an OCPP-J session; it outlives its connections."""

    def __init__(
        self,
        schemas: Schemas,
        next_id: Callable[[], str],
        *,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        strict: bool = True,
    ) -> None:
        """``next_id`` gives message ids that are unique over all connections (OCPP-J 1.6 section 4.1.4).

        ``strict``: a CALL against its schema is refused with the code of the violation; otherwise it is passed on.
        """
        self.timeout_s = timeout_s
        self.answering = True
        """While not, the peer's CALLs are dropped without a word (1.6 section 4.2: a rejected station is silent)."""
        self._schemas = schemas
        self._next_id = next_id
        self._strict = strict
        self._open = False
        self._waiting: tuple[deque[Request], ...] = tuple(deque() for _ in Lane)
        self._on_its_way: tuple[str, Request] | None = None
        self._deadline: float | None = None
        self._now = 0.0
        self._owed: dict[str, str] = {}
        self._answers: OrderedDict[str, str] = OrderedDict()
        self._events: list[Event] = []
        self._frames: list[str] = []

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return self._open

    @property
    def idle(self) -> bool:
        """Whether no request of ours is on its way or waiting."""
        return self._on_its_way is None and not any(self._waiting)

    def opened(self) -> None:
        """There is a new connection; it ends an older one."""
        if self._open:
            self.closed()
        self._open = True
        self._answers.clear()

    def closed(self) -> None:
        """The connection is gone: every request is Unanswered, frames not yet drained are lost."""
        self._open = False
        self._frames.clear()
        self._owed.clear()
        self._deadline = None
        if self._on_its_way is not None:
            _, request = self._on_its_way
            self._on_its_way = None
            self._events.append(Unanswered(request, Silence.CLOSED, sent=True))
        for lane in self._waiting:
            while lane:
                self._events.append(Unanswered(lane.popleft(), Silence.CLOSED, sent=False))

    def send(self, request: Request, now: float) -> None:
        """Send ``request`` as soon as it is its turn; without a connection it is Unanswered at once.

        Raises ValueError when the payload violates its schema: what leaves us is always right.
        """
        if violation := self._schemas.violation(request.action, request.payload):
            raise ValueError(f"{request.action} of ours is wrong: {violation.reason}: {request.payload}")
        if not self._open:
            self._events.append(Unanswered(request, Silence.CLOSED, sent=False))
            return
        self._waiting[request.lane].append(request)
        self._send_next(now)

    def reply(self, call_id: str, payload: Payload) -> None:
        """Answer the peer's CALL; ignored when its connection is gone. Raises ValueError against the schema."""
        action = self._owed.get(call_id)
        if action is None:
            return
        if violation := self._schemas.violation(action, payload, response=True):
            raise ValueError(f"{action} answer of ours is wrong: {violation.reason}: {payload}")
        self._answer(call_id, encode(CallResult(call_id, payload)))

    def refuse(self, call_id: str, code: CallErrorCode, description: str) -> None:
        """Answer the peer's CALL with a CALLERROR; ignored when its connection is gone."""
        self._answer(call_id, encode(CallError(call_id, code, description)))

    def receive(self, text: str, now: float) -> None:
        """Take one text message of the peer; one that comes without a connection is Dropped."""
        if not self._open:
            self._events.append(Dropped(text, "its connection is gone"))
            return
        try:
            frame = decode(text)
        except FrameError as error:
            self._events.append(Dropped(text, str(error), error.code))
            if error.call_id is not None and self.answering:
                self._frames.append(encode(CallError(error.call_id, error.code, str(error))))
            return
        match frame:
            case Call() if not self.answering:
                self._events.append(Dropped(text, "the peer is not answered now"))
            case Call():
                self._call_received(frame, text)
            case CallResult(call_id, payload):
                if request := self._answered(call_id, text):
                    violation = self._schemas.violation(request.action, payload, response=True)
                    self._events.append(Answered(request, payload, violation))
            case CallError(call_id):
                if request := self._answered(call_id, text):
                    self._events.append(Refused(request, frame))
        self._now = now

    def advance(self, now: float) -> None:
        """Let time pass: a request unanswered for ``timeout_s`` is given up and the next one goes."""
        if self._on_its_way is not None and self._deadline is not None and now >= self._deadline:
            _, request = self._on_its_way
            self._on_its_way = None
            self._deadline = None
            self._events.append(Unanswered(request, Silence.TIMEOUT, sent=True))
            self._now = now

    def next_deadline(self) -> float | None:
        """When ``advance`` wants to be called next."""
        return self._deadline

    def events(self) -> list[Event]:
        """What has happened since the last time, in order."""
        events, self._events = self._events, []
        return events

    def frames(self) -> list[str]:
        """The texts to put on the wire, in order."""
        self._send_next(self._now)
        frames, self._frames = self._frames, []
        return frames

    def _send_next(self, now: float) -> None:
        if self._on_its_way is not None or not self._open:
            return
        for lane in self._waiting:
            if lane:
                request = lane.popleft()
                call_id = self._next_id()
                self._on_its_way = (call_id, request)
                self._deadline = now + self.timeout_s
                self._frames.append(encode(Call(call_id, request.action, request.payload)))
                return

    def _call_received(self, call: Call, text: str) -> None:
        if call.id in self._owed:
            self._events.append(Dropped(text, "its id is that of a call still being worked on"))
            return
        if (known := self._answers.get(call.id)) is not None:
            # The peer missed the answer and asks again: the same answer, without acting a second time.
            self._events.append(Dropped(text, "asked before; answered the same again"))
            self._frames.append(known)
            return
        self._owed[call.id] = call.action
        if not self._schemas.knows(call.action):
            self._events.append(Dropped(text, f"unknown action {call.action!r:.60}", CallErrorCode.NOT_IMPLEMENTED))
            self.refuse(
                call.id,
                CallErrorCode.NOT_IMPLEMENTED,
                f"{call.action!r:.60} is not an action of this version",
            )
            return
        violation = self._schemas.violation(call.action, call.payload)
        if violation is not None and self._strict:
            self._events.append(Dropped(text, violation.reason, violation.code))
            self.refuse(call.id, violation.code, violation.reason)
            return
        self._events.append(CallReceived(call.id, call.action, call.payload))

    def _answer(self, call_id: str, text: str) -> None:
        if self._owed.pop(call_id, None) is None:
            return
        self._answers[call_id] = text
        if len(self._answers) > ANSWERS_KEPT:
            self._answers.popitem(last=False)
        self._frames.append(text)

    def _answered(self, call_id: str, text: str) -> Request | None:
        if self._on_its_way is None or self._on_its_way[0] != call_id:
            self._events.append(Dropped(text, "an answer to no request of ours, or too late"))
            return None
        _, request = self._on_its_way
        self._on_its_way = None
        self._deadline = None
        return request
