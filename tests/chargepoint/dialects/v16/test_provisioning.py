"""BootNotification, registration, Heartbeat (OCPP 1.6 sections 4.2 and 4.6)."""

from __future__ import annotations

import json

import pytest

from chargepoint.clock import iso
from tests.support.bench import NOON, Bench, CallError, Payload


def registering(status: str, interval: int = 0) -> Bench:
    """A connected station whose BootNotification was answered with ``status``."""

    def answer(_: Payload) -> Payload:
        return {"status": status, "currentTime": iso(NOON), "interval": interval}

    return Bench(script={"BootNotification": answer}).connect()


def test_a_station_boots_with_all_that_it_is() -> None:
    bench = Bench(
        {
            "vendor": "Acme",
            "model": "Wallbox",
            "serial": "S/N 0001",
            "firmware_version": "1.2.3",
            "iccid": "8931",
            "imsi": "2620",
            "meter_type": "DIN",
            "meter_serial": "M-7",
        }
    ).connect()
    assert bench.sent[0] == (
        "BootNotification",
        {
            "chargePointVendor": "Acme",
            "chargePointModel": "Wallbox",
            "chargePointSerialNumber": "S/N 0001",
            "firmwareVersion": "1.2.3",
            "iccid": "8931",
            "imsi": "2620",
            "meterType": "DIN",
            "meterSerialNumber": "M-7",
        },
    )


def test_what_a_station_does_not_have_is_left_out_and_not_sent_empty() -> None:
    bench = Bench({"vendor": "Acme", "model": "Wallbox"}).connect()
    assert set(bench.calls("BootNotification")[0]) == {
        "chargePointVendor",
        "chargePointModel",
        "chargePointSerialNumber",
    }


def test_nothing_is_sent_before_the_boot_is_answered() -> None:
    bench = Bench(script={"BootNotification": lambda _: None}).connect()
    bench.plug()
    bench.tap()
    bench.advance(29)
    assert bench.actions() == ["BootNotification"]


def test_a_boot_without_an_answer_is_repeated_after_the_stations_own_interval() -> None:
    bench = Bench(script={"BootNotification": lambda _: None}).connect()
    bench.advance(59)
    assert len(bench.calls("BootNotification")) == 1
    bench.advance(2)
    assert len(bench.calls("BootNotification")) == 2


def test_a_boot_that_is_refused_with_a_call_error_is_repeated() -> None:
    bench = Bench(script={"BootNotification": lambda _: CallError("InternalError")}).connect()
    bench.advance(95)
    assert bench.actions() == ["BootNotification"] * 4


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_an_unaccepted_station_boots_again_after_the_interval_it_was_told(status: str) -> None:
    bench = registering(status, interval=7)
    bench.advance(6.9)
    assert len(bench.calls("BootNotification")) == 1
    bench.advance(7.2)
    assert len(bench.calls("BootNotification")) == 3


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_interval_zero_lets_an_unaccepted_station_choose_and_it_does_not_hammer(status: str) -> None:
    bench = registering(status, interval=0)
    bench.advance(100)
    assert len(bench.calls("BootNotification")) == 4


def test_a_pending_station_says_nothing_but_what_is_triggered() -> None:
    """Section 4.2."""
    bench = registering("Pending", interval=600)
    bench.forget()
    bench.plug()
    bench.tap()
    bench.advance(120)
    assert bench.sent == []
    for message in ("StatusNotification", "Heartbeat", "MeterValues", "BootNotification"):
        assert bench.call("TriggerMessage", requestedMessage=message) == {"status": "Accepted"}
    assert bench.actions() == ["StatusNotification"] * 2 + ["Heartbeat", "MeterValues", "BootNotification"]


def test_a_pending_station_answers_the_central_system() -> None:
    bench = registering("Pending", interval=600)
    assert bench.call("GetConfiguration", key=["NumberOfConnectors"])["configurationKey"][0]["value"] == "1"
    assert bench.call("ChangeConfiguration", key="MeterValueSampleInterval", value="5") == {"status": "Accepted"}


