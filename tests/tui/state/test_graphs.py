"""The little curves, and the samples they are drawn from."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tui.state.payloads import CHARGING, TOPICS, connector_topic, status_topic, tell
from tui.state.fleet import Fleet
from tui.state.graphs import graph
from tui.state.traces import LENGTH, Traces


def test_nothing_sampled_is_blank() -> None:
    assert graph([], 3, 2, 10.0) == ["   ", "   "]


def test_a_rise_is_drawn_from_the_bottom_to_the_top() -> None:
    assert graph([0, 0, 8, 8], 2, 1, 8.0) == ["⣀⠏"]


def test_the_limit_is_the_top_and_more_than_it_raises_it() -> None:
    low, high = graph([16.0] * 4, 2, 2, 32.0), graph([16.0] * 4, 2, 2, 8.0)
    assert high[0].strip()
    assert high[1].strip() == ""
    assert low != high


@settings(deadline=None)
@given(st.lists(st.floats(-10, 1e9), max_size=300), st.integers(0, 60), st.integers(1, 8), st.floats(0, 1e6))
def test_a_curve_has_the_size_it_was_given(samples: list[float], width: int, height: int, full: float) -> None:
    lines = graph(samples, width, height, full)
    assert [len(line) for line in lines] == [width] * height


def test_samples_are_kept_for_a_while_and_forgotten_with_their_connector() -> None:
    fleet, traces = Fleet(TOPICS), Traces()
    tell(fleet, "CP_1")
    fleet.apply(connector_topic("CP_1", 1), CHARGING.to_json())
    for _ in range(LENGTH + 5):
        traces.sample(fleet)
    fleet.apply(connector_topic("CP_1", 1), replace(CHARGING, power_w=5.0).to_json())
    traces.sample(fleet)
    assert len(traces.of("CP_1", 1)) == LENGTH
    assert list(traces.of("CP_1", 1)[-2:]) == [11_040.0, 5.0]
    assert list(traces.yard[-2:]) == [11_040.0, 5.0]
    fleet.apply(status_topic("CP_1"), b"")
    traces.sample(fleet)
    assert len(traces.of("CP_1", 1)) == 0
