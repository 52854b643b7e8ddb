"""The figures of pools: they add up, survive the wire, and their percentiles are right."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.errors import InputError
from chargepoint.api.figures import STEPS_PER_DECADE, Figures, Latencies

durations = st.lists(st.floats(1e-4, 600.0), min_size=1, max_size=200)


@given(durations, st.sampled_from([1, 50, 90, 99, 100]))
def test_a_percentile_is_right_to_the_width_of_a_class(values: list[float], percent: int) -> None:
    latencies = Latencies()
    for value in values:
        latencies.add(value)
    exact = sorted(values)[math.ceil(len(values) * percent / 100) - 1]
    found = latencies.percentile(percent)
    assert exact * (1 - 1e-9) <= found <= exact * 10 ** (1 / STEPS_PER_DECADE) * (1 + 1e-9)


@given(durations, durations)
def test_merged_histograms_are_one_of_everything(some: list[float], others: list[float]) -> None:
    whole, part, rest = Latencies(), Latencies(), Latencies()
    for value in some:
        whole.add(value)
        part.add(value)
    for value in others:
        whole.add(value)
        rest.add(value)
    part.merge(rest)
    assert (part.counts, part.longest_s) == (whole.counts, whole.longest_s)


def test_without_a_duration_there_is_no_percentile() -> None:
    assert Latencies().percentile(99) == 0.0


def test_figures_come_back_from_the_wire_as_they_went() -> None:
    figures = Figures()
    figures.registrations["Accepted"] = 3
    figures.sent["Heartbeat"] = 7
    figures.answered("Heartbeat", 0.012)
    figures.connecting.add(0.3)
    figures.power_w = 11_040.0
    assert Figures.from_json(figures.to_json()).to_json() == figures.to_json()


def test_the_figures_of_two_pools_add_up() -> None:
    one, two = Figures(connections_lost=1, power_w=2.0), Figures(connections_lost=2, power_w=3.0)
    one.connectors["Charging"], two.connectors["Charging"] = 4, 5
    one.answered("Authorize", 0.1)
    two.answered("Authorize", 0.2)
    one.connecting.add(0.1)
    two.connecting.add(0.2)
    total = Figures.of([one, two])
    assert (total.connections_lost, total.power_w, total.connectors["Charging"]) == (3, 5.0, 9)
    assert len(total.latencies["Authorize"]) == len(total.connecting) == 2


@pytest.mark.parametrize("payload", [b"", b"[]", b'{"registrations": 5}', b'{"registrations": {"a": -1}}'])
def test_what_are_no_figures_is_refused(payload: bytes) -> None:
    with pytest.raises(InputError):
        Figures.from_json(payload)