def test_a_pending_station_takes_no_remote_start() -> None:
    bench = registering("Pending", interval=600)
    assert bench.call("RemoteStartTransaction", idTag="TAG", connectorId=1) == {"status": "Rejected"}


def test_a_pending_station_takes_no_remote_stop() -> None:
    """Section 4.2: neither of the two is allowed while Pending."""
    bench = Bench({"ocpp_config": {"TransactionResumeAfterPowerLoss": "true"}})
    transaction_id = bench.charging()
    bench.script["BootNotification"] = lambda _: {"status": "Pending", "currentTime": iso(bench.now), "interval": 60}
    bench.power_cut()
    bench.connect()
    assert bench.call("RemoteStopTransaction", transactionId=transaction_id) == {"status": "Rejected"}
    bench.script.clear()
    bench.advance(60)
    assert bench.call("RemoteStopTransaction", transactionId=transaction_id) == {"status": "Accepted"}


@pytest.mark.parametrize(("unknown_allowed", "starts"), [("false", 0), ("true", 1)])
def test_a_station_that_was_never_accepted_does_not_charge_unless_it_may_charge_anybody(
    unknown_allowed: str, starts: int
) -> None:
    """Section 4.2.1: nobody may ever want to hear of that transaction."""
    bench = registering("Pending", interval=600)
    listed = [{"idTag": "TAG", "idTagInfo": {"status": "Accepted"}}]
    bench.call("SendLocalList", listVersion=1, updateType="Full", localAuthorizationList=listed)
    bench.call("ChangeConfiguration", key="AllowOfflineTxForUnknownId", value=unknown_allowed)
    bench.plug()
    bench.tap()
    bench.script.clear()
    bench.advance(600)
    assert len(bench.calls("StartTransaction")) == starts


def test_a_station_that_was_accepted_once_charges_whatever_becomes_of_its_connection() -> None:
    bench = Bench().connect()
    listed = [{"idTag": "TAG", "idTagInfo": {"status": "Accepted"}}]
    bench.call("SendLocalList", listVersion=1, updateType="Full", localAuthorizationList=listed)
    bench.power_cut()
    bench.plug()
    bench.tap()
    assert bench.status().status == "Charging"


def test_a_pending_station_is_told_so_over_mqtt_too() -> None:
    bench = registering("Pending", interval=600)
    assert json.loads(bench.published[-1].payload)["status"] == "Pending"


def test_a_station_that_is_accepted_after_pending_reports_as_after_any_boot() -> None:
    bench = registering("Pending", interval=10)
    bench.script.clear()
    bench.call("TriggerMessage", requestedMessage="StatusNotification", connectorId=0)
    bench.forget()
    bench.advance(10)
    assert bench.actions() == ["BootNotification", "StatusNotification", "StatusNotification"]


def test_a_rejected_station_is_silent_until_it_boots_again() -> None:
    bench = registering("Rejected", interval=600)
    bench.forget()
    assert bench.call("GetConfiguration") is None
    assert bench.call("TriggerMessage", requestedMessage="Heartbeat") is None
    assert bench.call("NoSuchAction") is None
    assert bench.call("ChangeConfiguration", key="MeterValueSampleInterval") is None
    bench.receive("[2,")
    bench.plug()
    bench.advance(599)
    assert bench.wire == []
    bench.advance(2)
    assert bench.actions() == ["BootNotification"]


def test_an_answer_that_is_no_registration_is_not_taken_for_one() -> None:
    for payload in ({}, {"status": "Certainly"}, {"status": "accepted", "currentTime": 5, "interval": "soon"}):
        bench = Bench(script={"BootNotification": lambda _, payload=payload: payload}).connect()
        bench.advance(31)
        assert bench.actions() == ["BootNotification"] * 2


