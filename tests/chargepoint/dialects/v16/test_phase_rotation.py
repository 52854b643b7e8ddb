"""ConnectorPhaseRotation (OCPP 1.6 section 9.1.8): which phase of the main meter a car's current is on."""

from __future__ import annotations

import pytest

from tests.support.bench import Bench


def main_meter(rotation: str, **demand: float) -> list[float]:
    """The currents that connector 0 tells while a car on connector 2 takes ``demand``."""
    config = {"ConnectorPhaseRotation": rotation, "MeterValuesSampledData": "Current.Import"}
    bench = Bench({"nb_connectors": 2, "max_setpoint": 64, "ocpp_config": config})
    bench.charging(2)
    bench.car(2, **demand)
    bench.advance(60)
    bench.forget()
    bench.call("TriggerMessage", requestedMessage="MeterValues", connectorId=0)
    bench.call("TriggerMessage", requestedMessage="MeterValues", connectorId=2)
    station, connector = (call["meterValue"][0]["sampledValue"] for call in bench.calls("MeterValues"))
    assert [one["value"] for one in connector] == ["6.00", "7.00", "8.00"], "its own meter is wired as it is"
    assert [one["phase"] for one in station] == ["L1", "L2", "L3"]
    return [float(one["value"]) for one in station]


@pytest.mark.parametrize(
    ("rotation", "currents"),
    [
        ("0.RST,1.RST,2.RST", [6, 7, 8]),
        ("0.RST,1.STR,2.RTS", [6, 8, 7]),
        ("2.SRT", [7, 6, 8]),
        ("2.STR", [8, 6, 7]),
        ("2.TRS", [7, 8, 6]),
        ("2.TSR", [8, 7, 6]),
        ("0.STR,2.STR", [6, 7, 8]),
        ("0.STR,2.RST", [7, 8, 6]),
        ("STR", [6, 7, 8]),
        ("Unknown", [6, 7, 8]),
        ("2.NotApplicable", [6, 7, 8]),
    ],
)
def test_the_main_meter_sees_a_connector_on_the_phases_it_is_wired_to(rotation: str, currents: list[float]) -> None:
    assert main_meter(rotation, consumption_l1=6, consumption_l2=7, consumption_l3=8) == currents


def test_two_cars_of_one_phase_each_are_on_two_phases_of_a_rotated_station() -> None:
    config = {"MeterValuesSampledData": "Current.Import"}
    bench = Bench({"nb_connectors": 2, "max_setpoint": 64, "ocpp_config": config}).connect()
    bench.call("ChangeConfiguration", key="ConnectorPhaseRotation", value="1.RST,2.STR")
    for connector in (1, 2):
        bench.charging(connector)
        bench.car(connector, consumption_l1=16, consumption_l2=0, consumption_l3=0)
    bench.advance(60)
    bench.call("TriggerMessage", requestedMessage="MeterValues", connectorId=0)
    told = bench.calls("MeterValues")[-1]["meterValue"][0]["sampledValue"]
    assert [one["value"] for one in told] == ["16.00", "16.00", "0.00"]
