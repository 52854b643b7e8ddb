"""One end of an OCPP-J session, for either role: text in, text out, no socket, no clock.

A caller feeds it and then drains it, in this order: ``opened``/``receive``/``send``/``reply``/``advance``, then
``events()`` (what to act on), then ``frames()`` (what to put on the wire), and comes back by ``next_deadline()``.

One CALL of ours is on its way at a time (OCPP-J 1.6 section 4.1.1); further requests wait in lanes, the most
urgent lane first and each lane in order. Whose turn it is after an answer shows when frames are drained: acting on
the answer may have given something more urgent to send. Answers to the peer's CALLs never wait: ``reply`` is on the
wire before any CALL that is sent after it.
"""

from __future__ import annotations

from collections.abc import Callable

from chargepoint.api.errors import shown
from chargepoint.ocpp.checking import Checking, check
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.events import (
    Answered,
    CallReceived,
    Dropped,
    Event,
    Lane,
    Refused,
    Request,
    Silence,
    Unanswered,
)
from chargepoint.ocpp.frames import (
    Call,
    CallError,
    CallResult,
    Frame,
    FrameError,
    Payload,
    TooLargeError,
    decode,
    encode,
)
from chargepoint.ocpp.owed import Owed
from chargepoint.ocpp.schema import Schemas, Violation

DEFAULT_TIMEOUT_S = 30.0


