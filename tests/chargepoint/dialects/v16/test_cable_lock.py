"""The lock of the socket (OCPP 1.6 sections 3.6, 4.10, 5.18 and 9.1): who gets the cable back, and when.

`cable: 0` is the cable pulled out of the car. It leaves the station as well, unless that keeps it locked.
"""

from __future__ import annotations

import pytest

from chargepoint.api.payloads import ErrorCode
from tests.support.bench import Bench, verdict

KEPT = {"UnlockConnectorOnEVSideDisconnect": "false"}
GOES_ON = {"StopTransactionOnEVSideDisconnect": "false"}


def charging(**config: str) -> Bench:
    bench = Bench({"ocpp_config": config})
    bench.charging(id_tag="OWNER")
    bench.advance(60)
    bench.forget()
    return bench


def hanging(**config: str) -> Bench:
    """A cable that was pulled out of the car hangs from the locked socket."""
    bench = charging(**KEPT, **config)
    bench.unplug()
    return bench


def infos(bench: Bench) -> list[str | None]:
    return [one.get("info") for one in bench.calls("StatusNotification")]


def test_the_cable_leaves_both_ends_when_the_station_unlocks_it() -> None:
    """TC_005_1_CS."""
    bench = charging()
    bench.unplug()
    assert bench.calls("StopTransaction")[0]["reason"] == "EVDisconnected"
    assert bench.statuses() == ["Finishing", "Available"]
    assert infos(bench) == ["EV side disconnected", None]


def test_a_locked_cable_stays_until_its_owner_presents_his_id_tag() -> None:
    """TC_005_2_CS."""
    bench = hanging()
    assert bench.calls("StopTransaction")[0]["reason"] == "EVDisconnected"
    assert bench.statuses() == ["Finishing"]
    assert infos(bench) == ["EV side disconnected"]
    bench.advance(3600)
    assert bench.statuses() == ["Finishing"]
    bench.forget()
    bench.tap("owner")
    assert bench.statuses() == ["Available"]
    assert bench.actions() == ["StatusNotification"], "to get his cable he is not authorized again"


def test_a_transaction_that_outlives_the_unplugging_keeps_its_cable_and_goes_on_with_it() -> None:
    """TC_005_3_CS: whatever UnlockConnectorOnEVSideDisconnect says, the first key has priority."""
    for config in (GOES_ON, GOES_ON | KEPT):
        bench = charging(**config)
        bench.unplug()
        bench.plug()
        assert bench.statuses() == ["SuspendedEV", "Charging"]
        assert infos(bench) == ["EV side disconnected", None]
        bench.unplug()
        bench.tap("OWNER")
        assert bench.calls("StopTransaction")[0]["reason"] == "Local"
        assert bench.statuses()[-1] == "Available"


def test_a_cable_that_is_put_back_into_a_car_gives_no_energy_without_a_new_transaction() -> None:
    bench = hanging()
    bench.forget()
    bench.plug()
    bench.advance(600)
    assert (bench.status().status, bench.status().power_w) == ("Finishing", 0)
    assert bench.calls("StartTransaction") == []
    bench.tap("OWNER")
    assert len(bench.calls("StartTransaction")) == 1
    assert bench.status().status == "Charging"


@pytest.mark.parametrize(
    ("owner_group", "other_group", "state"),
    [("FAMILY", "FAMILY", "Available"), ("FAMILY", "OTHERS", "Finishing"), (None, None, "Finishing")],
)
def test_only_somebody_of_the_group_gets_the_cable_too(
    owner_group: str | None, other_group: str | None, state: str
) -> None:
    groups = {"OWNER": owner_group, "OTHER": other_group}
    bench = Bench({"ocpp_config": KEPT})
    bench.script["Authorize"] = lambda call: verdict(
        "Accepted", **({"parentIdTag": group} if (group := groups[call["idTag"]]) else {})
    )
    bench.charging(id_tag="OWNER")
    bench.unplug()
    bench.tap("OTHER")
    assert bench.status().status == state
    assert len(bench.calls("StartTransaction")) == 1


def test_nobody_else_can_use_a_socket_with_a_foreign_cable_in_it() -> None:
    bench = hanging()
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="OTHER") == {"status": "Rejected"}
    bench.disconnect()
    bench.tap("OTHER")
    assert bench.status().status == "Finishing"


def test_the_central_system_can_let_the_cable_go() -> None:
    bench = hanging()
    assert bench.call("UnlockConnector", connectorId=1) == {"status": "Unlocked"}
    assert bench.statuses() == ["Finishing", "Available"]


def test_a_stuck_lock_keeps_the_cable() -> None:
    """TC_030_CS."""
    bench = hanging()
    bench.fault(1, ErrorCode.CONNECTOR_LOCK_FAILURE)
    assert bench.call("UnlockConnector", connectorId=1) == {"status": "UnlockFailed"}
    bench.clear_fault(1)
    assert bench.statuses()[-1] == "Finishing"


def test_a_lock_that_does_not_close_lets_nothing_begin() -> None:
    """TC_024_CS."""
    bench = Bench().connect()
    bench.plug()
    bench.fault(1, ErrorCode.CONNECTOR_LOCK_FAILURE)
    bench.tap()
    assert bench.calls("StatusNotification")[-1]["errorCode"] == "ConnectorLockFailure"
    assert bench.calls("StartTransaction") == []


def test_a_locked_cable_survives_a_power_cut() -> None:
    bench = hanging()
    bench.power_cut()
    bench.connect()
    assert bench.status().status == "Finishing"
    bench.tap("OWNER")
    assert bench.status().status == "Available"


def test_whoever_is_not_accepted_gets_his_cable_with_his_id_tag() -> None:
    """Section 4.8: the cable of a transaction that is not accepted stays locked for its owner."""
    bench = Bench({"ocpp_config": KEPT}).connect()
    bench.script["StartTransaction"] = lambda _: {"transactionId": 5, **verdict("Blocked")}
    bench.plug()
    bench.tap("OWNER")
    assert bench.calls("StopTransaction")[0]["reason"] == "DeAuthorized"
    bench.unplug()
    assert bench.status().status == "Finishing"
    bench.tap("OWNER")
    assert bench.status().status == "Available"


@pytest.mark.parametrize("ending", ["tap", "remote"])
def test_the_regular_end_of_a_transaction_opens_the_lock(ending: str) -> None:
    bench = charging(**KEPT)
    if ending == "tap":
        bench.tap("OWNER")
    else:
        bench.call("RemoteStopTransaction", transactionId=1)
    bench.unplug()
    assert bench.statuses() == ["Finishing", "Available"]


def test_a_fixed_cable_has_no_lock() -> None:
    bench = Bench({"fixed_cable": True})
    bench.charging()
    bench.forget()
    bench.unplug()
    assert bench.statuses() == ["Available"]
    answer = bench.call("GetConfiguration", key=["UnlockConnectorOnEVSideDisconnect"])
    assert answer["configurationKey"][0] | {"key": ""} == {"key": "", "readonly": True, "value": "false"}
