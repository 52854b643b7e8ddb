"""ReserveNow and CancelReservation (OCPP 1.6 sections 5.13 and 5.1), and what a reservation keeps for whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chargepoint.clock import iso
from tests.support.bench import Bench, CallError

TWO = {"nb_connectors": 2}
NO_STATION = {"ocpp_config": {"ReserveConnectorZeroSupported": "false"}}


def reserve(
    bench: Bench, connector: int = 1, id_tag: str = "MINE", *, id: int = 7, seconds: float = 600, **more: Any
) -> Any:
    answer = bench.call(
        "ReserveNow",
        connectorId=connector,
        idTag=id_tag,
        reservationId=id,
        expiryDate=iso(bench.now + seconds),
        **more,
    )
    return answer if isinstance(answer, CallError) else answer["status"]


def cancel(bench: Bench, id: int = 7) -> Any:
    return bench.call("CancelReservation", reservationId=id)["status"]


def reserved(connector: int = 1, *, entry: dict[str, object] | None = None, **request: Any) -> Bench:
    bench = Bench(entry or {}).connect()
    assert reserve(bench, connector, **request) == "Accepted"
    bench.forget()
    return bench


def accept_in_group(bench: Bench, parent_id_tag: str) -> None:
    bench.script["Authorize"] = lambda _: {"idTagInfo": {"status": "Accepted", "parentIdTag": parent_id_tag}}


# A connector


def test_a_reserved_connector_says_so_after_the_answer_on_ocpp_and_mqtt() -> None:
    bench = Bench(TWO).connect()
    bench.forget()
    assert reserve(bench, 2) == "Accepted"
    assert bench.order() == ["answer", "StatusNotification"]
    assert bench.statuses(2) == ["Reserved"]
    assert bench.status(2).status == "Reserved"
    assert any(one.topic.endswith("connectors/2/status") and b"Reserved" in one.payload for one in bench.published)
    assert bench.status(1).status == "Available"


def test_whom_it_is_for_starts_with_the_reservation_id() -> None:
    """TC_046_1_CS."""
    bench = reserved()
    bench.tap("mine")
    bench.plug()
    assert bench.statuses() == ["Preparing", "Charging"]
    assert bench.actions() == ["Authorize", "StatusNotification", "StartTransaction", "StatusNotification"]
    assert bench.calls("StartTransaction")[0]["reservationId"] == 7
    bench.tap("mine")
    bench.unplug()
    bench.forget()
    bench.charging()
    assert "reservationId" not in bench.calls("StartTransaction")[0]
    assert cancel(bench) == "Rejected"


def test_the_cable_may_come_first_and_leaves_the_connector_reserved() -> None:
    """TC_046_1_CS in the other order; a cable is no identification, however long it is in."""
    bench = reserved()
    bench.plug()
    bench.advance(120)
    assert bench.statuses() == []
    bench.tap("MINE")
    assert bench.statuses() == ["Preparing", "Charging"]
    assert bench.calls("StartTransaction")[0]["reservationId"] == 7


def test_a_remote_start_uses_the_reservation() -> None:
    """TC_046_2_CS."""
    bench = reserved()
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="MINE") == {"status": "Accepted"}
    bench.plug()
    assert bench.statuses() == ["Preparing", "Charging"]
    assert bench.calls("StartTransaction")[0]["reservationId"] == 7


def test_a_remote_start_of_another_tag_is_rejected() -> None:
    bench = reserved()
    bench.plug()
    for where in ({"connectorId": 1}, {}):
        assert bench.call("RemoteStartTransaction", idTag="OTHER", **where) == {"status": "Rejected"}
    assert bench.sent == []


def test_a_remote_start_without_a_connector_goes_to_the_reserved_one_or_round_it() -> None:
    bench = reserved(2, entry={"nb_connectors": 3})
    bench.plug(1)
    bench.call("RemoteStartTransaction", idTag="MINE")
    assert bench.status(2).status == "Preparing"
    bench = reserved(1, entry=TWO)
    bench.plug(1)
    bench.call("RemoteStartTransaction", idTag="OTHER")
    assert bench.status(2).status == "Preparing"


@pytest.mark.parametrize(("ask", "answer"), [("true", "Accepted"), ("false", "Rejected")])
def test_a_remote_start_by_the_group_needs_to_know_the_group(ask: str, answer: str) -> None:
    bench = reserved(parentIdTag="FAMILY", entry={"ocpp_config": {"AuthorizeRemoteTxRequests": ask}})
    accept_in_group(bench, "FAMILY")
    bench.plug()
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="CHILD") == {"status": answer}
    assert [one.get("reservationId") for one in bench.calls("StartTransaction")] == ([7] if ask == "true" else [])


def test_another_tag_is_denied_without_asking_and_the_connector_stays_reserved() -> None:
    bench = reserved()
    bench.tap("OTHER")
    bench.plug()
    bench.tap("OTHER")
    assert bench.sent == []
    assert bench.status().status == "Reserved"
    assert [note for note in bench.notes if "reserved for another id tag" in note]


def test_the_group_of_the_reservation_may_use_it_and_is_asked_about_when_unknown() -> None:
    """TC_053_CS."""
    bench = reserved(parentIdTag="FAMILY")
    accept_in_group(bench, "family")
    bench.tap("CHILD")
    bench.plug()
    assert bench.actions()[0] == "Authorize"
    assert bench.statuses() == ["Preparing", "Charging"]
    start = bench.calls("StartTransaction")[0]
    assert (start["idTag"], start["reservationId"]) == ("CHILD", 7)


@pytest.mark.parametrize("parent", ["NEIGHBOURS", ""])
def test_a_tag_of_another_group_is_denied_once_that_is_learned(parent: str) -> None:
    bench = reserved(parentIdTag="FAMILY")
    accept_in_group(bench, parent)
    bench.tap("STRANGER")
    assert bench.actions() == ["Authorize"]
    assert bench.status().status == "Reserved"
    bench.plug()
    assert bench.calls("StartTransaction") == []


def test_a_group_known_from_before_serves_without_the_central_system() -> None:
    bench = Bench().connect()
    accept_in_group(bench, "FAMILY")
    bench.tap("CHILD")
    bench.tap("CHILD")
    bench.script.clear()
    reserve(bench, parentIdTag="FAMILY")
    bench.disconnect()
    bench.tap("STRANGER")
    assert bench.status().status == "Reserved"
    bench.tap("CHILD")
    bench.plug()
    bench.connect()
    assert bench.calls("StartTransaction")[0]["reservationId"] == 7


def test_the_tag_of_a_cached_group_is_asked_about_when_the_cache_does_not_name_one() -> None:
    bench = Bench({"ocpp_config": {"LocalPreAuthorize": "true"}}).connect()
    bench.tap("CHILD")
    bench.tap("CHILD")
    reserve(bench, parentIdTag="FAMILY")
    accept_in_group(bench, "FAMILY")
    bench.forget()
    bench.tap("CHILD")
    assert bench.actions() == ["Authorize", "StatusNotification"]
    assert bench.statuses() == ["Preparing"]


def test_whom_it_is_for_has_to_be_welcome_all_the_same() -> None:
    bench = reserved()
    bench.script["Authorize"] = lambda _: {"idTagInfo": {"status": "Blocked"}}
    bench.tap("MINE")
    assert bench.status().status == "Reserved"


def test_an_unknown_tag_that_offline_rules_let_in_does_not_open_a_reserved_connector() -> None:
    entry = {"ocpp_config": {"AllowOfflineTxForUnknownId": "true"}}
    bench = reserved(parentIdTag="FAMILY", entry=entry)
    bench.disconnect()
    bench.plug()
    bench.tap("OTHER")
    assert bench.status().status == "Reserved"
    bench.tap("MINE")
    assert bench.status().status == "Charging"


def test_a_verdict_that_comes_when_the_connector_was_reserved_meanwhile_opens_nothing() -> None:
    bench = Bench(script={"Authorize": lambda _: None}).connect()
    bench.tap("OTHER")
    assert reserve(bench) == "Accepted"
    bench.answer("Authorize", {"idTagInfo": {"status": "Accepted"}})
    assert bench.status().status == "Reserved"


def test_who_does_not_plug_in_or_thinks_again_leaves_it_reserved() -> None:
    bench = reserved(entry={"ocpp_config": {"ConnectionTimeOut": "30"}})
    bench.tap("MINE")
    bench.advance(30)
    assert bench.statuses() == ["Preparing", "Available", "Reserved"]
    bench.tap("MINE")
    bench.tap("MINE")
    assert bench.status().status == "Reserved"


# Its end


def test_it_expires_at_the_second() -> None:
    """TC_047_CS."""
    bench = reserved(seconds=60)
    bench.advance(59.9)
    assert bench.statuses() == []
    bench.advance(0.1)
    assert bench.statuses() == ["Available"]
    assert bench.calls("StatusNotification")[0]["timestamp"] == iso(bench.now)
    assert cancel(bench) == "Rejected"
    bench.charging(id_tag="OTHER")
    assert "reservationId" not in bench.calls("StartTransaction")[0]


def test_a_cable_that_was_in_all_the_time_waits_for_a_tag_from_the_end_on() -> None:
    bench = reserved(seconds=300)
    bench.plug()
    bench.advance(300)
    assert bench.statuses() == ["Preparing"]
    bench.advance(59)
    assert bench.status().status == "Preparing"
    bench.advance(1)
    assert bench.status().status == "Finishing"


@pytest.mark.parametrize(("seconds", "left"), [(600, 200), (300, 0)])
def test_it_expires_by_the_clock_that_the_central_system_sets(seconds: float, left: float) -> None:
    bench = reserved(seconds=seconds)
    bench.script["Heartbeat"] = lambda _: {"currentTime": iso(bench.now + 400)}
    bench.call("TriggerMessage", requestedMessage="Heartbeat")
    if left:
        bench.advance(left - 1)
        assert bench.status().status == "Reserved"
        bench.advance(1)
    assert bench.status().status == "Available"


def test_one_that_expires_while_its_user_looks_for_the_cable_is_not_used() -> None:
    bench = reserved(seconds=30)
    bench.tap("MINE")
    bench.advance(31)
    bench.plug()
    assert bench.status().status == "Charging"
    assert "reservationId" not in bench.calls("StartTransaction")[0]


def test_it_can_be_cancelled() -> None:
    """TC_051_CS."""
    bench = reserved()
    assert cancel(bench) == "Accepted"
    assert bench.order() == ["answer", "StatusNotification"]
    assert bench.statuses() == ["Available"]


def test_what_is_not_reserved_cannot_be_cancelled() -> None:
    """TC_052_CS."""
    bench = reserved()
    assert cancel(bench, 8) == "Rejected"
    assert bench.statuses() == []
    assert cancel(bench) == "Accepted"
    assert cancel(bench) == "Rejected"


def test_the_same_id_replaces() -> None:
    bench = reserved(entry=TWO)
    assert reserve(bench, 1, "YOURS") == "Accepted"
    assert bench.statuses() == []
    bench.tap("MINE")
    assert bench.status().status == "Reserved"
    assert reserve(bench, 2, "YOURS") == "Accepted"
    assert (bench.status(1).status, bench.status(2).status) == ("Available", "Reserved")
    bench.charging(2, "YOURS")
    assert bench.calls("StartTransaction")[0]["reservationId"] == 7


def test_a_replacement_that_is_refused_leaves_the_old_one() -> None:
    bench = reserved(entry=TWO)
    bench.charging(2, "OTHER")
    assert reserve(bench, 2) == "Occupied"
    assert reserve(bench, 3) == "Rejected"
    assert reserve(bench, 1, seconds=-1) == "Rejected"
    assert bench.status(1).status == "Reserved"


# What a connector answers


def charging(bench: Bench) -> None:
    bench.charging()


def unavailable(bench: Bench) -> None:
    assert bench.call("ChangeAvailability", connectorId=1, type="Inoperative") == {"status": "Accepted"}


def suspended_by_the_car(bench: Bench) -> None:
    bench.charging()
    bench.car(ready=False)


def suspended_by_the_station(bench: Bench) -> None:
    bench.charging()
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 0.0}]}
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    bench.call("SetChargingProfile", connectorId=1, csChargingProfiles=profile)


def finishing(bench: Bench) -> None:
    bench.charging()
    bench.tap()


STATES: list[tuple[str, Callable[[Bench], None], str]] = [
    ("Available", lambda bench: None, "Accepted"),
    ("Preparing", lambda bench: bench.plug(), "Occupied"),
    ("Preparing", lambda bench: bench.tap(), "Occupied"),
    ("Charging", charging, "Occupied"),
    ("SuspendedEV", suspended_by_the_car, "Occupied"),
    ("SuspendedEVSE", suspended_by_the_station, "Occupied"),
    ("Finishing", finishing, "Occupied"),
    ("Reserved", lambda bench: reserve(bench, id=1), "Occupied"),
    ("Unavailable", unavailable, "Unavailable"),
    ("Faulted", lambda bench: bench.fault(), "Faulted"),
    ("Faulted", lambda bench: bench.fault(0), "Faulted"),
]


@pytest.mark.parametrize("number", [1, 0])
@pytest.mark.parametrize(("state", "come_to", "answer"), STATES)
def test_every_state_has_its_answer(state: str, come_to: Callable[[Bench], None], answer: str, number: int) -> None:
    """TC_048_1_CS to TC_048_3_CS; and with connector 0 TC_050_1_CS to TC_050_3_CS, when it is the only one."""
    bench = Bench().connect()
    come_to(bench)
    assert bench.status().status == state
    bench.forget()
    assert reserve(bench, number) == answer
    assert bench.statuses() == (["Reserved"] if answer == "Accepted" and number else [])
    assert cancel(bench) == ("Accepted" if answer == "Accepted" else "Rejected")


@pytest.mark.parametrize("connector", [2, -1])
def test_no_connector_cannot_be_reserved(connector: int) -> None:
    """TC_048_4_CS."""
    assert reserve(Bench().connect(), connector) == "Rejected"


@pytest.mark.parametrize("seconds", [0, -1, -1e6])
def test_one_that_has_expired_already_is_rejected(seconds: float) -> None:
    """TC_048_4_CS."""
    bench = Bench().connect()
    assert reserve(bench, seconds=seconds) == "Rejected"
    assert bench.status().status == "Available"


def test_an_expiry_date_that_is_none_is_refused() -> None:
    bench = Bench().connect()
    answer = bench.call("ReserveNow", connectorId=1, idTag="T", reservationId=1, expiryDate="tomorrow")
    assert isinstance(answer, CallError)
    assert answer.code in ("TypeConstraintViolation", "FormationViolation", "PropertyConstraintViolation")


# The charge point (connector 0)


def test_a_reserved_charge_point_is_used_at_any_connector() -> None:
    """TC_049_CS."""
    bench = reserved(0, entry=TWO)
    assert bench.sent == []
    bench.charging(2, "MINE")
    assert bench.statuses(2) == ["Preparing", "Charging"]
    assert bench.calls("StartTransaction")[0]["reservationId"] == 7
    assert cancel(bench) == "Rejected"


def test_others_cannot_take_the_last_free_connector() -> None:
    bench = reserved(0, entry=TWO)
    bench.charging(1, "OTHER")
    assert "reservationId" not in bench.calls("StartTransaction")[0]
    bench.plug(2)
    bench.tap("THIRD", 2)
    assert bench.status(2).status == "Preparing"
    assert bench.call("RemoteStartTransaction", idTag="THIRD") == {"status": "Rejected"}
    bench.tap("MINE", 2)
    assert bench.calls("StartTransaction")[1]["reservationId"] == 7


def test_the_last_free_connector_is_anybodys_when_the_reservation_is_over() -> None:
    bench = reserved(0, seconds=60)
    bench.tap("OTHER")
    assert bench.status().status == "Available"
    bench.advance(60)
    bench.tap("OTHER")
    assert bench.status().status == "Preparing"


def test_a_reservation_whose_user_is_there_keeps_no_second_connector() -> None:
    bench = reserved(0, entry=TWO)
    bench.tap("MINE", 1)
    bench.tap("OTHER", 2)
    assert bench.status(2).status == "Preparing"


def test_the_group_may_use_the_charge_points_reservation() -> None:
    bench = reserved(0, parentIdTag="FAMILY")
    accept_in_group(bench, "NEIGHBOURS")
    bench.tap("STRANGER")
    assert bench.status().status == "Available"
    accept_in_group(bench, "FAMILY")
    bench.tap("CHILD")
    bench.plug()
    assert bench.calls("StartTransaction")[0]["reservationId"] == 7


def test_there_are_as_many_reservations_as_free_connectors() -> None:
    """TC_050_2_CS."""
    bench = reserved(0, entry=TWO)
    assert reserve(bench, 0, id=8) == "Accepted"
    assert reserve(bench, 0, id=9) == "Occupied"
    assert reserve(bench, 1, id=9) == "Occupied"
    assert cancel(bench, 7) == "Accepted"
    assert reserve(bench, 1, id=9) == "Accepted"
    assert reserve(bench, 2, id=10) == "Occupied"


def test_of_several_obstacles_the_one_that_goes_first_is_told() -> None:
    bench = Bench({"nb_connectors": 3}).connect()
    bench.fault(1)
    bench.call("ChangeAvailability", connectorId=2, type="Inoperative")
    bench.plug(3)
    assert reserve(bench, 0) == "Occupied"
    bench.fault(3)
    assert reserve(bench, 0) == "Unavailable"
    bench.fault(2)
    assert reserve(bench, 0) == "Faulted"


def test_a_charge_point_that_cannot_be_reserved_says_so() -> None:
    """TC_050_4_CS."""
    bench = Bench(NO_STATION).connect()
    (entry,) = bench.call("GetConfiguration", key=["ReserveConnectorZeroSupported"])["configurationKey"]
    assert entry == {"key": "ReserveConnectorZeroSupported", "readonly": True, "value": "false"}
    assert reserve(bench, 0) == "Rejected"
    assert reserve(bench, 1) == "Accepted"


# Faults, availability, transactions


def test_a_fault_ends_the_reservation() -> None:
    bench = reserved()
    bench.fault()
    bench.clear_fault()
    assert bench.statuses() == ["Faulted", "Available"]
    assert cancel(bench) == "Rejected"
    assert [note for note in bench.notes if "reservation 7 ends" in note]


def test_an_inoperative_connector_ends_the_reservation_in_one_step() -> None:
    """https://github.com/EVerest/libocpp/issues/999: one transition, not two."""
    bench = reserved()
    assert bench.call("ChangeAvailability", connectorId=1, type="Inoperative") == {"status": "Accepted"}
    bench.call("ChangeAvailability", connectorId=1, type="Operative")
    assert bench.statuses() == ["Unavailable", "Available"]
    assert cancel(bench) == "Rejected"


