"""What a charge point is answered, action by action."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from chargepoint.api.errors import InputError
from chargepoint.ocpp.schema import schemas
from csms import v16
from csms.authorization import parse_tags
from csms.changes import Appeared, ConnectorChanged, Measured, Noticed, Started, Stopped
from csms.csms import CentralSystem
from tests.csms.station import BOOT, MEASURED, START, Payload
from tests.csms.v16.recorded import caller

STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Charging", "timestamp": "2030-01-01T12:00:00Z"}
STOP = {"transactionId": 1, "meterStop": 150, "timestamp": "2030-01-01T13:00:00Z"}

CALLS: Mapping[str, Payload] = {
    "Authorize": {"idTag": "TAG1"},
    "BootNotification": BOOT,
    "DataTransfer": {"vendorId": "com.example"},
    "DiagnosticsStatusNotification": {"status": "Uploading"},
    "FirmwareStatusNotification": {"status": "Installed"},
    "Heartbeat": {},
    "LogStatusNotification": {"status": "Uploading", "requestId": 1},
    "MeterValues": {"connectorId": 1, "meterValue": [MEASURED]},
    "SecurityEventNotification": {"type": "StartupOfTheDevice", "timestamp": "2030-01-01T12:00:00Z"},
    "SignCertificate": {"csr": "PEM"},
    "SignedFirmwareStatusNotification": {"status": "Installed"},
    "StartTransaction": START,
    "StatusNotification": STATUS,
    "StopTransaction": STOP,
}


def _ask(action: str, payload: Payload, system: CentralSystem | None = None) -> Payload:
    assert schemas("1.6").violation(action, payload) is None
    answer = v16.DIALECT.answers[action](caller(action, system), payload)
    assert isinstance(answer, dict)
    assert schemas("1.6").violation(action, answer, response=True) is None
    return answer


def test_every_action_of_ocpp_1_6_is_an_answer_or_a_command() -> None:
    answers, commands = v16.DIALECT.answers.keys(), v16.DIALECT.commands
    assert answers | commands == schemas("1.6").actions()
    assert answers & commands == {"DataTransfer"}
    assert answers == CALLS.keys()


@pytest.mark.parametrize("action", CALLS)
def test_every_answer_is_right_by_its_schema(action: str) -> None:
    _ask(action, CALLS[action])


def test_a_boot_is_accepted_with_time_and_interval() -> None:
    expected = {"status": "Accepted", "currentTime": "2030-01-01T12:00:00.000Z", "interval": 10}
    assert _ask("BootNotification", BOOT) == expected


def test_the_verdict_comes_with_parent_and_expiry() -> None:
    entry = {"status": "Accepted", "parentIdTag": "FAMILY", "expiryDate": "2031-01-01T00:00:00+01:00"}
    system = CentralSystem(lambda: parse_tags({"TAG1": entry}))
    expected = {"status": "Accepted", "parentIdTag": "FAMILY", "expiryDate": "2030-12-31T23:00:00.000Z"}
    assert _ask("Authorize", {"idTag": "tag1"}, system)["idTagInfo"] == expected


def test_a_start_with_a_blocked_tag_gets_an_id_and_the_verdict() -> None:
    system = CentralSystem(lambda: parse_tags({"*": {"status": "Blocked"}}))
    assert _ask("StartTransaction", START, system) == {"transactionId": 1, "idTagInfo": {"status": "Blocked"}}


def test_a_session_is_kept_in_order() -> None:
    system = CentralSystem()
    _ask("BootNotification", BOOT, system)
    _ask("StatusNotification", STATUS, system)
    _ask("StartTransaction", START, system)
    _ask("MeterValues", {"connectorId": 1, "transactionId": 1, "meterValue": [MEASURED]}, system)
    _ask("StopTransaction", {**STOP, "transactionData": [MEASURED]}, system)
    kept = [type(change) for change in system.changes()]
    assert kept == [Appeared, Noticed, ConnectorChanged, Started, Measured, Stopped, Measured]


def test_what_is_only_asked_leaves_nothing_to_keep() -> None:
    system = CentralSystem()
    _ask("Heartbeat", {}, system)
    system.changes()
    _ask("Heartbeat", {}, system)
    _ask("Authorize", {"idTag": "TAG1"}, system)
    _ask("StopTransaction", STOP, system)
    assert system.changes() == []
    assert system.sightings().keys() == {"CP_1"}


def test_a_stop_with_a_tag_gets_its_verdict_and_one_without_gets_none() -> None:
    assert _ask("StopTransaction", STOP) == {}
    assert _ask("StopTransaction", {**STOP, "idTag": "TAG1"}) == {"idTagInfo": {"status": "Accepted"}}


@pytest.mark.parametrize(
    ("action", "payload", "field"),
    [
        ("StartTransaction", {**START, "connectorId": 0}, "connectorId"),
        ("StartTransaction", {**START, "meterStart": 2**63}, "meterStart"),
        ("StatusNotification", {**STATUS, "connectorId": -1}, "connectorId"),
    ],
)
def test_what_a_schema_cannot_say_is_refused_by_its_name(action: str, payload: Payload, field: str) -> None:
    system = CentralSystem()
    with pytest.raises(InputError) as error:
        _ask(action, payload, system)
    assert error.value.field == field
    assert len(system.transactions) == 0
