"""RemoteStartTransaction, RemoteStopTransaction, UnlockConnector (OCPP 1.6 sections 5.11, 5.12, 5.18)."""

from __future__ import annotations

import pytest

from chargepoint.api.payloads import ErrorCode
from tests.support.bench import Bench, Payload


def tx_profile(**changes: object) -> Payload:
    return {
        "chargingProfileId": 7,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}, {"startPeriod": 600, "limit": 8.0}],
        },
        **changes,
    }


def test_without_a_connector_the_one_with_a_cable_is_chosen() -> None:
    bench = Bench({"nb_connectors": 3}).connect()
    bench.plug(2)
    bench.call("RemoteStartTransaction", idTag="REMOTE")
    assert bench.calls("StartTransaction")[0]["connectorId"] == 2
    bench.call("RemoteStartTransaction", idTag="SECOND")
    assert bench.status(1).status == "Preparing"


def test_with_authorize_remote_tx_requests_the_tag_is_asked_about_first() -> None:
    bench = Bench({"ocpp_config": {"AuthorizeRemoteTxRequests": "true"}}).connect()
    bench.plug()
    bench.forget()
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="REMOTE") == {"status": "Accepted"}
    assert bench.order()[:3] == ["answer", "Authorize", "StartTransaction"]
    bench.call("RemoteStopTransaction", transactionId=1)
    bench.script["Authorize"] = lambda _: {"idTagInfo": {"status": "Blocked"}}
    bench.forget()
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="OTHER") == {"status": "Accepted"}
    assert bench.order() == ["answer", "Authorize"]


@pytest.mark.parametrize("connector", [0, 2, 99, -1])
def test_a_remote_start_on_no_connector_is_rejected(connector: int) -> None:
    bench = Bench().connect()
    assert bench.call("RemoteStartTransaction", connectorId=connector, idTag="T") == {"status": "Rejected"}


def test_a_connector_put_back_into_service_alone_takes_remote_starts() -> None:
    bench = Bench({"nb_connectors": 2}).connect()
    bench.call("ChangeAvailability", connectorId=0, type="Inoperative")
    bench.call("ChangeAvailability", connectorId=2, type="Operative")
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="T") == {"status": "Rejected"}
    assert bench.call("RemoteStartTransaction", connectorId=2, idTag="T") == {"status": "Accepted"}


def test_the_profile_of_a_remote_start_without_a_connector_goes_where_the_transaction_is() -> None:
    bench = Bench({"nb_connectors": 2}).connect()
    bench.plug(2)
    bench.call("RemoteStartTransaction", idTag="T", chargingProfile=tx_profile())
    assert bench.status(2).setpoint == 10.0


def test_the_profile_of_a_remote_start_that_came_to_nothing_is_forgotten() -> None:
    bench = Bench().connect()
    bench.call("RemoteStartTransaction", connectorId=1, idTag="T", chargingProfile=tx_profile())
    bench.advance(60)
    bench.charging()
    assert bench.status().setpoint == 32.0


@pytest.mark.parametrize(
    "profile",
    [
        tx_profile(chargingProfilePurpose="TxDefaultProfile"),
        tx_profile(chargingProfilePurpose="ChargePointMaxProfile"),
        tx_profile(transactionId=5),
        tx_profile(stackLevel=9999),
        tx_profile(chargingProfileKind="Recurring"),
        tx_profile(validTo="2020-01-01T00:00:00Z"),
        tx_profile(
            chargingSchedule={"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 5, "limit": 6.0}]}
        ),
    ],
)
def test_a_remote_start_with_a_profile_that_cannot_be_is_rejected(profile: Payload) -> None:
    bench = Bench().connect()
    bench.plug()
    bench.forget()
    answer = bench.call("RemoteStartTransaction", connectorId=1, idTag="T", chargingProfile=profile)
    assert answer == {"status": "Rejected"}
    assert bench.sent == []


def test_a_stuck_lock_is_told() -> None:
    """TC_030_CS."""
    bench = Bench().connect()
    bench.plug()
    bench.fault(1, ErrorCode.CONNECTOR_LOCK_FAILURE)
    assert bench.call("UnlockConnector", connectorId=1) == {"status": "UnlockFailed"}
