"""How time passes for a station: every due moment is stopped at, in order, and never twice."""

from __future__ import annotations

import pytest

from chargepoint.model.commands import CarChanged, ClockSet, LinkChanged, ProfileSet, SampleWanted, Verdict
from chargepoint.model.facts import ConnectorChanged, MeterSampled, TransactionStopped
from chargepoint.model.metering import SampleContext
from chargepoint.model.smartcharging.profiles import Kind, Period, Profile, Purpose, RateUnit, Schedule
from chargepoint.model.transaction import StopReason
from chargepoint.model.vehicle import Vehicle
from tests.chargepoint.model.scene import DC, NOON, Scene


def test_a_long_stride_stops_at_every_due_moment() -> None:
    scene = Scene()
    scene.configure(aligned_interval_s=900)
    scene.charge()
    scene.advance(3600)
    periodic = [fact.reading.at for fact in scene.of(MeterSampled) if fact.context is SampleContext.PERIODIC]
    aligned = [fact.reading.at for fact in scene.of(MeterSampled) if fact.context is SampleContext.CLOCK]
    assert periodic == [NOON + 60 * minute for minute in range(1, 61)]
    assert sorted(set(aligned)) == [NOON + 900 * quarter for quarter in range(1, 5)]


def test_a_sample_shows_the_energy_of_its_own_moment() -> None:
    scene = Scene()
    scene.charge()
    scene.advance(3600)
    for fact in scene.of(MeterSampled):
        assert fact.reading.energy_wh == pytest.approx(11_040 * (fact.reading.at - NOON) / 3600)


@pytest.mark.parametrize("kind", ["sample_interval_s", "aligned_interval_s"])
def test_an_interval_that_is_switched_on_later_asks_for_no_samples_of_the_past(kind: str) -> None:
    scene = Scene()
    scene.configure(sample_interval_s=0)
    scene.charge()
    scene.advance(7210)
    scene.configure(**{kind: 900})
    scene.advance(900)
    moments = {fact.reading.at for fact in scene.of(MeterSampled)}
    assert moments == {NOON + 8100}


def test_a_shorter_interval_counts_on_from_the_start_of_the_transaction() -> None:
    scene = Scene()
    scene.charge()
    scene.advance(70)
    scene.configure(sample_interval_s=25)
    scene.advance(50)
    assert [fact.reading.at - NOON for fact in scene.of(MeterSampled)] == [60, 75, 100]


def test_a_shorter_time_out_ends_a_wait_that_is_already_too_long_now_and_not_in_the_past() -> None:
    scene = Scene()
    scene.plug()
    scene.advance(50)
    scene.configure(connection_timeout_s=10)
    scene.advance(1)
    assert scene.of(ConnectorChanged)[-1].at == NOON + 50
    assert scene.connector().finishing


@pytest.mark.parametrize("power_w", [1e-3, 1.0, 350_000.0, 1e7])
@pytest.mark.parametrize("battery_wh", [1.0, 58_000.0])
def test_a_battery_gets_full_and_no_fuller(power_w: float, battery_wh: float) -> None:
    scene = Scene(DC, vehicle=Vehicle(battery_wh=battery_wh, arrival_soc_pct=99.9999))
    scene.configure(sample_interval_s=0)
    scene.charge(l1=power_w)
    scene.advance(1e6)
    assert scene.connector().car.soc_pct == 100.0 or power_w == 1e-3
    assert scene.connector().car.soc_pct <= 100.0


def test_a_demand_too_small_to_be_a_number_does_no_harm() -> None:
    scene = Scene()
    scene.charge(l1=5e-324, l2=1e-300, l3=0.0)
    scene.advance(86_400)
    assert scene.connector().meter.energy_wh == pytest.approx(0)


def test_a_profile_takes_effect_at_its_very_second_by_a_clock_that_is_wrong() -> None:
    for offset_s in (0.0, 0.123, -979_091_316.0775691, 12_345.6789):
        scene = Scene()
        scene.tell(ClockSet(offset_s))
        scene.charge()
        starts_at = float(int(NOON + offset_s) + 100)
        steps = (Period(0, 10.0), Period(50, 0.0), Period(100, 8.0))
        schedule = Schedule(RateUnit.A, steps, starts_at=starts_at)
        scene.tell(ProfileSet(Profile(1, 0, Purpose.TX_DEFAULT, Kind.ABSOLUTE, 0, schedule)))
        scene.facts.clear()
        scene.advance(300)
        changes = [
            (str(fact.status), round(fact.at + offset_s - starts_at, 3)) for fact in scene.of(ConnectorChanged)
        ]
        assert changes == [("SuspendedEVSE", 50), ("Charging", 100)]


def test_an_unknown_connector_changes_nothing() -> None:
    scene = Scene()
    for command in (CarChanged(2, 32.0), CarChanged(0, 32.0), SampleWanted(7)):
        assert scene.tell(command).verdict is Verdict.UNKNOWN_CONNECTOR
    assert scene.states() == []


def test_what_has_not_changed_is_not_stored_again() -> None:
    scene = Scene()
    scene.tell(LinkChanged(True))
    assert scene.station.changes() == {}


def test_energy_counts_on_after_a_power_cut() -> None:
    """Defect 7 of the original: its meter fell to 0."""
    scene = Scene()
    scene.charge()
    scene.advance(3600)
    scene.boot()
    assert scene.connector().meter.energy_wh == pytest.approx(11_040)
    scene.tap()
    running = scene.connector().transaction
    assert running is not None
    assert running.meter_start_wh == 11_040


def test_a_transaction_that_a_power_cut_ended_stops_at_what_was_last_known() -> None:
    scene = Scene()
    scene.charge()
    scene.advance(90)
    scene.now += 600
    scene.boot()
    (stopped,) = scene.of(TransactionStopped)
    assert stopped.reason is StopReason.POWER_LOSS
    assert stopped.reading.at == NOON + 90
    assert stopped.reading.energy_wh == pytest.approx(11_040 * 90 / 3600)
    assert scene.connector().finishing


def test_a_cable_that_was_plugged_before_the_power_cut_waits_for_an_authorization_again() -> None:
    scene = Scene()
    scene.plug()
    scene.boot()
    assert scene.connector().status == "Preparing"
    scene.advance(60)
    assert scene.connector().status == "Finishing"
