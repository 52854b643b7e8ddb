"""Every measurand of OCPP 1.6 (section 7.31): its value, unit, phases and location, on AC and on DC."""

from __future__ import annotations

import math
from typing import Any

import pytest

from chargepoint.model.vehicle import Vehicle
from chargepoint.ocpp.v16 import Measurand
from tests.support.bench import Bench

HALF = Vehicle(power_factor=0.8)
"""A car with a bad on-board charger: 16 A at 230 V on 3 phases are 11.04 kVA, 8.832 kW and 6.624 kvar."""


def sampled(measurand: str, *, vehicle: Vehicle = HALF, **entry: Any) -> list[dict[str, str]]:
    """What is told of ``measurand`` after six minutes of charging, without what all values have."""
    config = {"MeterValuesSampledData": measurand, "MeterValueSampleInterval": "360"}
    bench = Bench({"ocpp_config": config, **entry}, vehicle=vehicle)
    bench.charging()
    bench.advance(360)
    [value] = bench.calls("MeterValues")[-1]["meterValue"] if bench.calls("MeterValues") else [{"sampledValue": []}]
    return [{key: one[key] for key in one if key not in ("measurand", "context")} for one in value["sampledValue"]]


def one(value: str, unit: str | None, location: str = "Outlet", phase: str | None = None) -> dict[str, str]:
    given = {"value": value, "unit": unit, "location": location, "phase": phase}
    return {key: text for key, text in given.items() if text is not None}


def lines(value: str, unit: str | None, *phases: str) -> list[dict[str, str]]:
    return [one(value, unit, phase=phase) for phase in phases]


L = ("L1", "L2", "L3")

AC = {
    "Energy.Active.Import.Register": [one("883", "Wh")],
    "Energy.Active.Export.Register": [one("0", "Wh")],
    "Energy.Reactive.Import.Register": [one("662", "varh")],
    "Energy.Reactive.Export.Register": [one("0", "varh")],
    "Energy.Active.Import.Interval": [one("883.2", "Wh")],
    "Energy.Active.Export.Interval": [one("0.0", "Wh")],
    "Energy.Reactive.Import.Interval": [one("662.4", "varh")],
    "Energy.Reactive.Export.Interval": [one("0.0", "varh")],
    "Power.Active.Import": [one("8832.0", "W")],
    "Power.Active.Import.L2": lines("2944.0", "W", "L2"),
    "Power.Active.Export": [one("0.0", "W")],
    "Power.Active.Export.L3": lines("0.0", "W", "L3"),
    "Power.Offered": [one("22080.0", "W")],
    "Power.Reactive.Import": [one("6624.0", "var")],
    "Power.Reactive.Import.L1": lines("2208.0", "var", "L1"),
    "Power.Reactive.Export": [one("0.0", "var")],
    "Power.Factor": [one("0.800", None)],
    "Power.Factor.L1": lines("0.800", None, "L1"),
    "Current.Import": lines("16.00", "A", *L),
    "Current.Export": lines("0.00", "A", *L),
    "Current.Offered": [one("32.0", "A")],
    "Current.Offered.L1": lines("32.0", "A", "L1"),
    "Voltage": lines("230.0", "V", "L1-N", "L2-N", "L3-N"),
    "Voltage.L1": lines("230.0", "V", "L1-N"),
    "Voltage.L2-N": lines("230.0", "V", "L2-N"),
    "Voltage.L3-L1": lines("398.4", "V", "L3-L1"),
    "Frequency": [one("50.00", "Hertz", "Inlet")],
    "Temperature": [one("23.4", "Celsius", "Body")],
    "SoC": [one("21", "Percent", "EV")],
}
"""By measurand, with the phase that is asked for: what is told."""

DC = {
    "Energy.Active.Import.Register": [one("5000", "Wh")],
    "Power.Active.Import": [one("50000.0", "W")],
    "Power.Reactive.Import": [one("0.0", "var")],
    "Power.Factor": [one("1.000", None)],
    "Current.Import": [one("125.00", "A")],
    "Current.Export": [one("0.00", "A")],
    "Voltage": [one("400.0", "V")],
    "Temperature": [one("33.5", "Celsius", "Body")],
    "RPM": [one("1354", None, "Body")],
}


@pytest.mark.parametrize("wanted", AC)
def test_every_measurand_of_a_three_phase_station(wanted: str) -> None:
    assert sampled(wanted) == AC[wanted]


@pytest.mark.parametrize("wanted", DC)
def test_measurands_of_a_direct_current_station(wanted: str) -> None:
    car = Vehicle(dc_power_w=50_000, battery_wh=1e6)
    assert sampled(wanted, vehicle=car, type="DC", max_setpoint=50_000, voltage=400) == DC[wanted]


