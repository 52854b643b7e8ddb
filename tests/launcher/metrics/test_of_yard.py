"""A yard's statuses as Prometheus reads them."""

from __future__ import annotations

import pytest

from chargepoint.api.payloads import ChargePointStatus, ConnectorState, ConnectorStatus, Registration
from chargepoint.api.spec import parse_spec
from chargepoint.api.topics import Topics
from chargepoint.bus import Message
from launcher.metrics.of_yard import YardMetrics
from tests.launcher.metrics.test_of_load import samples

TOPICS = Topics()


def station(station_id: str, registration: Registration) -> Message:
    spec = parse_spec({"id": station_id, "central_system": "ws://localhost:9000"})
    status = ChargePointStatus.of(spec, registration, pid=1, started_at="2030-01-01T00:00:00.000Z")
    return Message(TOPICS.station(station_id, "status"), status.to_json(), retain=True)


def connector(station_id: str, number: int, status: ConnectorState, power_w: float = 0.0) -> Message:
    told = ConnectorStatus(status=status, max_setpoint=32.0, power_w=power_w, energy_wh=1000.0)
    return Message(TOPICS.connector(station_id, number, "status"), told.to_json(), retain=True)


@pytest.fixture
def yard() -> YardMetrics:
    metrics = YardMetrics(TOPICS)
    metrics.told(True, "")
    for message in (
        station("A", Registration.ACCEPTED),
        station("B", Registration.DEAD),
        connector("A", 1, ConnectorState.CHARGING, 11_000.0),
        connector("A", 2, ConnectorState.AVAILABLE),
    ):
        metrics.hear(message)
    return metrics


def test_stations_and_connectors_are_counted_by_state(yard: YardMetrics) -> None:
    found = samples(list(yard.collect()))
    assert found["cp_simu_stations", (("state", "Accepted"),)] == 1
    assert found["cp_simu_stations", (("state", "Dead"),)] == 1
    assert found["cp_simu_connectors", (("status", "Charging"),)] == 1
    assert found["cp_simu_connectors", (("status", "Faulted"),)] == 0
    assert found["cp_simu_power_watts", ()] == 11_000
    assert found["cp_simu_energy_joules", ()] == 7_200_000
    assert found["cp_simu_broker_connected", ()] == 1


def test_a_removed_charge_point_is_gone(yard: YardMetrics) -> None:
    yard.hear(Message(TOPICS.station("B", "status"), b"", retain=True))
    yard.hear(Message(TOPICS.connector("A", 1, "status"), b"", retain=True))
    found = samples(list(yard.collect()))
    assert found["cp_simu_stations", (("state", "Dead"),)] == 0
    assert found["cp_simu_power_watts", ()] == 0


def test_what_cannot_be_read_is_passed_over(yard: YardMetrics) -> None:
    before = samples(list(yard.collect()))
    for topic in (TOPICS.station("C", "status"), TOPICS.connector("C", 1, "status"), "elsewhere"):
        yard.hear(Message(topic, b"{nonsense"))
    assert samples(list(yard.collect())) == before


def test_a_new_connection_tells_everything_anew(yard: YardMetrics) -> None:
    yard.told(False, "the broker is gone")
    assert samples(list(yard.collect()))["cp_simu_broker_connected", ()] == 0
    yard.told(True, "")
    assert samples(list(yard.collect()))["cp_simu_stations", (("state", "Accepted"),)] == 0
