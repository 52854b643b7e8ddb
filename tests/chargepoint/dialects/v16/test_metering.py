"""MeterValues: when, of what, in which words (OCPP 1.6 sections 3.16, 4.7 and 7.31 to 7.38)."""

from __future__ import annotations

import pytest

from chargepoint.clock import iso
from tests.support.bench import NOON, Bench, Payload

ALL = (
    "Energy.Active.Import.Register,Energy.Active.Import.Interval,Power.Active.Import,Power.Offered,Current.Import,"
    "Current.Offered,Voltage,Frequency,SoC"
)


def samples(payload: Payload) -> dict[str, str]:
    """Measurand, with its phase, to value."""
    (value,) = payload["meterValue"]
    return {
        ".".join(filter(None, (one["measurand"], one.get("phase")))): one["value"] for one in value["sampledValue"]
    }


def contexts(payload: Payload) -> set[str]:
    return {one["context"] for value in payload["meterValue"] for one in value["sampledValue"]}


def metering(measurands: str, **entry: object) -> Bench:
    """A charging station that samples ``measurands`` every minute."""
    bench = Bench({"ocpp_config": {"MeterValuesSampledData": measurands}, **entry})
    bench.charging()
    bench.forget()
    return bench


def test_every_measurand_of_a_three_phase_station() -> None:
    bench = metering(ALL)
    bench.advance(60)
    assert samples(bench.calls("MeterValues")[0]) == {
        "Energy.Active.Import.Register": "184",
        "Energy.Active.Import.Interval": "184.0",
        "Power.Active.Import": "11040.0",
        "Power.Offered": "22080.0",
        "Current.Import.L1": "16.00",
        "Current.Import.L2": "16.00",
        "Current.Import.L3": "16.00",
        "Current.Offered": "32.0",
        "Voltage.L1-N": "230.0",
        "Voltage.L2-N": "230.0",
        "Voltage.L3-N": "230.0",
        "Frequency": "50.00",
        "SoC": "20",
    }


def test_units_and_locations() -> None:
    bench = metering(ALL)
    bench.advance(60)
    told = bench.calls("MeterValues")[0]["meterValue"][0]["sampledValue"]
    assert {(one["measurand"].partition(".")[0], one.get("unit"), one.get("location")) for one in told} == {
        ("Energy", "Wh", "Outlet"),
        ("Power", "W", "Outlet"),
        ("Current", "A", "Outlet"),
        ("Voltage", "V", "Outlet"),
        ("Frequency", "Hertz", "Inlet"),
        ("SoC", "Percent", "EV"),
    }


def test_a_one_phase_station_has_no_phases_to_tell() -> None:
    bench = metering("Current.Import,Voltage,Power.Offered", nb_phases=1)
    bench.advance(60)
    assert samples(bench.calls("MeterValues")[0]) == {
        "Current.Import": "16.00",
        "Voltage": "230.0",
        "Power.Offered": "7360.0",
    }


def test_a_direct_current_station_tells_amperes_volts_and_the_battery() -> None:
    bench = Bench({"type": "DC", "max_setpoint": 100_000, "voltage": 400})
    bench.charging()
    bench.car(consumption_l1=40_000)
    bench.advance(60)
    told = samples(bench.calls("MeterValues")[0])
    assert told == {
        "Energy.Active.Import.Register": "666",
        "Power.Active.Import": "40000.0",
        "Current.Import": "100.00",
        "Voltage": "400.0",
        "SoC": "21",
    }


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("Current.Import.L2", {"Current.Import.L2": "16.00"}),
        ("Voltage.L1-N", {"Voltage.L1-N": "230.0"}),
        ("Voltage.L3-N,Current.Import.L1", {"Voltage.L3-N": "230.0", "Current.Import.L1": "16.00"}),
    ],
)
def test_a_single_phase_can_be_asked_for(wanted: str, told: dict[str, str]) -> None:
    bench = metering(wanted)
    bench.advance(60)
    assert samples(bench.calls("MeterValues")[0]) == told


