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


def test_a_remote_start_with_the_cable_in_starts_at_once() -> None:
    """TC_010_CS: and the answer comes before what follows from it."""
    bench = Bench().connect()
    bench.plug()
    bench.forget()
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="REMOTE") == {"status": "Accepted"}
    assert bench.order() == ["answer", "StartTransaction", "StatusNotification"]
    assert bench.calls("StartTransaction")[0]["idTag"] == "REMOTE"
    assert bench.statuses() == ["Charging"]


def test_a_remote_start_waits_for_the_cable() -> None:
    """TC_011_1_CS."""
    bench = Bench().connect()
    bench.forget()
    bench.call("RemoteStartTransaction", connectorId=1, idTag="REMOTE")
    assert bench.order() == ["answer", "StatusNotification"]
    bench.advance(30)
    bench.plug()
    assert bench.actions() == ["StatusNotification", "StartTransaction", "StatusNotification"]
    assert bench.statuses() == ["Preparing", "Charging"]


def test_a_remote_start_without_a_cable_is_forgotten_after_the_connection_time_out() -> None:
    """TC_011_2_CS."""
    bench = Bench({"ocpp_config": {"ConnectionTimeOut": "15"}}).connect()
    bench.call("RemoteStartTransaction", connectorId=1, idTag="REMOTE")
    bench.advance(15)
    assert bench.statuses() == ["Available", "Preparing", "Available"]
    bench.plug()
    assert bench.calls("StartTransaction") == []


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
    """TC_027_CS."""
    bench = Bench().connect()
    assert bench.call("RemoteStartTransaction", connectorId=connector, idTag="T") == {"status": "Rejected"}


def test_a_remote_start_where_nothing_can_start_is_rejected() -> None:
    """TC_026_CS: charging, waiting for somebody else's cable, faulted, out of service."""
    charging = Bench()
    charging.charging()
    granted = Bench().connect()
    granted.tap("LOCAL")
    faulted = Bench().connect()
    faulted.fault()
    station_fault = Bench().connect()
    station_fault.fault(0)
    inoperative = Bench().connect()
    inoperative.call("ChangeAvailability", connectorId=1, type="Inoperative")
    asking = Bench(script={"Authorize": lambda _: None}).connect()
    asking.tap("LOCAL")
    for bench in (charging, granted, faulted, station_fault, inoperative, asking):
        bench.forget()
        for where in ({"connectorId": 1}, {}):
            assert bench.call("RemoteStartTransaction", idTag="REMOTE", **where) == {"status": "Rejected"}
        assert bench.sent == []


def test_a_connector_put_back_into_service_alone_takes_remote_starts() -> None:
    bench = Bench({"nb_connectors": 2}).connect()
    bench.call("ChangeAvailability", connectorId=0, type="Inoperative")
    bench.call("ChangeAvailability", connectorId=2, type="Operative")
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="T") == {"status": "Rejected"}
    assert bench.call("RemoteStartTransaction", connectorId=2, idTag="T") == {"status": "Accepted"}


def test_a_profile_of_the_remote_start_limits_its_transaction_and_ends_with_it() -> None:
    """TC_059_CS."""
    bench = Bench().connect()
    bench.plug()
    bench.call("RemoteStartTransaction", connectorId=1, idTag="T", chargingProfile=tx_profile())
    assert bench.status().setpoint == 10.0
    assert bench.status().consumption_l1 == 10.0
    bench.advance(600)
    assert bench.status().setpoint == 8.0
    bench.call("RemoteStopTransaction", transactionId=1)
    assert bench.call("ClearChargingProfile", id=7) == {"status": "Unknown"}


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
    """TC_060_CS."""
    bench = Bench().connect()
    bench.plug()
    bench.forget()
    answer = bench.call("RemoteStartTransaction", connectorId=1, idTag="T", chargingProfile=profile)
    assert answer == {"status": "Rejected"}
    assert bench.sent == []


def test_a_remote_stop_ends_the_transaction_without_naming_a_tag() -> None:
    """TC_012_CS."""
    bench = Bench()
    transaction_id = bench.charging()
    bench.forget()
    assert bench.call("RemoteStopTransaction", transactionId=transaction_id) == {"status": "Accepted"}
    assert bench.order() == ["answer", "StopTransaction", "StatusNotification"]
    (stop,) = bench.calls("StopTransaction")
    assert (stop["reason"], stop["transactionId"], "idTag" in stop) == ("Remote", transaction_id, False)
    assert bench.statuses() == ["Finishing"]
    bench.unplug()
    assert bench.statuses() == ["Finishing", "Available"]


def test_a_remote_stop_of_a_transaction_that_does_not_run_here_is_rejected() -> None:
    """TC_028_CS."""
    bench = Bench()
    transaction_id = bench.charging()
    assert bench.call("RemoteStopTransaction", transactionId=transaction_id + 1) == {"status": "Rejected"}
    assert bench.call("RemoteStopTransaction", transactionId=-1) == {"status": "Rejected"}
    assert bench.status().status == "Charging"
    bench.call("RemoteStopTransaction", transactionId=transaction_id)
    assert bench.call("RemoteStopTransaction", transactionId=transaction_id) == {"status": "Rejected"}


def test_a_connector_without_a_session_is_unlocked() -> None:
    """TC_017_1_CS."""
    bench = Bench().connect()
    bench.forget()
    assert bench.call("UnlockConnector", connectorId=1) == {"status": "Unlocked"}
    assert bench.order() == ["answer"]


def test_unlocking_ends_the_transaction_first() -> None:
    """TC_018_1_CS."""
    bench = Bench()
    bench.charging()
    bench.forget()
    assert bench.call("UnlockConnector", connectorId=1) == {"status": "Unlocked"}
    assert bench.order() == ["answer", "StopTransaction", "StatusNotification"]
    assert bench.calls("StopTransaction")[0]["reason"] == "UnlockCommand"
    assert "idTag" not in bench.calls("StopTransaction")[0]
    assert bench.statuses() == ["Finishing"]


def test_a_fixed_cable_has_no_lock_and_its_transaction_goes_on() -> None:
    """TC_017_2_CS, TC_018_2_CS."""
    bench = Bench({"fixed_cable": True})
    bench.charging()
    assert bench.call("UnlockConnector", connectorId=1) == {"status": "NotSupported"}
    assert bench.status().status == "Charging"


@pytest.mark.parametrize("connector", [0, 2, -3])
def test_an_unknown_connector_has_no_lock(connector: int) -> None:
    """TC_031_CS."""
    bench = Bench().connect()
    answer = bench.call("UnlockConnector", connectorId=connector)
    assert answer == {"status": "NotSupported"}


def test_a_stuck_lock_is_told() -> None:
    """TC_030_CS."""
    bench = Bench().connect()
    bench.plug()
    bench.fault(1, ErrorCode.CONNECTOR_LOCK_FAILURE)
    assert bench.call("UnlockConnector", connectorId=1) == {"status": "UnlockFailed"}
