"""The requests of the peer of an OCPP-J session, each answered once (OCPP-J 1.6 section 4)."""

from __future__ import annotations

from typing import Any

import pytest

from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.events import Answered, CallReceived, Dropped
from chargepoint.ocpp.owed import ANSWERS_KEPT
from tests.chargepoint.ocpp.ends import BEAT, BEATEN, endpoint, received, sent


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
