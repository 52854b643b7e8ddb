"""Two endpoints on one wire, driven at random: what must hold whatever happens in which order."""

from __future__ import annotations

import itertools
from collections import Counter, deque
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chargepoint.ocpp.endpoint import Endpoint
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.events import Answered, CallReceived, Dropped, Lane, Refused, Request, Silence, Unanswered
from chargepoint.ocpp.frames import Call, CallResult, decode
from chargepoint.ocpp.schema import schemas
from tests.chargepoint.ocpp.strategies import not_quite_frames

TIMEOUT_S = 30.0
_ids = itertools.count(1)


def number_of(request: Request) -> int:
    """What ``ask`` wrote on it."""
    assert isinstance(request.about, int)
    return request.about


@dataclass
class Side:
    """One role: its endpoint, the texts on their way to it, and the record of what became of everything."""

    name: str
    endpoint: Endpoint = field(init=False)
    coming: deque[str] = field(default_factory=deque)
    asked: list[int] = field(default_factory=list)
    """Numbers of the requests it was told to send, in order."""
    lanes: dict[int, Lane] = field(default_factory=dict)
    left: dict[int, float] = field(default_factory=dict)
    """Numbers of the requests that went on the wire, and when."""
    outcomes: dict[int, list[object]] = field(default_factory=dict)
    owed: list[CallReceived] = field(default_factory=list)
    acted_on: Counter[str] = field(default_factory=Counter)
    """The message ids it acted on, over all connections."""

    def __post_init__(self) -> None:
        self.endpoint = Endpoint(schemas("1.6"), lambda: f"{self.name}{next(_ids)}", timeout_s=TIMEOUT_S)

    def waiting(self) -> list[int]:
        """Requests without an outcome that have not left."""
        return [number for number in self.asked if number not in self.left and not self.outcomes[number]]


