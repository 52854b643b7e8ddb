"""A load's figures as Prometheus reads them: parsed by its own library."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from chargepoint.api.errors import InputError
from chargepoint.api.figures import Figures
from launcher.diagnostics import Failure
from launcher.metrics.endpoint import Address, serving
from launcher.metrics.of_load import BOUNDS_S, LoadMetrics

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def fetched(url: str) -> Iterator[Metric]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain")
        yield from text_string_to_metric_families(answer.read().decode())


def samples(metrics: list[Metric]) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for metric in metrics
        for sample in metric.samples
    }


@pytest.fixture
def load() -> LoadMetrics:
    """10 stations of which 9 are accepted; four heartbeats of 0.004, 0.04, 0.4 and 4 s and one without an answer."""
    metrics = LoadMetrics(10)
    figures = Figures(connections=12, connections_lost=2, connected=9, queued=3, delivered=40, power_w=11e3)
    figures.registrations.update({"Accepted": 9, "Disconnected": 1})
    figures.connectors.update({"Charging": 4, "Available": 6})
    figures.sent["Heartbeat"] = 5
    figures.unanswered["Heartbeat"] = 1
    figures.received["TriggerMessage"] = 2
    figures.energy_wh = 2.0
    for duration_s in (0.004, 0.04, 0.4, 4.0):
        figures.answered("Heartbeat", duration_s)
    figures.connecting.add(0.3)
    metrics.figures = figures
    return metrics


def test_everything_is_there_with_type_help_and_the_names_of_the_conventions(load: LoadMetrics) -> None:
    with serving(Address("127.0.0.1", 0), load.collect) as url:
        metrics = list(fetched(url))
    for metric in metrics:
        assert metric.name.startswith("cp_simu_")
        assert metric.documentation.endswith(".")
        assert metric.type in ("gauge", "counter", "histogram")
    found = samples(metrics)
    assert found["cp_simu_stations", (("state", "Accepted"),)] == 9
    assert found["cp_simu_stations_planned", ()] == 10
    assert found["cp_simu_connectors", (("status", "Charging"),)] == 4
    assert found["cp_simu_messages_total", (("action", "Heartbeat"), ("direction", "sent"))] == 5
    assert found["cp_simu_messages_total", (("action", "TriggerMessage"), ("direction", "received"))] == 2
    assert found["cp_simu_failures_total", (("action", "Heartbeat"), ("kind", "unanswered"))] == 1
    assert found["cp_simu_failures_total", (("action", "Heartbeat"), ("kind", "refused"))] == 0
    assert found["cp_simu_connections_total", ()] == 12
    assert found["cp_simu_connections_lost_total", ()] == 2
    assert found["cp_simu_energy_joules", ()] == 7200


def test_latencies_are_a_histogram_with_cumulative_buckets(load: LoadMetrics) -> None:
    with serving(Address("127.0.0.1", 0), load.collect) as url:
        found = samples(list(fetched(url)))
    buckets = {
        float(dict(labels)["le"]): value
        for (name, labels), value in found.items()
        if name == "cp_simu_latency_seconds_bucket"
    }
    assert sorted(buckets) == [*BOUNDS_S, float("inf")]
    assert [buckets[bound] for bound in (0.001, 0.005, 0.05, 0.5, 5.0, float("inf"))] == [0, 1, 2, 3, 4, 4]
    assert found["cp_simu_latency_seconds_count", (("action", "Heartbeat"),)] == 4
    assert found["cp_simu_latency_seconds_sum", (("action", "Heartbeat"),)] == pytest.approx(4.444)
    assert found["cp_simu_connect_seconds_count", ()] == 1
    assert found["cp_simu_connect_seconds_sum", ()] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("9102", "127.0.0.1", 9102), ("0.0.0.0:9102", "0.0.0.0", 9102), ("[::1]:9102", "::1", 9102)],
)
def test_without_a_host_it_is_the_loopback(text: str, host: str, port: int) -> None:
    assert Address.parse(text) == Address(host, port)


@pytest.mark.parametrize(
    "text", ["", "port", ":9102", "127.0.0.1:", "127.0.0.1:99999", "a b:9102", "http://x:1", "-1"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--metrics"):
        Address.parse(text)


def test_a_port_that_is_taken_is_told_in_a_line(load: LoadMetrics) -> None:
    with serving(Address("127.0.0.1", 0), load.collect) as url:
        port = int(url.split(":")[2].split("/")[0])
        with pytest.raises(Failure, match=f"127.0.0.1:{port}"), serving(Address("127.0.0.1", port), load.collect):
            pass
