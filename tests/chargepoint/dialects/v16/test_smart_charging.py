"""Charging profiles over the wire, and what they do to the current (OCPP 1.6 sections 3.13, 5.5, 5.7, 5.16)."""

from __future__ import annotations

from typing import Any

import pytest

from chargepoint.clock import iso
from tests.support.bench import NOON, Bench, CallError, Payload


def profile(
    *steps: tuple[int, float], purpose: str = "TxDefaultProfile", unit: str = "A", **changes: object
) -> Payload:
    """A charging profile that counts from the start of a transaction."""
    phases = changes.pop("phases", None)
    periods: list[Payload] = [{"startPeriod": start, "limit": limit} for start, limit in steps]
    if phases is not None:
        periods = [{**period, "numberPhases": phases} for period in periods]
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": unit, "chargingSchedulePeriod": periods},
        **changes,
    }


def absolute(*steps: tuple[int, float], **changes: object) -> Payload:
    """A charging profile that counts from now."""
    made = profile(*steps, chargingProfileKind="Absolute", **changes)  # type: ignore[arg-type]
    made["chargingSchedule"]["startSchedule"] = iso(NOON)
    return made


def install(bench: Bench, connector: int, made: Payload) -> Any:
    answer = bench.call("SetChargingProfile", connectorId=connector, csChargingProfiles=made)
    return answer if isinstance(answer, CallError) else answer["status"]


def test_a_default_profile_limits_the_running_transaction_at_once() -> None:
    bench = Bench()
    bench.charging()
    bench.advance(60)
    assert install(bench, 1, absolute((0, 8.0))) == "Accepted"
    assert bench.status().consumption_l3 == 8.0
    bench.advance(60)
    (first, second) = (one["meterValue"][0]["sampledValue"] for one in bench.calls("MeterValues"))
    currents = [[one["value"] for one in told if one["measurand"] == "Current.Import"] for told in (first, second)]
    assert currents == [["16.00"] * 3, ["8.00"] * 3]


def test_a_profile_for_a_connector_that_does_not_exist_is_a_call_error() -> None:
    answer = install(Bench().connect(), 2, profile((0, 10.0)))
    assert isinstance(answer, CallError)
    assert answer.code == "PropertyConstraintViolation"


def test_a_moment_that_is_none_is_a_call_error() -> None:
    answer = install(Bench().connect(), 1, profile((0, 10.0), validTo="soon"))
    assert isinstance(answer, CallError)


@pytest.mark.parametrize("limit", [21.4, 16.1, 6.3, 0.1, 32.0])
def test_every_limit_with_one_decimal_is_legal(limit: float) -> None:
    bench = Bench().connect()
    assert install(bench, 1, absolute((0, limit))) == "Accepted"
    schedule = bench.call("GetCompositeSchedule", connectorId=1, duration=60)
    assert schedule["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] == limit


@pytest.mark.parametrize(("limit", "state"), [(5.9, "SuspendedEVSE"), (0.0, "SuspendedEVSE"), (6.0, "Charging")])
def test_less_than_6_a_is_a_pause(limit: float, state: str) -> None:
    bench = Bench()
    bench.charging()
    install(bench, 1, absolute((0, limit), (300, 16.0)))
    assert bench.statuses()[-1] == state
    assert (bench.status().power_w > 0) is (state == "Charging")
    bench.advance(300)
    assert bench.statuses()[-1] == "Charging"


def test_a_limit_changes_at_its_very_second() -> None:
    bench = Bench()
    bench.charging()
    install(bench, 1, absolute((0, 16.0), (90, 0.0), (200, 10.0)))
    bench.advance(3600)
    told = [(one["status"], one["timestamp"]) for one in bench.calls("StatusNotification")[-2:]]
    assert told == [("SuspendedEVSE", iso(NOON + 90)), ("Charging", iso(NOON + 200))]
    expected_wh = 690 / 3600 * (16 * 90 + 10 * 3400)
    assert bench.status().energy_wh == pytest.approx(expected_wh, abs=0.1)


def test_one_phase_of_three() -> None:
    bench = Bench()
    bench.charging()
    install(bench, 1, absolute((0, 16.0), phases=1))
    status = bench.status()
    assert (status.consumption_l1, status.consumption_l2, status.consumption_l3) == (16.0, 0.0, 0.0)
    assert status.power_w == 3680
    bench.forget()
    bench.advance(60)
    currents = [
        one["value"]
        for one in bench.calls("MeterValues")[0]["meterValue"][0]["sampledValue"]
        if one["measurand"] == "Current.Import"
    ]
    assert currents == ["16.00", "0.00", "0.00"]


def test_watts_are_spread_over_the_phases_of_the_station() -> None:
    three = Bench()
    three.charging()
    install(three, 1, absolute((0, 6900.0), unit="W"))
    assert three.status().setpoint == 10.0
    one = Bench({"nb_phases": 1})
    one.charging()
    install(one, 1, absolute((0, 2300.0), unit="W"))
    assert one.status().setpoint == 10.0
    assert one.status().power_w == 2300


def test_a_direct_current_station_is_limited_in_watts() -> None:
    bench = Bench({"type": "DC", "max_setpoint": 100_000})
    bench.charging()
    assert bench.status().power_w == 100_000
    install(bench, 1, absolute((0, 40_000.0), unit="W"))
    assert (bench.status().setpoint, bench.status().power_w) == (40_000, 40_000)
    install(bench, 1, absolute((0, 50.0), unit="A"))
    assert bench.status().power_w == 50 * 400
    install(bench, 1, absolute((0, 0.0), unit="W"))
    assert bench.statuses()[-1] == "SuspendedEVSE"


def test_consumption_is_the_least_of_demand_cable_connector_profile_and_station() -> None:
    """S0-37."""
    bench = Bench({"max_current": 28, "max_current_per_connector": 20})
    bench.charging()
    bench.car(consumption_l1=50, consumption_l2=9, consumption_l3=50)

    def flows() -> tuple[float, float, float, float]:
        status = bench.status()
        return status.setpoint, status.consumption_l1, status.consumption_l2, status.consumption_l3

    assert flows() == (20, 20, 9, 20)
    bench.car(cable=13)
    assert flows() == (13, 13, 9, 13)
    install(bench, 1, absolute((0, 8.0)))
    assert flows() == (8, 8, 8, 8)
    assert (bench.status().max_setpoint, bench.status().ocpp_setpoint) == (20, 8)


def test_connectors_share_the_limit_of_the_station() -> None:
    """S0-37: two cars on 20 A connectors of a 32 A station get 16 A each."""
    bench = Bench({"nb_connectors": 2, "max_current": 32, "max_current_per_connector": 20})
    bench.charging(1)
    bench.car(1, consumption_l1=32, consumption_l2=32, consumption_l3=32)
    assert bench.status(1).setpoint == 20
    bench.charging(2)
    bench.car(2, consumption_l1=32, consumption_l2=32, consumption_l3=32)
    assert [bench.status(number).consumption_l1 for number in (1, 2)] == [16, 16]
    bench.car(2, ready=False)
    assert [bench.status(number).consumption_l1 for number in (1, 2)] == [20, 0]
    bench.car(2, ready=True)
    bench.tap("TAG", 1)
    assert bench.status(2).consumption_l1 == 20


def test_a_station_maximum_is_shared_and_who_came_last_pauses_when_it_is_too_little() -> None:
    bench = Bench({"nb_connectors": 2, "max_current": 64, "max_current_per_connector": 32})
    bench.charging(1)
    bench.charging(2)
    install(bench, 0, absolute((0, 20.0), purpose="ChargePointMaxProfile"))
    assert [bench.status(number).setpoint for number in (1, 2)] == [10, 10]
    install(bench, 0, absolute((0, 10.0), purpose="ChargePointMaxProfile"))
    assert [bench.status(number).status for number in (1, 2)] == ["Charging", "SuspendedEVSE"]
    assert bench.status(1).setpoint == 10
    bench.unplug(1)
    assert bench.status(2).status == "Charging"


def test_composite_schedules_in_both_units() -> None:
    bench = Bench()
    bench.charging()
    install(bench, 1, absolute((0, 16.0), (100, 10.0)))
    answer = bench.call("GetCompositeSchedule", connectorId=1, duration=300)
    assert answer == {
        "status": "Accepted",
        "connectorId": 1,
        "scheduleStart": iso(NOON),
        "chargingSchedule": {
            "duration": 300,
            "startSchedule": iso(NOON),
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 16.0, "numberPhases": 3},
                {"startPeriod": 100, "limit": 10.0, "numberPhases": 3},
            ],
        },
    }
    watts = bench.call("GetCompositeSchedule", connectorId=0, duration=300, chargingRateUnit="W")
    periods = watts["chargingSchedule"]["chargingSchedulePeriod"]
    assert [period["limit"] for period in periods] == [11_040.0, 6_900.0]