def test_without_measurands_no_meter_values_are_sent() -> None:
    bench = metering("")
    bench.advance(600)
    assert bench.calls("MeterValues") == []


def test_interval_0_takes_no_samples() -> None:
    bench = Bench({"ocpp_config": {"MeterValueSampleInterval": "0"}})
    bench.charging()
    bench.advance(3600)
    assert bench.calls("MeterValues") == []


def test_a_changed_interval_counts_for_the_running_transaction() -> None:
    bench = Bench()
    bench.charging()
    bench.advance(65)
    bench.call("ChangeConfiguration", key="MeterValueSampleInterval", value="10")
    bench.advance(15)
    stamps = [one["meterValue"][0]["timestamp"] for one in bench.calls("MeterValues")]
    assert stamps == [iso(NOON + at) for at in (60, 70, 80)]


def test_clock_aligned_samples_of_the_station_and_of_every_connector() -> None:
    config = {"ClockAlignedDataInterval": "900", "MeterValueSampleInterval": "0"}
    bench = Bench({"nb_connectors": 2, "ocpp_config": config}).connect()
    bench.advance(100)
    bench.charging(2)
    bench.advance(800)
    first = bench.calls("MeterValues")
    assert [(one["connectorId"], one.get("transactionId")) for one in first] == [(2, 1), (0, None), (1, None)]
    assert all(contexts(one) == {"Sample.Clock"} for one in first)
    assert {one["meterValue"][0]["timestamp"] for one in first} == {iso(NOON + 900)}
    assert [samples(one)["Energy.Active.Import.Register"] for one in first] == ["2453", "2453", "0"]


def test_clock_aligned_samples_outside_a_transaction_are_not_kept_while_offline() -> None:
    bench = Bench({"ocpp_config": {"ClockAlignedDataInterval": "60"}}).connect()
    bench.disconnect()
    bench.advance(600)
    bench.forget()
    bench.connect()
    assert bench.sent == []


def test_an_interval_is_the_energy_since_the_sample_before() -> None:
    bench = metering("Energy.Active.Import.Interval")
    bench.advance(60)
    bench.car(ready=False)
    bench.advance(60)
    bench.car(ready=True)
    bench.advance(60)
    told = [samples(one)["Energy.Active.Import.Interval"] for one in bench.calls("MeterValues")]
    assert told == ["184.0", "0.0", "184.0"]


def test_a_second_transaction_counts_its_intervals_from_its_own_start() -> None:
    bench = metering("Energy.Active.Import.Interval")
    bench.advance(90)
    bench.unplug()
    bench.charging()
    bench.forget()
    bench.advance(60)
    assert samples(bench.calls("MeterValues")[0]) == {"Energy.Active.Import.Interval": "184.0"}


def test_power_and_current_and_energy_agree() -> None:
    bench = metering(ALL)
    bench.car(consumption_l1=7.3, consumption_l2=0, consumption_l3=13.8)
    bench.advance(60)
    told = {name: float(value) for name, value in samples(bench.calls("MeterValues")[0]).items()}
    currents = [told[f"Current.Import.L{line}"] for line in (1, 2, 3)]
    assert currents == [7.3, 0, 13.8]
    assert told["Power.Active.Import"] == pytest.approx(230 * sum(currents))
    assert told["Energy.Active.Import.Interval"] == pytest.approx(told["Power.Active.Import"] / 60, abs=0.1)


def test_a_register_never_runs_back() -> None:
    bench = Bench({"ocpp_config": {"MeterValueSampleInterval": "7"}})
    registers = []
    for _ in range(4):
        bench.charging()
        bench.advance(40)
        bench.power_cut()
        bench.connect()
        bench.unplug()
    for action, payload in bench.sent:
        match action:
            case "StartTransaction":
                registers.append(payload["meterStart"])
            case "MeterValues":
                registers.append(int(samples(payload)["Energy.Active.Import.Register"]))
            case "StopTransaction":
                registers.append(payload["meterStop"])
    assert registers == sorted(registers)
    assert registers[-1] == pytest.approx(11_040 * 160 / 3600, abs=1)
