"""Payloads as charge points publish them, for the tests of what the screen makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chargepoint.api.payloads import ChargePointStatus, ConnectorState, ConnectorStatus, Registration
from chargepoint.api.spec import ChargePointSpec
from chargepoint.api.topics import Topics
from tui.state.cells import Line, text_of
from tui.state.fleet import Fleet
from tui.state.station import Station

TOPICS = Topics()

STATUS = ChargePointStatus(
    pid=4711,
    status=Registration.ACCEPTED,
    vendor="Open OCPP",
    model="Simulated CP",
    serial="S/N 1",
    nb_phases=3,
    max_setpoint=32.0,
    central_system="ws://localhost:9000",
    type="AC",
    voltage=230.0,
)

CHARGING = ConnectorStatus(
    ConnectorState.CHARGING,
    id_tag="TAG1",
    max_setpoint=32.0,
    ocpp_setpoint=16.0,
    setpoint=16.0,
    consumption_l1=16.0,
    consumption_l2=16.0,
    consumption_l3=16.0,
    car_consumption_l1=20.0,
    car_consumption_l2=20.0,
    car_consumption_l3=20.0,
    car_cable_capacity=32.0,
    transaction_id=121,
    transaction_energy_wh=4210.0,
    energy_wh=17_570.0,
    power_w=11_040.0,
    soc_pct=63.0,
)

AVAILABLE = ConnectorStatus(ConnectorState.AVAILABLE, max_setpoint=32.0, ocpp_setpoint=32.0)


def status_topic(station_id: str) -> str:
    """Where a charge point's status is retained."""
    return TOPICS.station(station_id, "status")


def connector_topic(station_id: str, number: int) -> str:
    """Where a connector's status is retained."""
    return TOPICS.connector(station_id, number, "status")


def tell(fleet: Fleet, station_id: str, status: ChargePointStatus = STATUS, *connectors: ConnectorStatus) -> None:
    """Apply a charge point's status and those of its connectors, from number 1 on."""
    fleet.apply(status_topic(station_id), status.to_json())
    for number, connector in enumerate(connectors, start=1):
        fleet.apply(connector_topic(station_id, number), connector.to_json())


def fleet_of(*station_ids: str) -> Fleet:
    """A fleet of accepted charge points without connectors."""
    fleet = Fleet(TOPICS)
    for station_id in station_ids:
        tell(fleet, station_id)
    return fleet


def station(*connectors: ConnectorStatus, status: ChargePointStatus = STATUS, station_id: str = "CP_1") -> Station:
    """A charge point with these connectors."""
    fleet = Fleet(TOPICS)
    tell(fleet, station_id, status, *connectors)
    found = fleet.get(station_id)
    assert found is not None
    return found


def dc(status: ChargePointStatus = STATUS) -> ChargePointStatus:
    """The same for direct current."""
    return replace(status, type="DC", nb_phases=1, max_setpoint=150_000.0, voltage=400.0)


def with_entry(status: ChargePointStatus, spec: ChargePointSpec) -> ChargePointStatus:
    """The status of a charge point that tells how it was started."""
    return replace(status, entry=spec.to_entry())


def text(lines: Sequence[Line]) -> str:
    """Lines as they are read, without tones."""
    return "\n".join(text_of(line) for line in lines)