@pytest.mark.parametrize(("connector", "duration"), [(2, 60), (-1, 60), (1, 0), (1, -5)])
def test_a_composite_schedule_of_nothing_is_rejected(connector: int, duration: int) -> None:
    answer = Bench().connect().call("GetCompositeSchedule", connectorId=connector, duration=duration)
    assert answer == {"status": "Rejected"}


def test_a_unit_that_does_not_exist_is_a_call_error() -> None:
    answer = Bench().connect().call("GetCompositeSchedule", connectorId=1, duration=60, chargingRateUnit="V")
    assert isinstance(answer, CallError)


@pytest.mark.parametrize(
    ("criteria", "left"),
    [
        ({"id": 1}, {2, 3}),
        ({"id": 9}, {1, 2, 3}),
        ({"connectorId": 1}, {3}),
        ({"connectorId": 0}, {1, 2}),
        ({"chargingProfilePurpose": "ChargePointMaxProfile"}, {1, 2}),
        ({"stackLevel": 1}, {1, 3}),
        ({"connectorId": 1, "stackLevel": 0}, {2, 3}),
        ({"connectorId": 1, "chargingProfilePurpose": "TxProfile"}, {1, 2, 3}),
        ({}, set()),
    ],
)
def test_profiles_are_cleared_by_id_or_by_all_criteria_together(criteria: Payload, left: set[int]) -> None:
    bench = Bench().connect()
    install(bench, 1, profile((0, 10.0), chargingProfileId=1))
    install(bench, 1, profile((0, 10.0), chargingProfileId=2, stackLevel=1))
    install(bench, 0, absolute((0, 10.0), chargingProfileId=3, purpose="ChargePointMaxProfile"))
    answer = bench.call("ClearChargingProfile", **criteria)
    assert answer == {"status": "Unknown" if left == {1, 2, 3} else "Accepted"}
    assert {one for one in (1, 2, 3) if bench.call("ClearChargingProfile", id=one) == {"status": "Accepted"}} == left


def test_profiles_outlive_a_power_cut_but_for_those_of_a_transaction() -> None:
    bench = Bench()
    transaction_id = bench.charging()
    install(bench, 1, profile((0, 10.0), chargingProfileId=1))
    install(bench, 1, profile((0, 7.0), purpose="TxProfile", transactionId=transaction_id, chargingProfileId=2))
    bench.power_cut()
    bench.connect()
    assert bench.call("ClearChargingProfile", id=2) == {"status": "Unknown"}
    bench.tap()
    assert bench.status().setpoint == 10.0