def test_a_fault_elsewhere_ends_nothing_and_one_of_the_station_everything() -> None:
    bench = reserved(1, entry=TWO)
    bench.fault(2)
    assert bench.status(1).status == "Reserved"
    bench.fault(0)
    bench.clear_fault(0)
    assert bench.status(1).status == "Available"


def test_the_charge_points_reservation_lasts_as_long_as_any_connector_is_in_service() -> None:
    bench = reserved(0, entry=TWO)
    bench.fault(1)
    bench.tap("OTHER", 2)
    assert bench.status(2).status == "Available"
    bench.call("ChangeAvailability", connectorId=2, type="Inoperative")
    assert cancel(bench) == "Rejected"


def test_a_scheduled_unavailability_ends_the_charge_points_reservation_when_it_comes() -> None:
    bench = Bench(TWO).connect()
    bench.charging(1, "OTHER")
    assert reserve(bench, 0) == "Accepted"
    assert bench.call("ChangeAvailability", connectorId=0, type="Inoperative") == {"status": "Scheduled"}
    bench.tap("OTHER", 1)
    assert bench.status(1).status == "Unavailable"
    assert cancel(bench) == "Rejected"


def test_an_unlocked_reserved_connector_stays_reserved() -> None:
    bench = reserved()
    assert bench.call("UnlockConnector", connectorId=1) == {"status": "Unlocked"}
    assert bench.status().status == "Reserved"


