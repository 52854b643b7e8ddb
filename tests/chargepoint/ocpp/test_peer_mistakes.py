"""What an end of a session makes of a peer that is wrong, silent, or does not know a request."""

from __future__ import annotations

import pytest

from chargepoint.ocpp.checking import Checking
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.events import Answered, CallReceived, Dropped, Refused, Request
from chargepoint.ocpp.frames import CallError
from tests.chargepoint.ocpp.ends import BEAT, BEATEN, endpoint, received, sent


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
