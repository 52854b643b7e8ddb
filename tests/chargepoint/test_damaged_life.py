"""What breaks inside a station, on the bench: the quantity is wrong, and all that is told of it agrees."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chargepoint.api.damage import DAMAGES, DamageKind
from chargepoint.api.orders import StationResult
from chargepoint.api.payloads import ChargePointStatus, ConnectorState
from chargepoint.model.breaking import OF_DC
from tests.support.bench import TRANSACTION_MESSAGES, Bench


def damage(bench: Bench, kind: str = "", **order: Any) -> None:
    """The order ``damage``."""
    body = {"type": "damage", **({"kind": kind} if kind else {}), **order}
    bench.mqtt("cmd", json.dumps(body).encode())


def register_wh(bench: Bench) -> float:
    return bench.life.station.state.connectors[1].meter.energy_wh


def metered(bench: Bench, measurand: str) -> float:
    """The latest value of ``measurand``."""
    samples = bench.calls("MeterValues")[-1]["meterValue"][0]["sampledValue"]
    return float(next(one["value"] for one in samples if one.get("measurand") == measurand))


@pytest.fixture
def bench() -> Bench:
    """A station that charges, and samples power every 10 s."""
    measurands = "Energy.Active.Import.Register,Power.Active.Import,Current.Import"
    config = {"MeterValueSampleInterval": 10, "MeterValuesSampledData": measurands}
    bench = Bench({"ocpp_config": config})
    bench.charging()
    bench.advance(60)
    return bench


def test_a_stuck_relay_gives_power_after_the_end_and_is_a_power_switch_failure(bench: Bench) -> None:
    damage(bench, "stuck_relay", connector=1)
    bench.tap()
    assert (bench.status().status, bench.status().error_code) == (ConnectorState.FAULTED, "PowerSwitchFailure")
    before = register_wh(bench)
    bench.advance(60)
    assert register_wh(bench) > before + 100
    assert bench.status().power_w > 1000
    damage(bench, clear=True)
    assert (bench.status().status, bench.status().power_w) == (ConnectorState.FINISHING, 0.0)


def test_a_stuck_relay_gives_nothing_to_nobody(bench: Bench) -> None:
    bench.tap()
    bench.unplug()
    damage(bench, "stuck_relay")
    assert (bench.status().status, bench.status().power_w) == (ConnectorState.AVAILABLE, 0.0)
    bench.plug()
    assert bench.status().status is ConnectorState.FAULTED
    assert bench.status().power_w > 1000


def test_a_frozen_register_stands_still_while_the_car_charges(bench: Bench) -> None:
    damage(bench, "meter_freeze")
    before, soc_pct = register_wh(bench), bench.status().soc_pct
    bench.advance(60)
    assert register_wh(bench) == before
    assert (bench.status().soc_pct or 0) >= (soc_pct or 0)
    bench.call("ChangeConfiguration", key="MeterValueSampleInterval", value="20")
    bench.advance(60)
    assert register_wh(bench) == before
    damage(bench, "meter_freeze", clear=True)
    bench.advance(60)
    assert register_wh(bench) > before


def test_a_register_that_jumped_is_billed(bench: Bench) -> None:
    before = register_wh(bench)
    damage(bench, "meter_jump", energy_wh=100_000)
    bench.tap()
    assert bench.calls("StopTransaction")[-1]["meterStop"] == round(before) + 100_000


def test_a_register_that_was_reset_ends_below_its_start() -> None:
    bench = Bench()
    bench.charging()
    bench.advance(600)
    assert register_wh(bench) > 1000
    damage(bench, "meter_reset")
    bench.tap()
    assert bench.calls("StopTransaction")[-1]["meterStop"] == 0
    damage(bench, "meter_jump", energy_wh=-50)
    assert register_wh(bench) == 0, "no register shows less than nothing"


def test_a_spike_and_a_wrong_sign(bench: Bench) -> None:
    bench.advance(10)
    power_w, current_a = metered(bench, "Power.Active.Import"), metered(bench, "Current.Import")
    damage(bench, "meter_spike")
    bench.advance(10)
    assert metered(bench, "Power.Active.Import") == pytest.approx(10 * power_w, rel=0.01)
    assert metered(bench, "Current.Import") == pytest.approx(10 * current_a, rel=0.01)
    damage(bench, clear=True)
    damage(bench, "meter_negative")
    bench.advance(10)
    assert metered(bench, "Power.Active.Import") == pytest.approx(-power_w, rel=0.01)


def test_a_skewed_clock_stays_so_although_it_is_told_the_time(bench: Bench) -> None:
    damage(bench, "clock_skew", skew_s=-3600)
    offset_s = bench.life.station.state.clock_offset_s
    assert offset_s == pytest.approx(-3600, abs=2)
    bench.mqtt("cmd", b'{"type":"send","action":"Heartbeat"}')
    bench.advance(600)
    assert bench.life.station.state.clock_offset_s == pytest.approx(-3600, abs=2)
    damage(bench, "clock_skew", clear=True)
    assert bench.life.station.state.clock_offset_s == pytest.approx(0, abs=2)


def test_a_clock_drifts_until_it_is_told_the_time() -> None:
    bench = Bench({"ocpp_config": {"HeartbeatInterval": 1000}}).connect()
    bench.script["Heartbeat"] = lambda _: None
    damage(bench, "clock_drift", drift_ppm=100_000)
    bench.advance(100)
    assert bench.life.station.state.clock_offset_s == pytest.approx(10)


def test_what_is_broken_is_in_the_status_and_in_the_log(bench: Bench) -> None:
    damage(bench, "meter_freeze", connector=1)
    damage(bench, "storage_full")
    payloads = [one.payload for one in bench.published if one.topic == "cp_simu/cps/CP1/status"]
    told = ChargePointStatus.from_json(payloads[-1])
    assert told.deviations == ("meter_freeze connector 1", "storage_full")
    assert bench.life.storage_full
    assert "damage: storage_full" in bench.notes


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"kind": "meter_jump"}, "energy_wh"),
        ({"kind": "clock_skew", "skew_s": 1, "connector": 1}, "connector"),
        ({"kind": "meter_freeze", "connector": 2}, "connector: 2 is not one of 1 to 1"),
        ({"kind": "paint"}, "kind: 'paint'"),
    ],
)
def test_what_cannot_break_is_refused(order: dict[str, Any], reason: str) -> None:
    bench = Bench()
    damage(bench, **order)
    (result,) = [StationResult.from_json(one.payload) for one in bench.published if one.topic.endswith("/result")]
    assert reason in result.reason


def dc_bench() -> Bench:
    """A direct current station that charges with 150 kW."""
    bench = Bench({"type": "DC", "max_setpoint": 150_000, "ocpp_config": {"MeterValueSampleInterval": 10}})
    bench.charging()
    bench.car(consumption_l1=150_000.0)
    return bench


def told(bench: Bench) -> list[tuple[str, str, str]]:
    return [
        (one["status"], one["errorCode"], one.get("vendorErrorCode", ""))
        for one in bench.calls("StatusNotification")
        if one["connectorId"] == 1
    ]


def test_a_phase_that_is_lost_carries_nothing_and_has_no_voltage() -> None:
    sampled = "Current.Import,Voltage,Voltage.L1-L2,Voltage.L2-L3,Voltage.L3-L1,Power.Active.Import"
    config = {"MeterValueSampleInterval": 10, "MeterValuesSampledData": sampled}
    bench = Bench({"ocpp_config": config})
    bench.charging()
    whole_w = bench.status().power_w
    bench.forget()
    damage(bench, "phase_loss", phase=3)
    assert told(bench) == [("Charging", "OtherError", "PhaseLoss")]
    assert bench.status().power_w == pytest.approx(whole_w * 2 / 3)
    bench.advance(10)
    samples = bench.calls("MeterValues")[-1]["meterValue"][0]["sampledValue"]
    by_phase = {(one["measurand"], one.get("phase")): float(one["value"]) for one in samples}
    assert by_phase["Current.Import", "L3"] == by_phase["Voltage", "L3-N"] == 0
    assert by_phase["Voltage", "L1-L2"] == pytest.approx(398.4, abs=0.1)
    assert by_phase["Voltage", "L2-L3"] == by_phase["Voltage", "L3-L1"] == 230
    assert by_phase["Power.Active.Import", None] == pytest.approx(bench.status().power_w, abs=0.1)
    damage(bench, "phase_loss", clear=True)
    assert told(bench)[-1] == ("Charging", "NoError", "")
    assert bench.status().power_w == pytest.approx(whole_w)


def test_a_car_on_the_phase_that_is_lost_takes_nothing() -> None:
    bench = Bench()
    bench.connect()
    bench.plug(consumption_l1=16.0, consumption_l2=0.0, consumption_l3=0.0)
    bench.tap()
    damage(bench, "phase_loss", phase=1)
    assert (bench.status().status, bench.status().power_w) == (ConnectorState.SUSPENDED_EV, 0.0)


def test_an_imbalance_is_in_the_currents() -> None:
    bench = Bench()
    bench.charging()
    damage(bench, "phase_imbalance", share_pct=25)
    status = bench.status()
    assert (status.consumption_l1, status.consumption_l2) == (status.consumption_l2 / 4, status.consumption_l3)
    assert told(bench)[-1] == ("Charging", "OtherError", "CurrentImbalance")


def test_power_modules_that_failed_leave_a_part_of_the_power() -> None:
    bench = dc_bench()
    damage(bench, "rectifier_failure", share_pct=33)
    assert bench.status().setpoint == bench.status().power_w == 49_500
    assert told(bench)[-1] == ("Charging", "OtherError", "RectifierFailure")


def test_a_car_with_bad_isolation_never_charges_and_its_transaction_ends() -> None:
    bench = dc_bench()
    bench.tap()
    damage(bench, "isolation_fault")
    bench.forget()
    bench.tap()
    assert told(bench)[-1] == ("SuspendedEVSE", "GroundFailure", "IsolationFault")
    bench.advance(59)
    assert bench.calls("StopTransaction") == []
    bench.advance(1)
    (stop,) = bench.calls("StopTransaction")
    (start,) = bench.calls("StartTransaction")
    assert (stop["reason"], stop["meterStop"]) == ("Other", start["meterStart"])
    assert told(bench)[-1] == ("Finishing", "GroundFailure", "IsolationFault")


@pytest.mark.parametrize(
    ("type", "kind"),
    [("DC", "phase_loss"), ("DC", "phase_imbalance"), ("AC", "rectifier_failure"), ("AC", "isolation_fault")],
)
def test_what_a_station_does_not_have_does_not_break(type: str, kind: str) -> None:
    bench = Bench({"type": type})
    damage(bench, kind)
    (result,) = [StationResult.from_json(one.payload) for one in bench.published if one.topic.endswith("/result")]
    assert f"this charge point is of {type}" in result.reason


def test_without_cooling_it_gets_hot_by_itself_and_gives_half() -> None:
    bench = dc_bench()
    damage(bench, "cooling_failure")
    assert bench.status().power_w == 150_000
    bench.advance(900)
    assert told(bench)[-1] == ("Charging", "HighTemperature", "")
    assert bench.status().power_w == 75_000
    bench.advance(300)
    assert told(bench)[-1] == ("Charging", "HighTemperature", ""), "half is little enough"
    damage(bench, clear=True)
    assert told(bench)[-1] == ("Charging", "NoError", "")
    assert bench.status().power_w == 150_000


def test_a_meter_that_shows_its_register_alone(bench: Bench) -> None:
    damage(bench, "meter_missing")
    before = register_wh(bench)
    bench.advance(60)
    samples = bench.calls("MeterValues")[-1]["meterValue"][0]["sampledValue"]
    assert [one["measurand"] for one in samples] == ["Energy.Active.Import.Register"]
    assert register_wh(bench) > before


def test_a_clock_that_jumped_is_right_again_when_it_is_told_the_time() -> None:
    bench = Bench({"ocpp_config": {"HeartbeatInterval": 300}}).connect()
    damage(bench, "clock_jump", skew_s=-86_400)
    bench.plug()
    assert bench.calls("StatusNotification")[-1]["timestamp"].startswith("2025-06-14")
    bench.advance(301)
    assert bench.life.station.state.clock_offset_s == 0
    damage(bench, "clock_reset")
    bench.unplug()
    assert bench.calls("StatusNotification")[-1]["timestamp"].startswith("1970-01-01T00:0")
    bench.advance(301)
    assert bench.life.station.state.clock_offset_s == 0


def test_what_cannot_be_stored_is_not_promised() -> None:
    bench = Bench().connect()
    damage(bench, "storage_full")
    assert bench.call("ChangeConfiguration", key="ConnectionTimeOut", value="77") == {"status": "Rejected"}
    assert bench.call("SendLocalList", listVersion=1, updateType="Full") == {"status": "Failed"}
    damage(bench, clear=True)
    assert bench.call("ChangeConfiguration", key="ConnectionTimeOut", value="77") == {"status": "Accepted"}


def test_what_was_lost_is_lost_for_good() -> None:
    bench = Bench().connect()
    entries = [{"idTag": "TAG", "idTagInfo": {"status": "Accepted"}}]
    bench.call("SendLocalList", listVersion=7, updateType="Full", localAuthorizationList=entries)
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "ChargePointMaxProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "startSchedule": "2025-01-01T00:00:00Z",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}],
        },
    }
    assert bench.call("SetChargingProfile", connectorId=0, csChargingProfiles=profile) == {"status": "Accepted"}
    bench.charging()
    assert bench.status().setpoint == 10
    damage(bench, "storage_corrupt")
    assert bench.call("GetLocalListVersion") == {"listVersion": 0}
    assert bench.call("ClearChargingProfile", id=1) == {"status": "Unknown"}
    assert bench.status().setpoint > 10
    bench.power_cut()
    bench.connect()
    assert bench.call("GetLocalListVersion") == {"listVersion": 0}


def test_messages_that_were_queued_are_lost_but_for_the_one_that_may_be_on_its_way() -> None:
    bench = Bench({"ocpp_config": {"MeterValueSampleInterval": 10}})
    bench.charging()
    bench.disconnect()
    bench.advance(60)
    damage(bench, "storage_corrupt")
    bench.power_cut()
    bench.forget()
    bench.connect()
    sent = [action for action, _ in bench.transaction_messages()]
    assert sent == ["MeterValues", "StopTransaction"]


def test_a_watchdog_boots_the_station_again_and_the_transaction_ends_with_reboot(bench: Bench) -> None:
    bench.forget()
    damage(bench, "watchdog")
    assert bench.calls("StopTransaction")[0]["reason"] == "Reboot"
    assert "security event ResetOrReboot: Watchdog" in bench.notes
    assert bench.life.going_down is not None
    assert bench.life.boots_again
    bench.mqtt("cmd", b'{"type": "close"}')
    assert not bench.life.boots_again


EXAMPLES: dict[DamageKind, dict[str, Any]] = {
    DamageKind.METER_JUMP: {"energy_wh": 1000},
    DamageKind.CLOCK_SKEW: {"skew_s": 600},
    DamageKind.CLOCK_DRIFT: {"drift_ppm": 50_000},
    DamageKind.CLOCK_JUMP: {"skew_s": 600},
}


def a_session(kind: DamageKind | None, *, direct: bool, repaired: bool = False) -> tuple[list[Any], tuple[str, ...]]:
    """What is said in a session during which ``kind`` breaks, and what the status then says."""
    sampled = "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,Temperature"
    config = {"MeterValueSampleInterval": 300, "MeterValuesSampledData": sampled}
    config["SecurityEventNotificationEnabled"] = "true"
    bench = Bench({"type": "DC" if direct else "AC", "ocpp_config": config})
    bench.charging()
    if not direct:
        bench.car(consumption_l1=32.0, consumption_l2=32.0, consumption_l3=32.0)
    bench.advance(60)
    if kind is not None:
        damage(bench, str(kind), **EXAMPLES.get(kind, {}))
        if repaired:
            damage(bench, str(kind), clear=True)
    bench.advance(1000)
    bench.tap()
    bench.advance(10)
    bench.call("ChangeConfiguration", key="ConnectionTimeOut", value="77")
    bench.call("GetLocalListVersion")
    return [*bench.sent, *(("", answer) for answer in bench.answers.values())], deviations(bench)


def deviations(bench: Bench) -> tuple[str, ...]:
    told = [one.payload for one in bench.published if one.topic == "cp_simu/cps/CP1/status"]
    return ChargePointStatus.from_json(told[-1]).deviations


ELSEWHERE = (
    DamageKind.STORAGE_CORRUPT,
    DamageKind.RESET_FAILURE,
    DamageKind.TAMPERING,
    DamageKind.SECURITY_LOG_CLEARED,
    DamageKind.REPLAY,
)
"""What is seen of these is not in a session: of what was stored, of a Reset, of the security log."""


@pytest.mark.parametrize("kind", [kind for kind in DamageKind if kind not in ELSEWHERE])
def test_every_damage_is_seen_and_named_while_it_lasts(kind: DamageKind) -> None:
    right, _ = a_session(None, direct=kind in OF_DC)
    said, named = a_session(kind, direct=kind in OF_DC)
    assert said != right
    assert bool(named) is not DAMAGES[kind].at_once
    assert all(one.startswith(str(kind)) for one in named)


LASTING = [kind for kind in DamageKind if not DAMAGES[kind].at_once and kind is not DamageKind.EMERGENCY_STOP]


@pytest.mark.parametrize("kind", LASTING)
def test_a_damage_that_was_repaired_leaves_nothing(kind: DamageKind) -> None:
    direct = kind in OF_DC
    said, named = a_session(kind, direct=direct, repaired=True)
    right, _ = a_session(None, direct=direct)
    of_transactions = [[one for one in each if one[0] in TRANSACTION_MESSAGES] for each in (said, right)]
    assert of_transactions[0] == of_transactions[1]
    assert named == ()