class Endpoint:
    """One end of an OCPP-J session; it outlives its connections."""

    def __init__(
        self,
        schemas: Schemas,
        next_id: Callable[[], str],
        *,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        checking: Checking = Checking.STRICT,
        speed: float = 1.0,
    ) -> None:
        """``next_id`` gives message ids that are unique over all connections (OCPP-J 1.6 section 4.1.4). ``speed``:
        how many seconds of the clock by which it is told the time are one of the peer's, who gets no less of them."""
        self.timeout_s = timeout_s
        self._speed = speed
        self.checking = checking
        self.largest_message: int | None = None
        """A CALL of more characters is refused, and an answer is as good as empty; the standard knows no limit."""
        self.answering = True
        """While not, the peer's CALLs are dropped without a word (1.6 section 4.2: a rejected station is silent)."""
        self._schemas = schemas
        self._next_id = next_id
        self._open = False
        self._waiting: tuple[list[Request], ...] = tuple([] for _ in Lane)
        self._on_its_way: tuple[str, Request] | None = None
        self._sent_at = 0.0
        self._deadline: float | None = None
        self._now = 0.0
        self._owed = Owed()
        self._unknown: dict[str, CallError] = {}
        self._not_ours: frozenset[str] = frozenset()
        self._timeouts = 0
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

    @property
    def timeouts(self) -> int:
        """How many requests in a row the peer has left without an answer on this connection."""
        return self._timeouts

    def opened(self) -> None:
        """There is a new connection; it ends an older one."""
        if self._open:
            self.closed()
        self._open = True
        self._owed.opened()
        self._unknown.clear()
        self._not_ours = frozenset()

    def closed(self) -> None:
        """The connection is gone: every request is Unanswered, frames not yet drained are lost."""
        self._open = False
        self._frames.clear()
        self._owed.closed()
        self._deadline = None
        self._timeouts = 0
        if self._on_its_way is not None:
            _, request = self._on_its_way
            self._on_its_way = None
            self._events.append(Unanswered(request, Silence.CLOSED, sent=True))
        for lane in self._waiting:
            while lane:
                self._events.append(Unanswered(lane.pop(0), Silence.CLOSED, sent=False))

    def send(self, request: Request, now: float) -> None:
        """Send ``request`` as soon as it is its turn; without a connection it is Unanswered at once.

        Raises ValueError when the payload violates its schema: what leaves us is always right.
        """
        violation = None if request.unchecked else self._schemas.violation(request.action, request.payload)
        if violation is not None:
            raise ValueError(f"{request.action} of ours is wrong: {violation.reason}: {request.payload}")
        if not self._open:
            self._events.append(Unanswered(request, Silence.CLOSED, sent=False))
            return
        if (error := self._unknown.get(request.action)) is not None:
            self._events.append(Refused(request, error))
            return
        self._waiting[request.lane].append(request)
        self._send_next(now)

    def reply(self, call_id: str, payload: Payload) -> None:
        """Answer the peer's CALL; ignored when its connection is gone. Raises ValueError against the schema."""
        call = self._owed.find(call_id)
        if call is None:
            return
        if violation := self._schemas.violation(call.action, payload, response=True):
            raise ValueError(f"{call.action} answer of ours is wrong: {violation.reason}: {payload}")
        self._answer(call_id, encode(CallResult(call_id, payload)))

    def refuse(self, call_id: str, code: CallErrorCode, description: str) -> None:
        """Answer the peer's CALL with a CALLERROR; ignored when its connection is gone."""
        self._answer(call_id, encode(CallError(call_id, code, description)))

    def release(self, call_id: str) -> bool:
        """Owe the peer's CALL nothing any more: it gets no answer, or one that does not come from here. Whether it
        was owed one."""
        return self._owed.release(call_id)

    def pass_over(self, call_id: str) -> None:
        """On this connection an answer with this id is for somebody else, who has spoken past this endpoint."""
        self._not_ours |= {call_id}

    def receive(self, text: str, now: float) -> None:
        """Take one text message of the peer; one that comes without a connection is Dropped."""
        if not self._open:
            self._events.append(Dropped(text, "its connection is gone"))
            return
        self._now = now
        try:
            self._receive(self._decode(text), text)
        except FrameError as error:
            self._receive_wrong(error, text)

    def advance(self, now: float) -> None:
        """Let time pass: a request unanswered for ``timeout_s`` is given up and the next one goes."""
        if self._on_its_way is not None and self._deadline is not None and now >= self._deadline:
            _, request = self._on_its_way
            self._on_its_way = None
            self._deadline = None
            self._timeouts += 1
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
                request = lane.pop(0)
                call_id = self._next_id()
                self._on_its_way = (call_id, request)
                self._sent_at, self._deadline = now, now + self.timeout_s * self._speed
                self._frames.append(encode(Call(call_id, request.action, request.payload)))
                return

    def _decode(self, text: str) -> Frame:
        if self.largest_message is not None and len(text) > self.largest_message:
            raise TooLargeError(text, self.largest_message)
        return decode(text, lenient=self.checking is not Checking.STRICT)

    def _receive(self, frame: Frame, text: str) -> None:
        match frame:
            case Call() if not self.answering:
                self._events.append(Dropped(text, "the peer is not answered now"))
            case Call():
                self._call_received(frame, text)
            case CallResult(call_id, payload):
                if request := self._answered(call_id, text):
                    checked = check(self._schemas, self.checking, request.action, payload, response=True)
                    self._events.append(Answered(request, checked.payload, checked.found, self._took_s))
            case CallError(call_id, code):
                if request := self._answered(call_id, text):
                    self._events.append(Refused(request, frame, self._took_s))
                    if request.optional and code in (CallErrorCode.NOT_IMPLEMENTED, CallErrorCode.NOT_SUPPORTED):
                        self._send_no_more(request.action, frame)

    def _receive_wrong(self, error: FrameError, text: str) -> None:
        """What is no frame can still be a CALL that waits for an answer, or the answer we wait for."""
        match error.meant:
            case CallResult(call_id) if self._awaits(call_id) and (request := self._answered(call_id, text)):
                self._events.append(Answered(request, {}, Violation(error.code, str(error)), self._took_s))
            case CallError(call_id) as frame if self._awaits(call_id):
                self._receive(frame, text)
            case Call(call_id) if self.answering:
                self._events.append(Dropped(text, str(error), error.code))
                self._frames.append(encode(CallError(call_id, error.code, str(error))))
            case _:
                self._events.append(Dropped(text, str(error), error.code))

    @property
    def _took_s(self) -> float:
        return (self._now - self._sent_at) / self._speed

    def _send_no_more(self, action: str, error: CallError) -> None:
        self._unknown[action] = error
        for lane in self._waiting:
            for request in [one for one in lane if one.action == action]:
                lane.remove(request)
                self._events.append(Refused(request, error))

    def _awaits(self, call_id: str) -> bool:
        return self._on_its_way is not None and self._on_its_way[0] == call_id

    def _call_received(self, call: Call, text: str) -> None:
        if call.id in self._owed:
            self._events.append(Dropped(text, "its id is that of a call still being worked on"))
            return
        if (answer := self._owed.said_before(call)) is not None:
            # The same answer, without acting a second time.
            self._events.append(Dropped(text, "asked before; answered the same again"))
            self._frames.append(answer)
            return
        self._owed.add(call)
        if not self._schemas.knows(call.action):
            reason = f"{shown(call.action)} is not an action of this version"
            self._refuse_wrong(call, text, Violation(CallErrorCode.NOT_IMPLEMENTED, reason))
            return
        checked = check(self._schemas, self.checking, call.action, call.payload)
        if checked.left is not None and self.checking is not Checking.NONE:
            self._refuse_wrong(call, text, checked.left)
            return
        self._events.append(CallReceived(call.id, call.action, checked.payload, checked.found))

    def _refuse_wrong(self, call: Call, text: str, violation: Violation) -> None:
        self._events.append(Dropped(text, violation.reason, violation.code))
        self.refuse(call.id, violation.code, violation.reason)

    def _answer(self, call_id: str, text: str) -> None:
        if self._owed.answered(call_id, text):
            self._frames.append(text)

    def _answered(self, call_id: str, text: str) -> Request | None:
        if self._on_its_way is None or not self._awaits(call_id):
            if call_id in self._not_ours:
                return None
            self._events.append(Dropped(text, "an answer to no request of ours, or too late"))
            return None
        _, request = self._on_its_way
        self._on_its_way = None
        self._deadline = None
        self._timeouts = 0
        return request
