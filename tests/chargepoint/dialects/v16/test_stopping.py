"""How a transaction ends: by whom, for what reason, in what order (OCPP 1.6 sections 4.8, 4.10)."""

from __future__ import annotations

import pytest

from chargepoint.clock import iso
from tests.support.bench import NOON, Bench, verdict


def test_the_same_tag_ends_the_transaction_without_being_asked_about() -> None:
    """TC_068_CS."""
    bench = Bench()
    transaction_id = bench.charging(id_tag="TAG")
    bench.advance(30)
    bench.forget()
    bench.tap("TAG")
    assert bench.actions() == ["StopTransaction", "StatusNotification"]
    assert bench.calls("StopTransaction") == [
        {
            "transactionId": transaction_id,
            "idTag": "TAG",
            "meterStop": 92,
            "timestamp": iso(NOON + 30),
            "reason": "Local",
        }
    ]
    assert bench.statuses() == ["Finishing"]


def test_a_tag_of_the_same_group_ends_the_transaction() -> None:
    """TC_069_CS: and the presented tag is the one that is named."""
    bench = Bench(script={"Authorize": lambda _: verdict("Accepted", parentIdTag="FAMILY")})
    bench.charging(id_tag="HER")
    bench.forget()
    bench.tap("HIS")
    assert bench.actions() == ["Authorize", "StopTransaction", "StatusNotification"]
    assert bench.calls("StopTransaction")[0]["idTag"] == "HIS"
    assert bench.calls("StopTransaction")[0]["reason"] == "Local"


def test_a_group_told_at_the_start_counts_as_one_told_at_the_authorization() -> None:
    bench = Bench(
        script={
            "StartTransaction": lambda _: {"transactionId": 1, **verdict("Accepted", parentIdTag="Family")},
            "Authorize": lambda call: verdict("Accepted", parentIdTag="FAMILY" if call["idTag"] == "HIS" else ""),
        }
    )
    bench.charging(id_tag="HER")
    bench.tap("HIS")
    assert len(bench.calls("StopTransaction")) == 1


def test_a_stranger_does_not_end_the_transaction() -> None:
    bench = Bench(script={"Authorize": lambda call: verdict("Accepted", parentIdTag="OF" + call["idTag"])})
    bench.charging(id_tag="HER")
    bench.tap("HIS")
    assert bench.calls("StopTransaction") == []
    assert bench.status().status == "Charging"


def test_a_blocked_tag_of_the_same_group_does_not_end_the_transaction() -> None:
    status = {"HER": "Accepted", "HIS": "Blocked"}
    bench = Bench(script={"Authorize": lambda call: verdict(status[call["idTag"]], parentIdTag="FAMILY")})
    bench.charging(id_tag="HER")
    bench.tap("HIS")
    assert bench.calls("StopTransaction") == []


def test_pulling_the_cable_ends_the_transaction() -> None:
    """TC_005_1_CS: the connector is Finishing before it is Available."""
    bench = Bench()
    bench.charging()
    bench.advance(3600)
    bench.forget()
    bench.unplug()
    assert bench.actions() == ["StopTransaction", "StatusNotification", "StatusNotification"]
    (stop,) = bench.calls("StopTransaction")
    assert (stop["reason"], stop["meterStop"], "idTag" in stop) == ("EVDisconnected", 11_040, False)
    assert bench.statuses() == ["Finishing", "Available"]


def test_a_fixed_cable_is_available_as_soon_as_the_car_is_gone() -> None:
    bench = Bench({"fixed_cable": True})
    bench.charging()
    bench.forget()
    bench.unplug()
    assert bench.calls("StopTransaction")[0]["reason"] == "EVDisconnected"
    assert bench.statuses() == ["Available"]


