"""Example payloads: made from the schemas, and right by them."""

from __future__ import annotations

import pytest

from chargepoint.ocpp.schema import schemas
from tui.state.examples import example
from tui.verdicts import Verdicts

NOW = "2026-06-15T12:00:00.000Z"
SCHEMAS = schemas("1.6")


@pytest.mark.parametrize("action", sorted(SCHEMAS.actions()))
def test_the_example_of_every_message_validates(action: str) -> None:
    payload = example(SCHEMAS.document(action), NOW)
    assert isinstance(payload, dict)
    assert SCHEMAS.violation(action, payload) is None
    answer = example(SCHEMAS.document(action + "Response"), NOW)
    assert isinstance(answer, dict)
    assert SCHEMAS.violation(action, answer, response=True) is None


def test_it_says_what_a_reader_expects() -> None:
    assert example(SCHEMAS.document("StatusNotification"), NOW) == {
        "connectorId": 1,
        "errorCode": "NoError",
        "status": "Available",
    }
    assert example(SCHEMAS.document("StopTransaction"), NOW) == {
        "meterStop": 1200,
        "timestamp": NOW,
        "transactionId": 1,
        "reason": "Local",
    }


def test_every_call_of_a_charge_point_can_be_begun_with_one() -> None:
    verdicts = Verdicts()
    for action in verdicts.actions():
        payload = example(verdicts.document(action), NOW)
        assert isinstance(payload, dict)
        assert verdicts.of_payload(action, payload) == ""
    assert "connectorId" in verdicts.of_payload("StatusNotification", {})
