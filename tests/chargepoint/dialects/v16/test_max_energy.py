"""MaxEnergyOnInvalidId and StopTransactionOnInvalidId (OCPP 1.6 sections 4.8 and 9.1)."""

from __future__ import annotations

import pytest

from chargepoint.model.vehicle import Vehicle
from tests.support.bench import NOON, Bench, verdict

CAP_WH = 500


def refused(stop: bool, cap_wh: int = CAP_WH, vehicle: Vehicle | None = None) -> Bench:
    """A transaction whose start is answered Blocked, after it has charged for 20 s."""
    config = {"StopTransactionOnInvalidId": str(stop).lower(), "MaxEnergyOnInvalidId": str(cap_wh)}
    bench = Bench({"ocpp_config": {"LocalPreAuthorize": "true", **config}}, vehicle=vehicle or Vehicle())
    bench.script["StartTransaction"] = lambda _: None
    bench.connect()
    bench.plug()
    bench.tap()
    bench.advance(20)
    bench.answer("StartTransaction", {"transactionId": 7, **verdict("Blocked")})
    return bench


def test_without_an_allowance_a_refused_transaction_ends_at_once() -> None:
    bench = refused(stop=True, cap_wh=0)
    assert bench.calls("StopTransaction")[0]["reason"] == "DeAuthorized"
    assert bench.statuses()[-1] == "Finishing"


def test_without_an_allowance_a_refused_transaction_that_goes_on_is_suspended_at_once() -> None:
    bench = refused(stop=False, cap_wh=0)
    bench.advance(3600)
    assert bench.calls("StopTransaction") == []
    assert bench.statuses()[-1] == "SuspendedEVSE"
    assert bench.status().energy_wh == pytest.approx(11_040 * 20 / 3600, abs=0.1)


def test_a_refused_transaction_takes_its_allowance_to_the_watt_hour_and_is_suspended() -> None:
    bench = refused(stop=False)
    bench.advance(3600)
    assert bench.statuses()[-1] == "SuspendedEVSE"
    assert bench.life.station.state.connectors[1].meter.energy_wh == pytest.approx(
        11_040 * 20 / 3600 + CAP_WH, abs=0.001
    )
    bench.tap()
    stop = bench.calls("StopTransaction")[0]
    assert (stop["reason"], stop["meterStop"]) == ("Local", int(11_040 * 20 / 3600 + CAP_WH))


def test_a_refused_transaction_takes_its_allowance_and_ends() -> None:
    bench = refused(stop=True)
    assert bench.calls("StopTransaction") == []
    bench.advance(3600)
    stop = bench.calls("StopTransaction")[0]
    assert (stop["reason"], stop["meterStop"]) == ("DeAuthorized", int(11_040 * 20 / 3600 + CAP_WH))
    assert bench.statuses()[-1] == "Finishing"


def test_the_allowance_is_exact_on_a_ramp_too() -> None:
    bench = refused(stop=False, cap_wh=20, vehicle=Vehicle(ac_rise_a_per_s=0.5))
    before_wh = bench.life.station.state.connectors[1].meter.energy_wh
    bench.advance(600)
    assert bench.life.station.state.connectors[1].meter.energy_wh == pytest.approx(before_wh + 20, abs=0.001)
    assert bench.now > NOON


def test_an_allowance_survives_a_power_cut() -> None:
    bench = refused(stop=False)
    bench.call("ChangeConfiguration", key="TransactionResumeAfterPowerLoss", value="true")
    bench.power_cut()
    bench.connect()
    bench.advance(3600)
    assert bench.statuses()[-1] == "SuspendedEVSE"
    assert bench.status().energy_wh == pytest.approx(11_040 * 20 / 3600 + CAP_WH, abs=0.1)