# Power and link


def test_it_survives_a_power_cut_a_reset_and_an_outage() -> None:
    bench = reserved(entry=TWO)
    bench.power_cut()
    bench.connect()
    assert bench.statuses() == ["Reserved"]
    bench.call("Reset", type="Soft")
    bench.power_on()
    bench.connect()
    bench.disconnect()
    bench.advance(100)
    bench.connect()
    bench.plug()
    bench.tap("OTHER")
    assert bench.status().status == "Reserved"
    bench.tap("MINE")
    assert bench.calls("StartTransaction")[0]["reservationId"] == 7
    bench.power_cut()
    bench.connect()
    assert cancel(bench) == "Rejected"


def test_an_expired_one_does_not_survive() -> None:
    bench = reserved(seconds=60)
    bench.now += 60
    bench.power_cut()
    bench.connect()
    assert bench.statuses() == ["Available"]
    assert cancel(bench) == "Rejected"
    bench.now += 1
    bench.power_cut()
    assert [note for note in bench.notes if "ends" in note and "expired" in note]


def test_one_that_expires_offline_is_told_as_available_afterwards() -> None:
    bench = reserved(seconds=60)
    bench.disconnect()
    bench.advance(60)
    assert bench.sent == []
    bench.connect()
    assert bench.statuses() == ["Available"]


def test_a_start_that_waits_in_the_queue_keeps_its_reservation_id() -> None:
    bench = Bench().connect()
    bench.tap("MINE")
    bench.tap("MINE")
    reserve(bench)
    bench.disconnect()
    bench.plug()
    bench.tap("MINE")
    bench.power_cut()
    bench.connect()
    assert bench.calls("StartTransaction")[0]["reservationId"] == 7


def test_it_is_a_profile_of_the_station() -> None:
    (entry,) = Bench().connect().call("GetConfiguration", key=["SupportedFeatureProfiles"])["configurationKey"]
    assert "Reservation" in entry["value"].split(",")