class TwoEnds(RuleBasedStateMachine):
    """A charge point and a central system: the same endpoint in both roles."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.connected = False
        self.station, self.csms = Side("s"), Side("c")
        self.numbers = itertools.count(1)
        self.connect()

    side = st.sampled_from(["station", "csms"])

    @precondition(lambda self: not self.connected)
    @rule()
    def connect(self) -> None:
        self.connected = True
        self.station.endpoint.opened()
        self.csms.endpoint.opened()
        self._settle()

    @precondition(lambda self: self.connected)
    @rule()
    def lose_the_connection(self) -> None:
        """At any moment; what is on its way is lost with it."""
        self.connected = False
        for side in (self.station, self.csms):
            side.coming.clear()
            side.endpoint.closed()
        self._settle()

    @rule(name=side, lane=st.sampled_from(Lane))
    def ask(self, name: str, lane: Lane) -> None:
        side = self._side(name)
        number = next(self.numbers)
        side.asked.append(number)
        side.lanes[number] = lane
        side.outcomes[number] = []
        side.endpoint.send(Request("DataTransfer", {"vendorId": "v", "data": str(number)}, lane, number), self.now)
        self._settle()

    @rule(name=side, texts=st.sampled_from([1, 1, 10]), twice=st.booleans())
    def deliver(self, name: str, texts: int, twice: bool) -> None:
        """``twice``: a peer that missed the answer and asks again, or answers again."""
        side = self._side(name)
        for _ in range(min(texts, len(side.coming))):
            text = side.coming.popleft()
            for _ in range(1 + twice):
                side.endpoint.receive(text, self.now)
                self._settle()

    @rule(name=side)
    def lose_a_text(self, name: str) -> None:
        """A peer that does not answer, or an answer that never comes."""
        if self._side(name).coming:
            self._side(name).coming.popleft()

    @rule(name=side, last=st.booleans(), refuse=st.booleans(), delay_s=st.sampled_from([0.0, 0.0, TIMEOUT_S]))
    def answer(self, name: str, last: bool, refuse: bool, delay_s: float) -> None:
        """In any order, and perhaps too late."""
        side = self._side(name)
        if not side.owed:
            return
        self.let_time_pass(delay_s)
        call = side.owed.pop(-1 if last else 0)
        if refuse:
            side.endpoint.refuse(call.id, CallErrorCode.GENERIC_ERROR, "no")
        else:
            side.endpoint.reply(call.id, {"status": "Accepted", "data": str(call.payload["data"])})
        self._settle()

    @precondition(lambda self: self.connected)
    @rule(name=side, text=not_quite_frames)
    def babble(self, name: str, text: str) -> None:
        """A peer that sends what it likes."""
        self._side(name).endpoint.receive(text, self.now)
        self._settle()

    @rule(seconds=st.sampled_from([1.0, 29.0, TIMEOUT_S]))
    def let_time_pass(self, seconds: float) -> None:
        self.now += seconds
        for side in (self.station, self.csms):
            side.endpoint.advance(self.now)
        self._settle()

    @invariant()
    def one_call_at_a_time_is_on_its_way(self) -> None:
        for side in (self.station, self.csms):
            on_their_way = [number for number in side.left if not side.outcomes[number]]
            assert len(on_their_way) <= 1
            assert (side.endpoint.next_deadline() is not None) == bool(on_their_way)
            assert side.endpoint.idle == (not on_their_way and not side.waiting())

    @invariant()
    def nobody_waits_while_the_wire_is_free(self) -> None:
        for side in (self.station, self.csms):
            if self.connected and side.endpoint.next_deadline() is None:
                assert side.waiting() == []

    @invariant()
    def every_request_has_at_most_one_outcome_and_none_is_open_without_a_connection(self) -> None:
        for side in (self.station, self.csms):
            for number in side.asked:
                assert len(side.outcomes[number]) <= 1
                assert self.connected or side.outcomes[number]

    @invariant()
    def no_call_is_acted_on_twice(self) -> None:
        for side in (self.station, self.csms):
            assert all(times == 1 for times in side.acted_on.values())

    def teardown(self) -> None:
        """Time heals everything: in the end each request has exactly one outcome."""
        if not self.connected:
            self.connect()
        for _ in range(sum(len(side.asked) for side in (self.station, self.csms)) + 1):
            self.let_time_pass(TIMEOUT_S)
        for side in (self.station, self.csms):
            for number in side.asked:
                assert len(side.outcomes[number]) == 1
            assert side.endpoint.idle

    def _side(self, name: str) -> Side:
        return self.station if name == "station" else self.csms

    def _settle(self) -> None:
        for side, peer in ((self.station, self.csms), (self.csms, self.station)):
            self._take_events(side)
            self._take_frames(side, peer)

    def _take_events(self, side: Side) -> None:
        for event in side.endpoint.events():
            match event:
                case CallReceived(call_id, action, payload):
                    if action == "DataTransfer" and str(payload.get("data")).isdigit():
                        side.acted_on[call_id] += 1
                        side.owed.append(event)
                case Answered(request, payload, violation):
                    assert violation is None
                    assert payload["data"] == str(request.about), "the answer of another request"
                    self._outcome(side, request, event)
                case Refused(request):
                    self._outcome(side, request, event)
                case Unanswered(request, why, sent):
                    assert sent == (request.about in side.left)
                    assert (why is Silence.TIMEOUT) == self.connected
                    assert why is Silence.CLOSED or self.now >= side.left[number_of(request)] + TIMEOUT_S
                    self._outcome(side, request, event)
                case Dropped(_, reason):
                    assert reason

    def _outcome(self, side: Side, request: Request, outcome: object) -> None:
        side.outcomes[number_of(request)].append(outcome)

    def _take_frames(self, side: Side, peer: Side) -> None:
        for text in side.endpoint.frames():
            assert self.connected
            frame = decode(text)
            if isinstance(frame, Call):
                number = int(str(frame.payload["data"]))
                lane = side.lanes[number]
                for other in side.waiting():
                    assert (side.lanes[other], other) >= (lane, number), "overtaken out of turn"
                side.left[number] = self.now
            elif isinstance(frame, CallResult):
                assert frame.id in side.acted_on
            peer.coming.append(text)


TwoEnds.TestCase.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
TestTwoEnds = TwoEnds.TestCase
