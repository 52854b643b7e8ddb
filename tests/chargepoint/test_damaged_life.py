"""What breaks inside a station, on the bench: the quantity is wrong, and all that is told of it agrees."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chargepoint.api.orders import StationResult
from chargepoint.api.payloads import ChargePointStatus, ConnectorState
from tests.support.bench import Bench


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
