"""``--fail-if``: what is understood, what it is compared with, what is refused."""

from __future__ import annotations

import pytest

from chargepoint.api.errors import InputError
from chargepoint.api.figures import Figures
from launcher.load.criteria import Criterion


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
