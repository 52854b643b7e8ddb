"""What a behaviour puts on the wire."""

from __future__ import annotations

import json

import pytest

from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.frames import CallError, CallResult
from csms.behaviours.behaviour import (
    Answer,
    Behaviour,
    Change,
    Close,
    Deed,
    Error,
    Refuse,
    Right,
    Silence,
    Text,
    frame,
    told,
)

RIGHT = CallResult("7", {"status": "Accepted", "idTagInfo": {"status": "Accepted", "parentIdTag": "P"}})


@pytest.mark.parametrize(
    ("deed", "sent"),
    [
        (Right(), [3, "7", RIGHT.payload]),
        (Change({"status": "Pending"}), [3, "7", {**RIGHT.payload, "status": "Pending"}]),
        (
            Change({"idTagInfo": {"status": "Blocked"}}),
            [3, "7", {**RIGHT.payload, "idTagInfo": {"status": "Blocked", "parentIdTag": "P"}}],
        ),
        (
            Change({"idTagInfo": {"parentIdTag": None}}),
            [3, "7", {**RIGHT.payload, "idTagInfo": {"status": "Accepted"}}],
        ),
        (Change({"status": {"a": {"b": None, "c": 1}}}), [3, "7", {**RIGHT.payload, "status": {"a": {"c": 1}}}]),
        (Answer({"bogus": 1}), [3, "7", {"bogus": 1}]),
        (Error(CallErrorCode.INTERNAL_ERROR, "d", {"e": 1}), [4, "7", "InternalError", "d", {"e": 1}]),
    ],
)
def test_an_answer_is_changed_replaced_or_refused(deed: Deed, sent: object) -> None:
    text = frame(Behaviour(deed), "7", RIGHT)
    assert text is not None
    assert json.loads(text) == sent


@pytest.mark.parametrize("deed", [Silence(), Close(1011), Refuse(503)])
def test_of_some_nothing_is_sent(deed: Deed) -> None:
    assert frame(Behaviour(deed), "7", RIGHT) is None


def test_a_text_is_sent_as_it_is_with_the_message_id_put_in_as_json_writes_it() -> None:
    assert frame(Behaviour(Text('[3, "${id}", {')), 'a"b', None) == '[3, "a\\"b", {'


def test_a_refusal_is_not_changed() -> None:
    refusal = CallError("7", CallErrorCode.NOT_SUPPORTED, "no")
    assert frame(Behaviour(Change({"status": "Pending"})), "7", refusal) == frame(Behaviour(Right()), "7", refusal)


def test_the_log_is_told_what_deviates() -> None:
    behaviour = Behaviour(Error(CallErrorCode.INTERNAL_ERROR), copies=2, delay_s=1.5, carried_out=False)
    assert told(behaviour) == "refused with InternalError 2 times after 1.5 s and not carried out"