def test_a_one_phase_station_has_no_phases_to_tell() -> None:
    for wanted in ("Current.Import", "Current.Export", "Voltage"):
        [value] = sampled(wanted, nb_phases=1)
        assert "phase" not in value


def test_all_measurands_of_the_standard_are_known_to_a_station_that_has_a_fan() -> None:
    bench = Bench({"type": "DC", "max_setpoint": 50_000}).connect()
    for measurand in Measurand:
        answer = bench.call("ChangeConfiguration", key="MeterValuesSampledData", value=str(measurand))
        assert answer == {"status": "Accepted"}, measurand


def test_a_station_without_a_fan_has_no_rpm() -> None:
    bench = Bench().connect()
    refused = {str(one) for one in Measurand if _set(bench, str(one)) != "Accepted"}
    assert refused == {"RPM"}


def _set(bench: Bench, value: str) -> str:
    answer = bench.call("ChangeConfiguration", key="StopTxnSampledData", value=value)
    return str(answer["status"])


@pytest.mark.parametrize("wrong", ["SoC.L1", "Energy.Active.Import.Register.L1", "Power.Offered.L1", "L1"])
def test_what_is_not_measured_by_line_cannot_be_asked_for_by_line(wrong: str) -> None:
    assert _set(Bench().connect(), wrong) == "Rejected"


def test_the_frequency_has_no_unit_in_a_stop_whose_schema_has_none_for_it() -> None:
    bench = Bench({"ocpp_config": {"StopTxnSampledData": "Frequency"}})
    bench.charging()
    bench.tap()
    end = bench.calls("StopTransaction")[0]["transactionData"][-1]["sampledValue"][0]
    assert (end["value"], "unit" in end) == ("50.00", False)


def test_apparent_active_and_reactive_power_make_a_right_angle() -> None:
    [active], [reactive] = sampled("Power.Active.Import"), sampled("Power.Reactive.Import")
    assert math.hypot(float(active["value"]), float(reactive["value"])) == pytest.approx(230 * 16 * 3, abs=0.1)


def test_reactive_energy_survives_a_power_cut() -> None:
    bench = Bench({"ocpp_config": {"MeterValuesSampledData": "Energy.Reactive.Import.Register"}}, vehicle=HALF)
    bench.charging()
    bench.advance(360)
    bench.power_cut()
    bench.connect()
    bench.call("TriggerMessage", requestedMessage="MeterValues", connectorId=1)
    assert bench.calls("MeterValues")[-1]["meterValue"][0]["sampledValue"][0]["value"] == "662"


def test_the_station_as_a_whole_is_the_sum_of_its_connectors() -> None:
    config = {"MeterValuesAlignedData": "Current.Import,Power.Active.Import,Power.Reactive.Import,Temperature"}
    bench = Bench({"nb_connectors": 2, "max_current": 64, "ocpp_config": config}, vehicle=HALF)
    bench.charging(1)
    bench.charging(2)
    bench.call("ChangeConfiguration", key="ClockAlignedDataInterval", value="60")
    bench.advance(60)
    station = next(one for one in bench.calls("MeterValues") if one["connectorId"] == 0)
    values = [one["value"] for one in station["meterValue"][0]["sampledValue"]]
    assert values[:5] == ["32.00", "32.00", "32.00", "17664.0", "13248.0"]


def test_a_meter_of_an_accuracy_class_is_wrong_within_it_and_its_register_never_runs_back() -> None:
    measurands = "Energy.Active.Import.Register,Voltage.L1-N,Current.Import.L1,Power.Active.Import"
    bench = Bench({"nb_connectors": 2, "max_current": 64, "ocpp_config": {"MeterValuesSampledData": measurands}})
    bench.charging()
    bench.advance(300)
    bench.call("ChangeConfiguration", key="MeterAccuracyClass", value="2")
    bench.forget()
    bench.advance(300)
    registers = []
    for payload in bench.calls("MeterValues"):
        register, volts, amperes, watts = (float(one["value"]) for one in payload["meterValue"][0]["sampledValue"])
        assert volts == pytest.approx(230, rel=0.01)
        assert amperes == pytest.approx(16, rel=0.011)
        assert watts == pytest.approx(3 * volts * amperes, rel=0.001)
        registers.append(register)
    assert registers == sorted(registers)
    assert registers[-1] != 1_840
    assert registers[-1] == pytest.approx(1_840, rel=0.02)


@pytest.mark.parametrize("value", ["-1", "11", "0.5%", "", "1e1"])
def test_an_accuracy_class_is_a_number_of_percents(value: str) -> None:
    answer = Bench().connect().call("ChangeConfiguration", key="MeterAccuracyClass", value=value)
    assert answer == {"status": "Rejected"}
