"""How a transaction ends: by whom, for what reason, in what order (OCPP 1.6 sections 4.8, 4.10)."""

from __future__ import annotations

import pytest

from tests.support.bench import Bench, verdict


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
    bench = Bench(script={"StartTransaction": lambda _: {"transactionId": 9, **verdict("Invalid")}}).connect()
    bench.forget()
    bench.plug()
    bench.tap()
    assert bench.statuses() == ["Preparing", "Charging", "Finishing"]
    (stop,) = bench.calls("StopTransaction")
    assert (stop["reason"], stop["transactionId"], "idTag" in stop) == ("DeAuthorized", 9, False)


def test_without_stop_on_invalid_id_a_refused_transaction_gets_no_energy() -> None:
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