@pytest.mark.parametrize("interval", [1e300, -5, 10**400, "10", None, True])
def test_an_impossible_interval_leaves_the_stations_own(interval: object) -> None:
    bench = registering("Accepted", interval=interval)  # type: ignore[arg-type]
    assert bench.life.dialect.session.configuration["HeartbeatInterval"] == "300"
    pending = registering("Pending", interval=interval)  # type: ignore[arg-type]
    pending.advance(31)
    assert pending.actions() == ["BootNotification"] * 2


def test_a_lost_connection_is_no_boot() -> None:
    bench = Bench().connect()
    bench.disconnect()
    bench.forget()
    bench.connect()
    assert "BootNotification" not in bench.actions()


def test_a_boot_whose_answer_was_lost_with_the_connection_is_sent_again_at_once() -> None:
    bench = Bench(script={"BootNotification": lambda _: None}).connect()
    bench.disconnect()
    bench.script.clear()
    bench.connect()
    assert bench.actions()[:2] == ["BootNotification"] * 2
    assert len(bench.statuses(1)) == 1


def test_an_unaccepted_station_keeps_waiting_when_the_connection_comes_and_goes() -> None:
    bench = registering("Pending", interval=100)
    for _ in range(5):
        bench.advance(10)
        bench.disconnect()
        bench.connect()
    assert len(bench.calls("BootNotification")) == 1
    bench.advance(51)
    assert len(bench.calls("BootNotification")) == 2


def test_a_retry_that_falls_due_without_a_connection_is_made_with_the_next_one() -> None:
    bench = registering("Pending", interval=10)
    bench.disconnect()
    bench.advance(60)
    assert len(bench.calls("BootNotification")) == 1
    bench.connect()
    assert len(bench.calls("BootNotification")) == 2


def test_heartbeats_come_by_the_interval_of_the_boot() -> None:
    bench = Bench(
        script={
            "BootNotification": lambda _: {"status": "Accepted", "currentTime": iso(NOON), "interval": 40},
        }
    ).connect()
    bench.advance(39)
    assert bench.calls("Heartbeat") == []
    bench.advance(1)
    assert bench.calls("Heartbeat") == [{}]
    bench.advance(80)
    assert len(bench.calls("Heartbeat")) == 3
    assert bench.life.dialect.session.configuration["HeartbeatInterval"] == "40"


def test_interval_zero_at_the_boot_keeps_the_configured_heartbeat() -> None:
    bench = Bench(
        {"ocpp_config": {"HeartbeatInterval": "25"}},
        script={"BootNotification": lambda _: {"status": "Accepted", "currentTime": iso(NOON), "interval": 0}},
    ).connect()
    bench.advance(26)
    assert len(bench.calls("Heartbeat")) == 1


def test_a_changed_heartbeat_interval_counts_from_the_change() -> None:
    bench = Bench().connect()
    bench.advance(100)
    bench.call("ChangeConfiguration", key="heartbeatinterval", value="10")
    bench.advance(9)
    assert bench.calls("Heartbeat") == []
    bench.advance(1)
    assert len(bench.calls("Heartbeat")) == 1


def test_no_heartbeat_goes_out_without_a_connection_and_the_interval_starts_anew_with_it() -> None:
    bench = Bench().connect()
    bench.disconnect()
    bench.advance(1000)
    bench.connect()
    assert bench.calls("Heartbeat") == []
    bench.advance(300)
    assert len(bench.calls("Heartbeat")) == 1


def test_heartbeats_do_not_pile_up_behind_a_central_system_that_does_not_answer() -> None:
    bench = Bench({"ocpp_config": {"MessageTimeout": "600"}}, script={"Heartbeat": lambda _: None}).connect()
    bench.call("ChangeConfiguration", key="HeartbeatInterval", value="10")
    bench.advance(300)
    assert len(bench.calls("Heartbeat")) == 1
    bench.script.clear()
    bench.answer("Heartbeat", {"currentTime": iso(bench.now)})
    assert len(bench.calls("Heartbeat")) == 1
    bench.advance(10)
    assert len(bench.calls("Heartbeat")) == 2
