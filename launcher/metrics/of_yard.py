"""A yard's retained statuses as Prometheus metrics: what is up, what charges, what it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from chargepoint.api.errors import InputError
from chargepoint.api.payloads import ChargePointStatus, ConnectorState, ConnectorStatus, Registration
from chargepoint.api.topics import ConnectorTopic, StationTopic, Topics
from chargepoint.bus import Message
from launcher.metrics.of_load import JOULES_PER_WH


class YardMetrics:
    """The statuses of a yard, as they are told over MQTT; read by other threads."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._stations: dict[str, Registration] = {}
        self._connectors: dict[tuple[str, int], ConnectorStatus] = {}
        self.connected = False
        """Whether there is a broker; without one the rest is of the past."""

    @property
    def subscriptions(self) -> list[str]:
        """What it wants to hear."""
        return [self._topics.station("+", "status"), self._topics.connector("+", "+", "status")]

    def hear(self, message: Message) -> None:
        """Take a status; what cannot be read is passed over, an empty one is that of a removed charge point."""
        try:
            match self._topics.parse(message.topic):
                case StationTopic(station_id):
                    if message.payload:
                        self._stations[station_id] = ChargePointStatus.from_json(message.payload).status
                    else:
                        self._stations.pop(station_id, None)
                case ConnectorTopic(station_id, number):
                    if message.payload:
                        self._connectors[station_id, number] = ConnectorStatus.from_json(message.payload)
                    else:
                        self._connectors.pop((station_id, number), None)
        except InputError:
            pass

    def told(self, connected: bool, reason: str) -> None:
        """The broker is there, or gone. What is retained comes anew with each connection."""
        if connected:
            self._stations.clear()
            self._connectors.clear()
        self.connected = connected

    def collect(self) -> Iterator[Metric]:
        """The metrics of the moment."""
        # Copies: the loop's thread goes on.
        registrations, connectors = Counter(list(self._stations.values())), list(self._connectors.values())
        yield _gauge("cp_simu_broker_connected", "Whether the yard's broker is reached.", float(self.connected))
        stations = GaugeMetricFamily("cp_simu_stations", "Charge points by registration.", labels=["state"])
        for state in Registration:
            stations.add_metric([state], registrations[state])
        yield stations
        by_status = Counter(each.status for each in connectors)
        statuses = GaugeMetricFamily("cp_simu_connectors", "Connectors by status.", labels=["status"])
        for status in ConnectorState:
            statuses.add_metric([status], by_status[status])
        yield statuses
        yield _gauge("cp_simu_power_watts", "What all cars take.", sum(each.power_w for each in connectors))
        energy_wh = sum(each.energy_wh for each in connectors)
        yield _gauge("cp_simu_energy_joules", "The sum of all meters.", energy_wh * JOULES_PER_WH)
        transactions = sum(each.transaction_id is not None for each in connectors)
        yield _gauge("cp_simu_transactions", "Transactions that are running.", transactions)


def _gauge(name: str, text: str, value: float) -> Metric:
    gauge = GaugeMetricFamily(name, text)
    gauge.add_metric([], value)
    return gauge
