"""A load's figures as Prometheus metrics."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from chargepoint.api.figures import Figures, Latencies

BOUNDS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
"""Upper bounds of the histogram's buckets. Durations are counted in classes of 4.7 %: a bound that is no power of ten
leaves out up to so much below it."""

JOULES_PER_WH = 3600.0


class LoadMetrics:
    """What the pools told last; ``figures`` is replaced as a whole, for other threads read it."""

    def __init__(self, planned: int) -> None:
        """``planned``: how many stations the load is to have."""
        self._planned = planned
        self.figures = Figures()

    def collect(self) -> Iterator[Metric]:
        """The metrics of the moment."""
        figures = self.figures
        planned = GaugeMetricFamily("cp_simu_stations_planned", "Charge points that the load is to have.")
        planned.add_metric([], self._planned)
        yield planned
        yield from _by_state(figures)
        yield from _totals(figures)
        latency = HistogramMetricFamily(
            "cp_simu_latency_seconds", "From a request to its answer, CALLERRORs included.", labels=["action"]
        )
        for action, latencies in sorted(figures.latencies.items()):
            latency.add_metric([action], _buckets(latencies), latencies.total_s)
        yield latency
        connecting = HistogramMetricFamily("cp_simu_connect_seconds", "TCP, TLS and handshake of a connection.")
        connecting.add_metric([], _buckets(figures.connecting), figures.connecting.total_s)
        yield connecting


def _by_state(figures: Figures) -> Iterator[Metric]:
    stations = GaugeMetricFamily("cp_simu_stations", "Charge points by registration.", labels=["state"])
    for state, count in sorted(figures.registrations.items()):
        stations.add_metric([state], count)
    yield stations
    connectors = GaugeMetricFamily("cp_simu_connectors", "Connectors by status.", labels=["status"])
    for status, count in sorted(figures.connectors.items()):
        connectors.add_metric([status], count)
    yield connectors
    for name, text, value in (
        ("cp_simu_connected_stations", "Charge points with a connection.", figures.connected),
        ("cp_simu_queued_messages", "Transaction messages that wait to be delivered.", figures.queued),
        ("cp_simu_backlog_messages", "Those of them that have waited since an outage.", figures.backlog),
        ("cp_simu_power_watts", "What all cars take.", figures.power_w),
        ("cp_simu_energy_joules", "The sum of all meters.", figures.energy_wh * JOULES_PER_WH),
    ):
        gauge = GaugeMetricFamily(name, text)
        gauge.add_metric([], value)
        yield gauge


def _totals(figures: Figures) -> Iterator[Metric]:
    messages = CounterMetricFamily(
        "cp_simu_messages", "Requests, as the charge points see them.", labels=["action", "direction"]
    )
    failures = CounterMetricFamily(
        "cp_simu_failures", "Requests that were refused or not answered.", labels=["action", "kind"]
    )
    for direction, counter in (("sent", figures.sent), ("received", figures.received)):
        for action, count in sorted(counter.items()):
            messages.add_metric([action, direction], count)
    for kind, counter in (("refused", figures.refused), ("unanswered", figures.unanswered)):
        for action in sorted(figures.sent):
            failures.add_metric([action, kind], counter[action])
    yield messages
    yield failures
    for name, text, value in (
        ("cp_simu_connections", "Connections that were made.", figures.connections),
        ("cp_simu_connections_lost", "Connections that were lost, but for those by order.", figures.connections_lost),
        ("cp_simu_delivered_messages", "Transaction messages that were delivered.", figures.delivered),
    ):
        total = CounterMetricFamily(name, text)
        total.add_metric([], value)
        yield total


def _buckets(latencies: Latencies) -> list[tuple[str, float]]:
    bounded = [(str(bound_s), float(latencies.within(bound_s))) for bound_s in BOUNDS_S]
    return [*bounded, ("+Inf", float(len(latencies)))]
