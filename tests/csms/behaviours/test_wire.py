"""Behaviours as JSON: what is right comes back, what is wrong is named with what would be right."""

from __future__ import annotations

from typing import Any

import pytest

from chargepoint.api.errors import InputError
from csms.behaviours.wire import parse, to_json

ACTIONS = ("BootNotification", "Heartbeat")

ALL: list[dict[str, Any]] = [
    {"action": "BootNotification", "change": {"status": "Pending", "interval": None}},
    {"action": "*", "answer": {}, "charge_point": "CP_0*", "times": 3, "delay": 2.5, "copies": 2},
    {"action": "Heartbeat", "error": {"code": "GenericError"}},
    {"action": "Heartbeat", "error": {"code": "GenericError", "description": "d", "details": {"a": 1}}},
    {"action": "Heartbeat", "silent": True, "probability": 0.5, "seed": 7},
    {"action": "Heartbeat", "text": "[3"},
    {"action": "Heartbeat", "close": {"code": 1006}},
    {"action": "Heartbeat", "delay": 10},
    {"action": "Heartbeat", "copies": 2},
    {"action": "connect", "refuse": 503},
    {"action": "connect", "close": {"code": 4000, "reason": "r"}},
    {"action": "connect", "silent": True},
    {"action": "connect", "delay": 1},
]


@pytest.mark.parametrize("raw", ALL, ids=str)
def test_what_is_told_is_what_is_meant(raw: dict[str, Any]) -> None:
    behaviour = parse(raw, ACTIONS)
    written = to_json(behaviour)
    assert parse(written, ACTIONS) == behaviour
    for key, value in raw.items():
        assert written[key] == value or isinstance(value, dict)


@pytest.mark.parametrize(
    ("raw", "carried_out"),
    [
        ({"silent": True}, True),
        ({"answer": {}}, True),
        ({"delay": 1}, True),
        ({"error": {"code": "GenericError"}}, False),
        ({"close": {"code": 1000}}, False),
        ({"error": {"code": "GenericError"}, "carried_out": True}, True),
        ({"silent": True, "carried_out": False}, False),
    ],
)
def test_what_is_refused_is_not_carried_out_unless_told(raw: dict[str, Any], carried_out: bool) -> None:
    assert parse({"action": "Heartbeat", **raw}, ACTIONS).carried_out is carried_out


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ([], "behaviour: [] is not a JSON object"),
        ({"silent": True}, "action: nothing is not a text"),
        ({"action": "bootnotification", "silent": True}, "(did you mean 'BootNotification'?)"),
        ({"action": "Reset", "silent": True}, "action: 'Reset' is not an action that a charge point sends"),
        ({"action": "Heartbeat"}, "needs one of change, answer, error"),
        ({"action": "connect"}, "needs one of change, answer, error"),
        ({"action": "Heartbeat", "silent": True, "answer": {}}, "'answer and silent' is not one thing to do"),
        ({"action": "Heartbeat", "silent": False}, "silent: False is not true"),
        ({"action": "Heartbeat", "error": "InternalError"}, "error: 'InternalError' is not a JSON object"),
        ({"action": "Heartbeat", "error": {"code": "Fail"}}, "error.code: 'Fail' is not one of 'NotImplemented'"),
        ({"action": "Heartbeat", "error": {"code": "GenericError", "text": ""}}, "error: 'text' is not a known key"),
        ({"action": "Heartbeat", "close": {"code": 1005}}, "close.code: 1005 is not a close code that may be sent"),
        ({"action": "Heartbeat", "close": {"code": 1000, "reason": "é" * 100}}, "at most 123 bytes"),
        ({"action": "Heartbeat", "refuse": 503}, "only a connection can be refused"),
        ({"action": "connect", "refuse": 200}, "refuse: 200 is not a whole number from 300 to 599"),
        ({"action": "connect", "answer": {}}, "a connection takes refuse, close, silent, delay"),
        ({"action": "Heartbeat", "change": {}, "carried_out": False}, "carried_out: False is not true here"),
        ({"action": "Heartbeat", "silent": True, "delay": -1}, "delay: -1 is not a number from 0 to 3600"),
        ({"action": "Heartbeat", "silent": True, "times": 0}, "times: 0 is not a whole number from 1"),
        ({"action": "Heartbeat", "silent": True, "probability": 0}, "probability: 0 is not a number above 0 to 1"),
        ({"action": "Heartbeat", "silent": True, "time": 1}, "(did you mean 'times'?)"),
        ({"action": "Heartbeat", "silent": True, "charge_point": ""}, "charge_point: '' is not a text of 1 to 48"),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(raw: object, said: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(raw, ACTIONS)
    assert said in str(refused.value)
