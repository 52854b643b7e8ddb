"""One end of an OCPP-J session, sentence by sentence (OCPP-J 1.6 sections 4 and 5; domain text section 5)."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from chargepoint.ocpp.checking import Checking
from chargepoint.ocpp.endpoint import (
    ANSWERS_KEPT,
    Answered,
    CallReceived,
    Dropped,
    Endpoint,
    Event,
    Lane,
    Refused,
    Request,
    Silence,
    Unanswered,
)
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.frames import CallError
from chargepoint.ocpp.schema import schemas

BEAT = Request("Heartbeat", {})
BEATEN = {"currentTime": "2030-01-01T00:00:00Z"}


def endpoint(*, checking: Checking = Checking.STRICT, connected: bool = True) -> Endpoint:
    """An endpoint whose message ids are a1, a2, ..."""
    numbers = itertools.count(1)
    end = Endpoint(schemas("1.6"), lambda: f"a{next(numbers)}", timeout_s=30.0, checking=checking)
    if connected:
        end.opened()
    return end


def sent(end: Endpoint) -> list[list[Any]]:
    """The frames on the wire since the last time."""
    return [json.loads(text) for text in end.frames()]


def received(end: Endpoint, *frame: object, now: float = 0.0) -> list[Event]:
    """The events of ``frame`` coming in."""
    end.receive(json.dumps(frame), now)
    return end.events()


def tag(id_tag: str, lane: Lane = Lane.OTHER) -> Request:
    """A request that can be told from others."""
    return Request("Authorize", {"idTag": id_tag}, lane, about=id_tag)


# Our requests


def test_a_request_goes_out_as_a_call_and_its_result_comes_back_with_it() -> None:
    end = endpoint()
    end.send(BEAT, 0.0)
    assert sent(end) == [[2, "a1", "Heartbeat", {}]]
    assert received(end, 3, "a1", BEATEN) == [Answered(BEAT, BEATEN)]
    assert end.idle
    assert end.next_deadline() is None


def test_a_call_error_comes_back_with_its_request_in_the_spelling_of_the_peer() -> None:
    end = endpoint()
    end.send(BEAT, 0.0)
    [event] = received(end, 4, "a1", "OccurrenceConstraintViolation", "no", {})
    assert event == Refused(BEAT, CallError("a1", "OccurrenceConstraintViolation", "no"))


def test_one_request_is_on_its_way_at_a_time() -> None:
    """OCPP-J 1.6 section 4.1.1."""
    end = endpoint()
    end.send(tag("first"), 0.0)
    end.send(tag("second"), 0.0)
    assert [frame[3] for frame in sent(end)] == [{"idTag": "first"}]
    received(end, 3, "a1", {"idTagInfo": {"status": "Accepted"}})
    assert [frame[3] for frame in sent(end)] == [{"idTag": "second"}]


def test_the_most_urgent_lane_goes_first_and_each_lane_in_order() -> None:
    end = endpoint()
    end.send(tag("on its way"), 0.0)
    for lane in reversed(Lane):
        end.send(tag(f"{lane.name} 1", lane), 0.0)
        end.send(tag(f"{lane.name} 2", lane), 0.0)
    order = []
    for number in range(1, 1 + 2 * len(Lane) + 1):
        order += [frame[3]["idTag"] for frame in sent(end)]
        received(end, 4, f"a{number}", "GenericError", "", {})
    assert order == ["on its way"] + [f"{lane.name} {number}" for lane in Lane for number in (1, 2)]


def test_what_acting_on_an_answer_sends_may_be_more_urgent_than_what_waits() -> None:
    end = endpoint()
    end.send(BEAT, 0.0)
    end.send(tag("waits", Lane.STATUS), 0.0)
    sent(end)
    received(end, 3, "a1", BEATEN)
    end.send(tag("consequence", Lane.TRANSACTION), 0.0)
    assert [frame[3] for frame in sent(end)] == [{"idTag": "consequence"}]


def test_who_answers_has_no_less_time_because_our_clock_goes_faster() -> None:
    end = Endpoint(schemas("1.6"), lambda: "a", timeout_s=30.0, speed=60.0)
    end.opened()
    end.send(Request("Heartbeat", {}), 0.0)
    end.advance(1799.0)
    assert end.events() == []
    end.receive('[3, "a", {"currentTime": "2030-01-01T00:00:00Z"}]', 1799.0)
    [answered] = end.events()
    assert isinstance(answered, Answered)
    assert answered.took_s == pytest.approx(1799 / 60)


def test_a_request_without_an_answer_is_given_up_after_the_timeout_and_the_next_one_goes() -> None:
    end = endpoint()
    end.send(tag("first"), 100.0)
    end.send(tag("second"), 110.0)
    sent(end)
    assert end.next_deadline() == 130.0
    end.advance(129.9)
    assert end.events() == []
    end.advance(130.0)
    assert end.events() == [Unanswered(tag("first"), Silence.TIMEOUT, sent=True)]
    assert [frame[3] for frame in sent(end)] == [{"idTag": "second"}]
    assert end.next_deadline() == 160.0


def test_a_late_answer_is_dropped_and_does_not_answer_the_next_request() -> None:
    """Domain text 8.3, item 15: late responses must not shift the conversation."""
    end = endpoint()
    end.send(tag("first"), 0.0)
    end.send(tag("second"), 0.0)
    end.advance(30.0)
    end.events()
    end.frames()
    [event] = received(end, 3, "a1", {"idTagInfo": {"status": "Accepted"}}, now=31.0)
    assert isinstance(event, Dropped)
    [event] = received(end, 3, "a2", {"idTagInfo": {"status": "Blocked"}}, now=32.0)
    assert event == Answered(tag("second"), {"idTagInfo": {"status": "Blocked"}})


def test_a_second_answer_is_dropped() -> None:
    end = endpoint()
    end.send(BEAT, 0.0)
    received(end, 3, "a1", BEATEN)
    [event] = received(end, 3, "a1", BEATEN)
    assert isinstance(event, Dropped)


def test_an_answer_to_nothing_is_dropped() -> None:
    end = endpoint()
    assert isinstance(received(end, 3, "never", {})[0], Dropped)
    assert isinstance(received(end, 4, "never", "GenericError", "", {})[0], Dropped)
    assert sent(end) == []


def test_a_result_against_the_schema_answers_its_request_and_tells_the_violation() -> None:
    end = endpoint()
    end.send(BEAT, 0.0)
    [event] = received(end, 3, "a1", {"currentTime": "yesterday"})
    assert isinstance(event, Answered)
    assert event.violation is not None
    assert event.violation.code is CallErrorCode.PROPERTY_CONSTRAINT_VIOLATION


def test_what_leaves_us_is_always_right_by_the_schema() -> None:
    end = endpoint()
    with pytest.raises(ValueError, match="Authorize of ours is wrong"):
        end.send(Request("Authorize", {"idTag": "x" * 21}), 0.0)
    received(end, 2, "c1", "ClearCache", {})
    with pytest.raises(ValueError, match="ClearCache answer of ours is wrong"):
        end.reply("c1", {"status": "Perhaps"})
    end.reply("c1", {"status": "Accepted"})
    assert sent(end) == [[3, "c1", {"status": "Accepted"}]]


# The peer's requests


def test_a_call_of_the_peer_is_handed_on_and_answered() -> None:
    end = endpoint()
    assert received(end, 2, "c1", "Reset", {"type": "Soft"}) == [CallReceived("c1", "Reset", {"type": "Soft"})]
    end.reply("c1", {"status": "Accepted"})
    assert sent(end) == [[3, "c1", {"status": "Accepted"}]]


def test_calls_of_both_sides_may_cross() -> None:
    """Domain text 5.4: both sides waiting for each other is normal, never a deadlock."""
    end = endpoint()
    end.send(BEAT, 0.0)
    assert isinstance(received(end, 2, "c1", "ClearCache", {})[0], CallReceived)
    end.reply("c1", {"status": "Accepted"})
    assert [frame[0] for frame in sent(end)] == [2, 3]


def test_the_reply_is_on_the_wire_before_a_call_that_follows_it() -> None:
    """Domain text, rule 3: response first, consequence afterwards."""
    end = endpoint()
    received(end, 2, "c1", "TriggerMessage", {"requestedMessage": "Heartbeat"})
    end.reply("c1", {"status": "Accepted"})
    end.send(BEAT, 0.0)
    assert [frame[0] for frame in sent(end)] == [3, 2]


def test_several_calls_of_the_peer_may_be_answered_in_any_order() -> None:
    end = endpoint()
    received(end, 2, "c1", "ClearCache", {})
    received(end, 2, "c2", "ClearCache", {})
    end.reply("c2", {"status": "Accepted"})
    end.refuse("c1", CallErrorCode.NOT_SUPPORTED, "no")
    assert sent(end) == [[3, "c2", {"status": "Accepted"}], [4, "c1", "NotSupported", "no", {}]]


def test_an_unknown_action_is_not_implemented() -> None:
    end = endpoint()
    for number, action in enumerate(("MakeCoffee", "", "reset", "ResetRequest", "NotifyReport", "x" * 10_000)):
        [event] = received(end, 2, str(number), action, {})
        assert isinstance(event, Dropped)
        [[kind, call_id, code, description, details]] = sent(end)
        assert (kind, call_id, code, details) == (4, str(number), "NotImplemented", {})
        assert len(description) <= 255


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "ProtocolError"),
        ({"type": "Soft", "more": 1}, "FormationViolation"),
        ({"type": 5}, "TypeConstraintViolation"),
        ({"type": "Gentle"}, "PropertyConstraintViolation"),
    ],
)
def test_a_call_against_its_schema_is_refused_with_the_code_of_1_6(payload: dict[str, Any], code: str) -> None:
    end = endpoint()
    [event] = received(end, 2, "c1", "Reset", payload)
    assert isinstance(event, Dropped)
    assert [frame[:3] for frame in sent(end)] == [[4, "c1", code]]


def test_a_malformed_call_is_refused_when_its_id_can_be_read_and_dropped_otherwise() -> None:
    end = endpoint()
    end.receive('[2,"c1","Reset"]', 0.0)
    end.receive("[2,", 0.0)
    end.receive('[7,"c1","Reset",{}]', 0.0)
    assert [type(event) for event in end.events()] == [Dropped, Dropped, Dropped]
    assert [frame[:3] for frame in sent(end)] == [[4, "c1", "FormationViolation"]]


def test_a_repeated_call_gets_the_same_answer_again_and_is_not_acted_on_twice() -> None:
    end = endpoint()
    received(end, 2, "c1", "Reset", {"type": "Soft"})
    end.reply("c1", {"status": "Accepted"})
    first = sent(end)
    [event] = received(end, 2, "c1", "Reset", {"type": "Soft"})
    assert isinstance(event, Dropped)
    assert sent(end) == first


def test_a_refused_call_that_is_repeated_is_refused_the_same_again() -> None:
    end = endpoint()
    received(end, 2, "c1", "MakeCoffee", {})
    first = sent(end)
    received(end, 2, "c1", "MakeCoffee", {})
    assert sent(end) == first


def test_a_repeated_call_that_is_still_worked_on_is_answered_once() -> None:
    end = endpoint()
    received(end, 2, "c1", "ClearCache", {})
    [event] = received(end, 2, "c1", "ClearCache", {})
    assert isinstance(event, Dropped)
    end.reply("c1", {"status": "Accepted"})
    end.reply("c1", {"status": "Rejected"})
    assert sent(end) == [[3, "c1", {"status": "Accepted"}]]


def test_another_call_under_an_id_that_was_used_before_is_a_call_of_its_own() -> None:
    """Central systems that count from 1 after a restart of their own, or give every CALL the same id."""
    end = endpoint()
    received(end, 2, "1", "ClearCache", {})
    end.reply("1", {"status": "Accepted"})
    assert isinstance(received(end, 2, "1", "Reset", {"type": "Soft"})[0], CallReceived)
    end.reply("1", {"status": "Rejected"})
    assert isinstance(received(end, 2, "1", "Reset", {"type": "Hard"})[0], CallReceived)
    end.reply("1", {"status": "Accepted"})
    assert [frame[2]["status"] for frame in sent(end)] == ["Accepted", "Rejected", "Accepted"]


def test_only_the_latest_answers_are_kept() -> None:
    end = endpoint()
    for number in range(ANSWERS_KEPT + 1):
        received(end, 2, str(number), "ClearCache", {})
        end.reply(str(number), {"status": "Accepted"})
    sent(end)
    assert isinstance(received(end, 2, "0", "ClearCache", {})[0], CallReceived)
    assert isinstance(received(end, 2, str(ANSWERS_KEPT), "ClearCache", {})[0], Dropped)


def test_the_peer_may_use_our_message_ids_for_its_own() -> None:
    end = endpoint()
    end.send(BEAT, 0.0)
    assert isinstance(received(end, 2, "a1", "ClearCache", {})[0], CallReceived)
    end.reply("a1", {"status": "Accepted"})
    assert isinstance(received(end, 3, "a1", BEATEN)[0], Answered)


# Connections


def test_without_a_connection_a_request_is_unanswered_at_once() -> None:
    end = endpoint(connected=False)
    end.send(BEAT, 0.0)
    assert end.events() == [Unanswered(BEAT, Silence.CLOSED, sent=False)]
    assert sent(end) == []
    assert not end.is_open


def test_a_lost_connection_leaves_every_request_unanswered_in_the_order_of_their_turns() -> None:
    end = endpoint()
    for id_tag in ("on its way", "waiting"):
        end.send(tag(id_tag), 0.0)
    end.send(tag("urgent", Lane.BOOT), 0.0)
    end.closed()
    assert end.events() == [
        Unanswered(tag("on its way"), Silence.CLOSED, sent=True),
        Unanswered(tag("urgent", Lane.BOOT), Silence.CLOSED, sent=False),
        Unanswered(tag("waiting"), Silence.CLOSED, sent=False),
    ]
    assert end.idle
    assert end.next_deadline() is None


def test_nothing_of_an_old_connection_is_said_on_a_new_one() -> None:
    end = endpoint()
    received(end, 2, "c1", "ClearCache", {})
    end.send(BEAT, 0.0)
    end.closed()
    end.reply("c1", {"status": "Accepted"})
    end.refuse("c1", CallErrorCode.INTERNAL_ERROR, "")
    end.receive('[2,"c2","Reset"]', 0.0)
    end.advance(1000.0)
    end.opened()
    assert sent(end) == []


def test_a_message_id_is_never_used_again_not_even_on_another_connection() -> None:
    """OCPP-J 1.6 section 4.1.4."""
    end = endpoint()
    end.send(BEAT, 0.0)
    end.closed()
    end.opened()
    end.send(BEAT, 0.0)
    assert sent(end) == [[2, "a2", "Heartbeat", {}]]
    assert isinstance(received(end, 3, "a1", BEATEN)[-1], Dropped)


def test_a_peer_may_count_its_message_ids_anew_on_a_new_connection() -> None:
    end = endpoint()
    received(end, 2, "1", "ClearCache", {})
    end.reply("1", {"status": "Accepted"})
    end.closed()
    end.opened()
    assert isinstance(received(end, 2, "1", "ClearCache", {})[0], CallReceived)


def test_a_new_connection_ends_an_older_one_that_nobody_closed() -> None:
    end = endpoint()
    end.send(BEAT, 0.0)
    end.opened()
    assert end.events() == [Unanswered(BEAT, Silence.CLOSED, sent=True)]
    assert sent(end) == []
    assert end.is_open


def test_while_the_peer_is_not_answered_its_calls_are_dropped_and_its_answers_heard() -> None:
    """1.6 section 4.2: a rejected charge point is silent, but waits for the answer to its next boot."""
    end = endpoint()
    end.answering = False
    assert isinstance(received(end, 2, "c1", "ClearCache", {})[0], Dropped)
    assert isinstance(received(end, 2, "c2", "ClearCache")[0], Dropped)
    assert sent(end) == []
    end.send(BEAT, 0.0)
    assert isinstance(received(end, 3, "a1", BEATEN)[0], Answered)
    end.answering = True
    assert isinstance(received(end, 2, "c1", "ClearCache", {})[0], CallReceived)


# Strictness and its opposite


def test_a_lenient_endpoint_hands_on_what_can_be_mended_and_tells_what_was_wrong() -> None:
    end = endpoint(checking=Checking.LENIENT)
    [event] = received(end, 2, "c1", "Reset", {"type": "soft", "more": 1})
    assert isinstance(event, CallReceived)
    assert event.payload == {"type": "Soft"}
    assert event.violation is not None
    [event] = received(end, 2, "c2", "Reset", {})
    assert isinstance(event, Dropped)
    assert [frame[:3] for frame in sent(end)] == [[4, "c2", "ProtocolError"]]


def test_an_endpoint_that_does_not_check_hands_on_everything_as_it_is() -> None:
    end = endpoint(checking=Checking.NONE)
    [event] = received(end, 2, "c1", "Reset", {"type": 5})
    assert isinstance(event, CallReceived)
    assert event.payload == {"type": 5}
    assert event.violation is not None


def test_a_lenient_endpoint_mends_answers() -> None:
    end = endpoint(checking=Checking.LENIENT)
    end.send(BEAT, 0.0)
    [event] = received(end, 3, "a1", {"currentTime": "2030-01-01T00:00:00"})
    assert isinstance(event, Answered)
    assert event.payload == BEATEN
    assert event.violation is not None


@pytest.mark.parametrize("rest", ["", ",null", ",[]", ",{},{}", ',{"currentTime":'])
def test_a_result_that_cannot_be_read_is_an_answer_without_content(rest: str) -> None:
    """The peer has acted on the request: it must not be repeated, nor waited for."""
    end = endpoint()
    end.send(BEAT, 0.0)
    end.receive(f'[3,"a1"{rest}' + ("" if rest.endswith(":") else "]"), 0.0)
    [event] = end.events()
    assert isinstance(event, Answered)
    assert event.payload == {}
    assert event.violation is not None
    assert event.violation.code is CallErrorCode.FORMATION_VIOLATION


@pytest.mark.parametrize("text", ['[4,"a1"]', '[4,"a1",5,"",{}]', '[4,"a1","GenericError","",{},{}]', '[4,"a1",{'])
def test_an_error_that_cannot_be_read_is_an_error(text: str) -> None:
    end = endpoint()
    end.send(BEAT, 0.0)
    end.receive(text, 0.0)
    assert end.events() == [Refused(BEAT, CallError("a1", "GenericError"))]


def test_what_cannot_be_read_and_answers_nothing_is_dropped() -> None:
    end = endpoint()
    end.receive('[3,"a1"]', 0.0)
    end.receive('[4,"a1"]', 0.0)
    assert [type(event) for event in end.events()] == [Dropped, Dropped]
    assert sent(end) == []


def test_a_call_that_is_too_large_is_refused_and_an_answer_that_is_too_large_is_empty() -> None:
    end = endpoint()
    end.largest_message = 100
    end.send(BEAT, 0.0)
    sent(end)
    data = "x" * 100
    end.receive(f'[2,"c1","DataTransfer",{{"vendorId":"v","data":"{data}"}}]', 0.0)
    end.receive(f'[3,"a1",{{"currentTime":"{data}"}}]', 0.0)
    dropped, answered = end.events()
    assert isinstance(dropped, Dropped)
    assert isinstance(answered, Answered)
    assert answered.payload == {}
    [[kind, call_id, code, description, _]] = sent(end)
    assert (kind, call_id, code) == (4, "c1", "GenericError")
    assert "100 are the most" in description


# What the peer does not know, and what it does not answer

NOTICE = Request("FirmwareStatusNotification", {"status": "Idle"}, optional=True)


@pytest.mark.parametrize("code", ["NotImplemented", "NotSupported"])
def test_an_optional_request_that_the_peer_does_not_know_is_sent_once_a_connection(code: str) -> None:
    end = endpoint()
    end.send(NOTICE, 0.0)
    [refused] = received(end, 4, "a1", code, "", {})
    sent(end)
    end.send(NOTICE, 0.0)
    assert end.events() == [refused]
    assert sent(end) == []
    end.closed()
    end.opened()
    end.send(NOTICE, 0.0)
    assert sent(end) == [[2, "a2", "FirmwareStatusNotification", {"status": "Idle"}]]


def test_what_waits_when_the_peer_says_that_it_does_not_know_it_is_refused_as_well() -> None:
    end = endpoint()
    for request in (NOTICE, NOTICE, BEAT, NOTICE):
        end.send(request, 0.0)
    sent(end)
    assert received(end, 4, "a1", "NotSupported", "", {}) == [Refused(NOTICE, CallError("a1", "NotSupported"))] * 3
    assert [frame[2] for frame in sent(end)] == ["Heartbeat"]
    received(end, 3, "a2", BEATEN)
    assert end.idle


def test_requests_that_are_not_optional_or_refused_for_other_reasons_are_sent_again() -> None:
    end = endpoint()
    for request, code in ((NOTICE, "InternalError"), (BEAT, "NotImplemented")):
        for _ in range(2):
            end.send(request, 0.0)
            [[_, call_id, action, _]] = sent(end)
            assert action == request.action
            received(end, 4, call_id, code, "", {})


def test_requests_in_a_row_without_an_answer_are_counted() -> None:
    end = endpoint()
    for number in range(1, 4):
        end.send(BEAT, 0.0)
        sent(end)
        end.advance(30.0)
        assert end.timeouts == number
    received(end, 2, "c1", "ClearCache", {})
    assert end.timeouts == 3
    end.send(BEAT, 0.0)
    [[_, call_id, _, _]] = [frame for frame in sent(end) if frame[0] == 2]
    received(end, 4, call_id, "GenericError", "", {})
    assert end.timeouts == 0


def test_a_lost_connection_ends_the_count() -> None:
    end = endpoint()
    end.send(BEAT, 0.0)
    end.advance(30.0)
    assert end.timeouts == 1
    end.closed()
    assert end.timeouts == 0
