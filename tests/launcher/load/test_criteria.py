"""``--fail-if``: what is understood, what it is compared with, what is refused."""

from __future__ import annotations

import pytest

from chargepoint.api.errors import InputError
from chargepoint.api.figures import Figures
from launcher.load.criteria import Criterion
from launcher.load.storms import Storm


def figures() -> Figures:
    """100 stations of which 90 are accepted; 200 heartbeats of 0.1 s and one of 3 s, two unanswered, one refused."""
    told = Figures(connections_lost=5)
    told.registrations.update({"Accepted": 90, "Disconnected": 10})
    told.sent.update({"Heartbeat": 204, "Authorize": 50})
    told.refused["Authorize"] = 1
    told.unanswered["Heartbeat"] = 2
    for _ in range(200):
        told.answered("Heartbeat", 0.1)
    told.answered("Heartbeat", 3.0)
    told.answered("Authorize", 0.5)
    return told


@pytest.mark.parametrize(
    ("text", "fails"),
    [
        ("p99(Heartbeat) > 2s", False),
        ("p99(Heartbeat) > 50ms", True),
        ("p99.9(Heartbeat) > 2s", True),
        ("max(Heartbeat) >= 3s", True),
        ("max > 3s", False),
        ("p50(BootNotification) > 0s", False),
        ("unanswered > 1", True),
        ("unanswered(Authorize) > 0", False),
        ("unanswered(Heartbeat) > 1%", False),
        ("refused(Authorize) >= 2%", True),
        ("lost > 5", False),
        ("lost > 4%", True),
        ("accepted < 100%", True),
        ("accepted<90", False),
        (" accepted  <  91 ", True),
        ("sent(Heartbeat) < 1000", True),
    ],
)
def test_a_condition_is_judged(text: str, fails: bool) -> None:
    assert Criterion.parse(text).fails(figures(), 100) is fails


@pytest.mark.parametrize(
    "text",
    ["", "p99", "p99(Heartbeat)", "p99(Heartbeat) > 2", "p99(Heartbeat) > 2%", "lost(Heartbeat) > 1", "lost > 1s",
     "speed > 1", "p99(Heartbeat) = 2s", "p99(Heartbeat) > -1s", "p100(Heartbeat) > 1s"],
)  # fmt: skip
def test_what_is_no_condition_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InputError, match="--fail-if"):
        Criterion.parse(text)


def storm(connected_s: float | None, drained_s: float | None) -> Storm:
    return Storm("outage", 0.0, 45.0, 100, Figures(), connected_s=connected_s, drained_s=drained_s)


@pytest.mark.parametrize(
    ("text", "fails"),
    [
        ("reconnected > 30s", False),
        ("reconnected > 9s", True),
        ("drained > 1m", False),
        ("drained > 19999ms", True),
    ],
)
def test_the_worst_storm_counts(text: str, fails: bool) -> None:
    assert Criterion.parse(text).fails(figures(), 100, [storm(10.0, 12.0), storm(5.0, 20.0)]) is fails


def test_what_never_came_back_is_later_than_any_bound() -> None:
    assert Criterion.parse("drained > 10m").fails(figures(), 100, [storm(10.0, None)])
    assert not Criterion.parse("drained > 10m").fails(figures(), 100)


@pytest.mark.parametrize("text", ["drained > 1", "drained(Heartbeat) > 1s", "reconnected > 5%"])
def test_a_storm_is_measured_in_time(text: str) -> None:
    with pytest.raises(InputError, match="--fail-if"):
        Criterion.parse(text)