def test_without_stop_on_disconnect_the_transaction_waits_for_the_cable_to_come_back() -> None:
    """TC_005_3_CS."""
    bench = Bench({"ocpp_config": {"StopTransactionOnEVSideDisconnect": "false"}})
    bench.charging()
    bench.advance(60)
    bench.forget()
    bench.unplug()
    bench.advance(600)
    assert bench.statuses() == ["SuspendedEV"]
    assert bench.status().power_w == 0
    bench.plug()
    assert bench.statuses() == ["SuspendedEV", "Charging"]
    bench.advance(60)
    bench.tap()
    assert [stop["meterStop"] for stop in bench.calls("StopTransaction")] == [368]
    assert bench.calls("StartTransaction") == []


def test_a_transaction_whose_cable_is_out_ends_to_an_available_connector() -> None:
    bench = Bench({"ocpp_config": {"StopTransactionOnEVSideDisconnect": "false"}})
    bench.charging()
    bench.unplug()
    bench.tap()
    assert bench.statuses()[-2:] == ["SuspendedEV", "Available"]


def test_a_start_that_is_refused_ends_the_transaction() -> None:
    """TC_037_3_CS while online."""
    bench = Bench(script={"StartTransaction": lambda _: {"transactionId": 9, **verdict("Invalid")}}).connect()
    bench.forget()
    bench.plug()
    bench.tap()
    assert bench.statuses() == ["Preparing", "Charging", "Finishing"]
    (stop,) = bench.calls("StopTransaction")
    assert (stop["reason"], stop["transactionId"], "idTag" in stop) == ("DeAuthorized", 9, False)


def test_without_stop_on_invalid_id_a_refused_transaction_gets_no_energy() -> None:
    """TC_037_2_CS while online."""
    bench = Bench(
        {"ocpp_config": {"StopTransactionOnInvalidId": "false"}},
        script={"StartTransaction": lambda _: {"transactionId": 9, **verdict("Invalid")}},
    ).connect()
    bench.plug()
    bench.tap()
    bench.advance(600)
    assert bench.statuses()[-1] == "SuspendedEVSE"
    assert bench.status().energy_wh == 0
    assert bench.calls("StopTransaction") == []
    bench.tap()
    assert bench.calls("StopTransaction")[0]["reason"] == "Local"


def test_max_energy_on_invalid_id_is_still_given_and_no_more() -> None:
    bench = Bench(
        {"ocpp_config": {"StopTransactionOnInvalidId": "false", "MaxEnergyOnInvalidId": "500"}},
        script={"StartTransaction": lambda _: {"transactionId": 9, **verdict("Invalid")}},
    ).connect()
    bench.plug()
    bench.tap()
    bench.advance(100)
    assert bench.status().status == "Charging"
    bench.advance(3600)
    assert bench.statuses()[-1] == "SuspendedEVSE"
    assert bench.status().energy_wh == pytest.approx(500, abs=0.1)


def test_a_transaction_that_outlives_a_refusal_is_not_revived_by_a_power_cut() -> None:
    bench = Bench(
        {"ocpp_config": {"StopTransactionOnInvalidId": "false"}},
        script={"StartTransaction": lambda _: {"transactionId": 9, **verdict("Invalid")}},
    ).connect()
    bench.plug()
    bench.tap()
    bench.power_cut()
    bench.connect()
    (stop,) = bench.calls("StopTransaction")
    assert (stop["transactionId"], stop["reason"]) == (9, "PowerLoss")


def test_a_power_cut_ends_the_transaction_and_the_connector_is_finishing() -> None:
    """TC_032_2_CS."""
    bench = Bench()
    transaction_id = bench.charging()
    bench.advance(90)
    bench.power_cut()
    bench.forget()
    bench.connect()
    assert bench.actions() == ["BootNotification", *["StatusNotification"] * 2, "StopTransaction"]
    assert bench.calls("StopTransaction") == [
        {"transactionId": transaction_id, "meterStop": 276, "timestamp": iso(NOON + 90), "reason": "PowerLoss"}
    ]
    assert bench.statuses() == ["Finishing"]
