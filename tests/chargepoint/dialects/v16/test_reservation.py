"""ReserveNow and CancelReservation (OCPP 1.6 sections 5.13 and 5.1), and how reservations end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chargepoint.clock import iso
from tests.chargepoint.dialects.v16.reserving import TWO, cancel, reserve, reserved
from tests.support.bench import Bench, CallError

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
    """Section 7.41; and of connector 0, when it is the only one."""
    bench = Bench().connect()
    come_to(bench)
    assert bench.status().status == state
    bench.forget()
    assert reserve(bench, number) == answer
    assert bench.statuses() == (["Reserved"] if answer == "Accepted" and number else [])
    assert cancel(bench) == ("Accepted" if answer == "Accepted" else "Rejected")


@pytest.mark.parametrize("connector", [2, -1])
def test_no_connector_cannot_be_reserved(connector: int) -> None:
    assert reserve(Bench().connect(), connector) == "Rejected"


@pytest.mark.parametrize("seconds", [0, -1, -1e6])
def test_one_that_has_expired_already_is_rejected(seconds: float) -> None:
    bench = Bench().connect()
    assert reserve(bench, seconds=seconds) == "Rejected"
    assert bench.status().status == "Available"


def test_an_expiry_date_that_is_none_is_refused() -> None:
    bench = Bench().connect()
    answer = bench.call("ReserveNow", connectorId=1, idTag="T", reservationId=1, expiryDate="tomorrow")
    assert isinstance(answer, CallError)
    assert answer.code in ("TypeConstraintViolation", "FormationViolation", "PropertyConstraintViolation")


# Its end


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
