"""The official schemas, and the error code of each rule (1.6 column of the table in the domain text)."""

from __future__ import annotations

from typing import Any

import pytest

from chargepoint.ocpp.errors import CallErrorCode as Code
from chargepoint.ocpp.schema import LONGEST_REASON, Violation, schemas

V16 = schemas("1.6")

START = {"connectorId": 1, "idTag": "TAG", "meterStart": 0, "timestamp": "2030-01-01T00:00:00Z"}


def profile(limit: object, **schedule: Any) -> dict[str, Any]:
    """A SetChargingProfile with one period of ``limit``."""
    periods = [{"startPeriod": 0, "limit": limit}]
    return {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": periods, **schedule},
        },
    }


def code(action: str, payload: dict[str, Any], *, response: bool = False) -> Code | None:
    """The code of what ``payload`` violates."""
    violation = V16.violation(action, payload, response=response)
    return violation.code if violation else None


def test_all_39_actions_of_1_6_and_its_security_extension_are_known() -> None:
    assert len(V16.actions()) == 39
    assert V16.knows("BootNotification")
    assert V16.knows("SignedUpdateFirmware")


@pytest.mark.parametrize("name", ["", "bootNotification", "BootNotificationResponse", "NotifyReport", "../v201/x"])
def test_what_is_no_action_of_1_6_is_not_known(name: str) -> None:
    assert not V16.knows(name)


@pytest.mark.parametrize("action", sorted(V16.actions()))
def test_every_schema_compiles_and_refuses_a_key_the_standard_does_not_have(action: str) -> None:
    for response in (False, True):
        violation = V16.violation(action, {"noSuchKey": 1}, response=response)
        assert isinstance(violation, Violation)
        assert violation.code in (Code.FORMATION_VIOLATION, Code.PROTOCOL_ERROR)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (START, None),
        ({**START, "reservationId": -5}, None),
        ({key: value for key, value in START.items() if key != "idTag"}, Code.PROTOCOL_ERROR),
        ({**START, "surprise": 1}, Code.FORMATION_VIOLATION),
        ({**START, "connectorId": "1"}, Code.TYPE_CONSTRAINT_VIOLATION),
        ({**START, "connectorId": True}, Code.TYPE_CONSTRAINT_VIOLATION),
        ({**START, "connectorId": 1.5}, Code.TYPE_CONSTRAINT_VIOLATION),
        ({**START, "idTag": None}, Code.TYPE_CONSTRAINT_VIOLATION),
        ({**START, "idTag": "x" * 20}, None),
        ({**START, "idTag": "x" * 21}, Code.PROPERTY_CONSTRAINT_VIOLATION),
        ({**START, "timestamp": "2030-01-01T01:00:00.123+01:00"}, None),
        ({**START, "timestamp": "yesterday"}, Code.PROPERTY_CONSTRAINT_VIOLATION),
        ({**START, "timestamp": "2030-01-01T00:00:00"}, Code.PROPERTY_CONSTRAINT_VIOLATION),
    ],
)
def test_each_rule_has_its_code(payload: dict[str, Any], expected: Code | None) -> None:
    assert code("StartTransaction", payload) is expected


def test_an_unknown_enum_value_is_a_property_constraint_violation() -> None:
    assert code("Reset", {"type": "Gentle"}) is Code.PROPERTY_CONSTRAINT_VIOLATION
    assert code("Reset", {"type": "soft"}) is Code.PROPERTY_CONSTRAINT_VIOLATION
    assert code("Reset", {"type": 5}) is Code.TYPE_CONSTRAINT_VIOLATION


def test_a_list_that_is_too_short_is_an_occurence_constraint_violation() -> None:
    sample = {"timestamp": "2030-01-01T00:00:00Z", "sampledValue": [{"value": "1"}]}
    assert code("MeterValues", {"connectorId": 1, "meterValue": [sample]}) is None
    assert code("MeterValues", {"connectorId": 1, "meterValue": []}) is Code.OCCURENCE_CONSTRAINT_VIOLATION
    empty = {**sample, "sampledValue": []}
    assert code("MeterValues", {"connectorId": 1, "meterValue": [empty]}) is Code.OCCURENCE_CONSTRAINT_VIOLATION


@pytest.mark.parametrize("limit", [0, 6, 16, 21.4, 0.1, 0.3, 1.1, 32.7, 11_000.2, 19.999999 + 0.000001, 1e15])
def test_a_limit_with_one_decimal_is_a_multiple_of_a_tenth_although_floats_are_not(limit: float) -> None:
    assert code("SetChargingProfile", profile(limit)) is None
    assert code("SetChargingProfile", profile(6, minChargingRate=limit)) is None


@pytest.mark.parametrize("limit", [21.44, 0.01, 1e-7, 6.123456789])
def test_a_limit_with_two_decimals_is_not(limit: float) -> None:
    assert code("SetChargingProfile", profile(limit)) is Code.PROPERTY_CONSTRAINT_VIOLATION


def test_numbers_beyond_all_bounds_are_violations_and_no_crash() -> None:
    assert code("SetChargingProfile", profile(10**400)) is Code.PROPERTY_CONSTRAINT_VIOLATION
    assert code("SetChargingProfile", profile(1.7e308)) in (None, Code.PROPERTY_CONSTRAINT_VIOLATION)
    assert code("StartTransaction", {**START, "meterStart": 10**400}) is None


def test_the_reason_names_the_property_and_never_grows_with_the_payload() -> None:
    violation = V16.violation("StartTransaction", {**START, "idTag": "x" * 100})
    assert violation is not None
    assert violation.reason.startswith("idTag must be shorter")
    long = V16.violation("StartTransaction", {**START, "y" * 10_000: 1})
    assert long is not None
    assert len(long.reason) == LONGEST_REASON


def test_the_schemas_of_a_version_are_shared_by_a_process() -> None:
    assert schemas("1.6") is V16


def sampled(**value: object) -> dict[str, Any]:
    """A MeterValues with one sampled value."""
    return {
        "connectorId": 1,
        "meterValue": [{"timestamp": "2030-01-01T00:00:00Z", "sampledValue": [{"value": "1", **value}]}],
    }


def choices(schema: Any, name: str = "") -> dict[str, list[str]]:
    """Every text of ``schema`` that is one of several, by the name of its property."""
    if not isinstance(schema, dict):
        return {}
    found = {name: schema["enum"]} if isinstance(schema.get("enum"), list) else {}
    for key, value in schema.items():
        found |= choices(value, key)
    return found


@pytest.mark.parametrize(("name", "known"), choices(V16.document("MeterValues")).items())
def test_a_text_that_is_one_of_several_is_each_of_them_and_no_other(name: str, known: list[str]) -> None:
    assert len(known) >= 2
    for text in known:
        assert V16.violation("MeterValues", sampled(**{name: text})) is None
    violation = V16.violation("MeterValues", sampled(**{name: "Nonsense"}))
    assert violation is not None
    assert violation.code is Code.PROPERTY_CONSTRAINT_VIOLATION
    assert str(known[0]) in violation.reason
    for wrong in (1, None, [known[0]], {}):
        assert code("MeterValues", sampled(**{name: wrong})) is Code.TYPE_CONSTRAINT_VIOLATION
