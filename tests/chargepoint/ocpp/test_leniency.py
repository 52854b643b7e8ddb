"""What a lenient reader makes of a payload against its schema, and what it leaves as wrong as it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.ocpp.schema import schemas
from tests.chargepoint.ocpp.strategies import payloads

SCHEMAS = schemas("1.6")
PERIODS = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}]}


def profile(**schedule: Any) -> dict[str, Any]:
    """SetChargingProfile, with changes to its schedule."""
    return {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": PERIODS | schedule,
        },
    }


@pytest.mark.parametrize(
    ("action", "sent", "meant"),
    [
        ("Reset", {"type": "soft"}, {"type": "Soft"}),
        ("Reset", {"type": " HARD "}, {"type": "Hard"}),
        ("Reset", {"type": "Hard", "vendor": {"x": None}}, {"type": "Hard"}),
        ("GetConfiguration", {"key": None}, {}),
        ("GetConfiguration", {"key": ["A", None, 5]}, {"key": ["A", "5"]}),
        ("UnlockConnector", {"connectorId": "+2"}, {"connectorId": 2}),
        ("UnlockConnector", {"connectorId": "2.0"}, {"connectorId": 2}),
        ("UnlockConnector", {"connectorId": 2.0}, {"connectorId": 2}),
        ("ChangeConfiguration", {"key": "K", "value": 60}, {"key": "K", "value": "60"}),
        ("ChangeConfiguration", {"key": "K", "value": True}, {"key": "K", "value": "true"}),
        ("ChangeConfiguration", {"key": "K", "value": 1.5}, {"key": "K", "value": "1.5"}),
        ("SetChargingProfile", profile(startSchedule="2030-01-01T00:00:00.5"), None),
        ("SetChargingProfile", profile(chargingSchedulePeriod=[{"startPeriod": "0", "limit": "16.0"}]), None),
        ("ExtendedTriggerMessage", {"requestedMessage": "heartbeat"}, {"requestedMessage": "Heartbeat"}),
    ],
)
def test_what_can_be_read_in_one_way_is_mended(
    action: str, sent: dict[str, Any], meant: dict[str, Any] | None
) -> None:
    assert SCHEMAS.violation(action, sent) is not None
    payload = SCHEMAS.mended(action, sent)
    assert SCHEMAS.violation(action, payload) is None
    assert meant is None or payload == meant


@pytest.mark.parametrize(
    ("action", "sent"),
    [
        ("Reset", {}),
        ("Reset", {"type": None}),
        ("Reset", {"type": "Gentle"}),
        ("Reset", {"type": ["Soft"]}),
        ("UnlockConnector", {"connectorId": "one"}),
        ("UnlockConnector", {"connectorId": "1.5"}),
        ("UnlockConnector", {"connectorId": "9" * 5000}),
        ("UnlockConnector", {"connectorId": True}),
        ("RemoteStartTransaction", {"idTag": "x" * 21}),
        ("RemoteStartTransaction", {"idTag": 10**400}),
        ("SetChargingProfile", profile(chargingSchedulePeriod={"startPeriod": 0, "limit": 1})),
        ("SetChargingProfile", profile(startSchedule="tomorrow")),
        ("SetChargingProfile", profile(startSchedule="2030-13-01T00:00")),
    ],
)
def test_what_cannot_stays_wrong(action: str, sent: dict[str, Any]) -> None:
    assert SCHEMAS.violation(action, SCHEMAS.mended(action, sent)) is not None


def test_answers_are_mended_by_their_own_schema() -> None:
    sent = {"status": "ACCEPTED", "currentTime": "2030-01-01T00:00:00", "interval": "300", "x": 1}
    meant = {"status": "Accepted", "currentTime": "2030-01-01T00:00:00Z", "interval": 300}
    assert SCHEMAS.mended("BootNotification", sent, response=True) == meant


@given(st.sampled_from(sorted(SCHEMAS.actions())), payloads, st.booleans())
def test_mending_never_raises_and_mends_once(action: str, payload: dict[str, Any], response: bool) -> None:
    once = SCHEMAS.mended(action, payload, response=response)
    assert SCHEMAS.mended(action, once, response=response) == once
