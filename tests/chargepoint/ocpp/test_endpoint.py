"""One end of an OCPP-J session: its own requests, and its connections (OCPP-J 1.6 sections 4 and 5)."""

from __future__ import annotations

import pytest

from chargepoint.ocpp.endpoint import Endpoint
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.events import Answered, CallReceived, Dropped, Lane, Refused, Request, Silence, Unanswered
from chargepoint.ocpp.frames import CallError
from chargepoint.ocpp.schema import schemas
from tests.chargepoint.ocpp.ends import BEAT, BEATEN, endpoint, received, sent, tag


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
