"""Reset, and going down for other reasons (OCPP 1.6 section 5.14, errata 3.36)."""

from __future__ import annotations

import pytest

from chargepoint.model.transaction import StopReason
from tests.support.bench import Bench


@pytest.mark.parametrize(("kind", "reason"), [("Hard", "HardReset"), ("Soft", "SoftReset")])
def test_a_reset_with_a_transaction_ends_it_before_the_station_goes_down(kind: str, reason: str) -> None:
    """Defect 7 of the original: Reset did not stop the transaction."""
    bench = Bench(script={"StopTransaction": lambda _: None})
    transaction_id = bench.charging()
    bench.advance(60)
    bench.forget()
    assert bench.call("Reset", type=kind) == {"status": "Accepted"}
    assert bench.order()[:2] == ["answer", "StopTransaction"]
    (stop,) = bench.calls("StopTransaction")
    assert (stop["transactionId"], stop["reason"], "idTag" in stop) == (transaction_id, reason, False)
    assert bench.life.going_down == reason
    assert not bench.life.silent
    bench.answer("StopTransaction", {})
    assert bench.life.silent


def test_after_a_reset_the_station_boots_and_the_cable_is_still_in() -> None:
    bench = Bench()
    bench.charging()
    bench.call("Reset", type="Soft")
    bench.power_on()
    bench.forget()
    bench.connect()
    assert bench.actions() == ["BootNotification", "StatusNotification", "StatusNotification"]
    assert bench.statuses() == ["Finishing"]


def test_a_stop_that_got_no_answer_before_the_reset_is_sent_after_the_boot_and_only_then() -> None:
    bench = Bench(script={"StopTransaction": lambda _: None})
    bench.charging()
    bench.call("Reset", type="Hard")
    bench.power_on()
    bench.script.clear()
    bench.connect()
    first, second = bench.calls("StopTransaction")
    assert first == second
    assert first["reason"] == "HardReset"


def test_every_transaction_ends() -> None:
    bench = Bench({"nb_connectors": 3, "max_current": 96})
    for connector in (1, 2, 3):
        bench.charging(connector)
    bench.call("Reset", type="Soft")
    assert [stop["transactionId"] for stop in bench.calls("StopTransaction")] == [1, 2, 3]


def test_nothing_begins_in_a_station_that_is_going_down() -> None:
    bench = Bench({"nb_connectors": 2}, script={"StopTransaction": lambda _: None})
    bench.charging(1)
    bench.call("Reset", type="Soft")
    bench.forget()
    bench.tap("TAG", 1)
    bench.plug(2)
    bench.tap("OTHER", 2)
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="T") == {"status": "Rejected"}
    assert "Authorize" not in bench.actions()
    assert "StartTransaction" not in bench.actions()


def test_an_authorization_that_waits_for_a_cable_is_gone_after_the_reset() -> None:
    bench = Bench().connect()
    bench.tap()
    bench.call("Reset", type="Soft")
    bench.power_on()
    bench.connect()
    bench.plug()
    assert bench.calls("StartTransaction") == []


def test_being_closed_ends_transactions_in_good_order() -> None:
    """S0-34."""
    bench = Bench()
    bench.charging()
    bench.forget()
    bench.mqtt("cmd", b'{"type":"close"}')
    assert bench.calls("StopTransaction")[0]["reason"] == "Reboot"
    assert bench.life.going_down is StopReason.REBOOT


def test_being_closed_without_a_connection_keeps_the_stop_for_the_next_life() -> None:
    bench = Bench()
    bench.charging()
    bench.disconnect()
    bench.mqtt("cmd", b'{"type":"close"}')
    assert bench.life.silent
    bench.power_on()
    bench.connect()
    assert [stop["reason"] for stop in bench.calls("StopTransaction")] == ["Reboot"]


def test_availability_and_configuration_are_what_they_were_before_the_reset() -> None:
    bench = Bench().connect()
    bench.call("ChangeAvailability", connectorId=1, type="Inoperative")
    bench.call("ChangeConfiguration", key="ConnectionTimeOut", value="17")
    bench.call("Reset", type="Hard")
    bench.power_on()
    bench.connect()
    assert bench.statuses()[-1] == "Unavailable"
    assert bench.call("GetConfiguration", key=["ConnectionTimeOut"])["configurationKey"][0]["value"] == "17"
