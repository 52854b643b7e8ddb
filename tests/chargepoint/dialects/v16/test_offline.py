"""Without a connection: charging goes on, and is told later (OCPP 1.6 section 3.7)."""

from __future__ import annotations

import pytest

from chargepoint.clock import iso
from tests.support.bench import NOON, TRANSACTION_MESSAGES, Bench


def knowing(**config: str) -> Bench:
    """A station that has heard of TAG, has lost its connection, and whose record begins now."""
    bench = Bench({"ocpp_config": config})
    bench.charging()
    bench.unplug()
    bench.disconnect()
    bench.forget()
    return bench


def test_several_transactions_offline_keep_their_own_ids() -> None:
    bench = knowing()
    for _ in range(3):
        bench.plug()
        bench.tap()
        bench.advance(61)
        bench.unplug()
    bench.connect()
    assert [payload.get("transactionId") for _, payload in bench.transaction_messages()] == [
        None,
        2,
        2,
        None,
        3,
        3,
        None,
        4,
        4,
    ]


def test_states_are_told_before_the_transactions_that_explain_them() -> None:
    bench = knowing()
    bench.plug()
    bench.tap()
    bench.connect()
    assert bench.actions() == ["StatusNotification", "StartTransaction"]
    assert bench.statuses() == ["Charging"]


def test_after_a_reconnection_only_connectors_that_changed_are_told_of() -> None:
    bench = Bench({"nb_connectors": 3}).connect()
    bench.disconnect()
    bench.plug(2)
    bench.plug(3)
    bench.unplug(3)
    bench.forget()
    bench.connect()
    assert [(one["connectorId"], one["status"]) for one in bench.calls("StatusNotification")] == [(2, "Preparing")]


def test_a_state_whose_report_was_cut_off_is_reported_again() -> None:
    bench = Bench(script={"StatusNotification": lambda call: None if call["status"] == "Preparing" else {}}).connect()
    bench.plug()
    bench.disconnect()
    bench.script.clear()
    bench.forget()
    bench.connect()
    assert bench.statuses() == ["Preparing"]


@pytest.mark.parametrize(
    ("config", "starts"),
    [
        ({}, False),
        ({"AllowOfflineTxForUnknownId": "true"}, True),
        ({"LocalAuthorizeOffline": "false", "AllowOfflineTxForUnknownId": "true"}, True),
    ],
)
def test_an_unknown_tag_offline(config: dict[str, str], starts: bool) -> None:
    bench = knowing(**config)
    bench.plug()
    bench.tap("STRANGER")
    assert (bench.status().status == "Charging") is starts


@pytest.mark.parametrize("allowed", ["true", "false"])
def test_a_known_tag_offline(allowed: str) -> None:
    bench = knowing(LocalAuthorizeOffline=allowed)
    bench.plug()
    bench.tap()
    assert (bench.status().status == "Charging") is (allowed == "true")


def test_a_stranger_does_not_end_a_transaction_offline() -> None:
    bench = Bench({"ocpp_config": {"AllowOfflineTxForUnknownId": "true"}})
    bench.charging()
    bench.disconnect()
    bench.tap("STRANGER")
    assert bench.status().status == "Charging"


def test_an_offline_transaction_survives_a_power_cut_with_all_its_messages() -> None:
    bench = knowing()
    bench.plug()
    bench.tap()
    bench.advance(70)
    bench.power_cut()
    bench.advance(600)
    bench.power_cut()
    bench.connect()
    messages = bench.transaction_messages()
    assert [action for action, _ in messages] == list(TRANSACTION_MESSAGES)
    assert messages[2][1]["reason"] == "PowerLoss"
    assert messages[2][1]["timestamp"] == iso(NOON + 70)
    assert {payload.get("transactionId") for _, payload in messages[1:]} == {2}


def test_transactions_of_two_lives_without_a_connection_keep_their_own_ids() -> None:
    bench = knowing()
    bench.plug()
    bench.tap()
    bench.advance(10)
    bench.power_cut()
    bench.tap()
    bench.advance(10)
    bench.tap()
    bench.connect()
    assert [(action, payload.get("transactionId")) for action, payload in bench.transaction_messages()] == [
        ("StartTransaction", None),
        ("StopTransaction", 2),
        ("StartTransaction", None),
        ("StopTransaction", 3),
    ]
