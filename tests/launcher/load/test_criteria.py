"""``--fail-if``: what is understood, what it is compared with, what is refused."""

from __future__ import annotations

import pytest

from chargepoint.api.errors import InputError
from chargepoint.api.figures import Figures
from chargepoint.ocpp.v16 import Action
from launcher.load.criteria import FROM_STATION, TO_STATION, Criterion, Measured


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
    told.connecting.add(0.05)
    told.connecting.add(5.0)
    return told


@pytest.mark.parametrize(
    ("text", "fails"),
    [
        ("p99(Heartbeat) > 2s", True),
        ("p99(Heartbeat) > 50ms", True),
        ("p98(Heartbeat) > 2s", False),
        ("p99.9(Heartbeat) > 2s", True),
        ("max(Heartbeat) >= 3s", True),
        ("max(Authorize) > 3s", False),
        ("p50(Heartbeat) >= 1s", False),
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
        ("sent < 25/s", False),
        ("sent(Authorize) <= 5 / s", True),
        ("unanswered > 0.1/s", True),
        ("p98 > 1s", False),
        (" p50 ( Heartbeat )<100ms ", False),
        ("max(connection) > 4s", True),
        ("p50(connection) > 60ms", False),
    ],
)
def test_a_condition_is_judged(text: str, fails: bool) -> None:
    assert Criterion.parse(text).fails(Measured(figures(), 100, 10.0)) is fails


@pytest.mark.parametrize(
    "text",
    ["", "p99", "p99(Heartbeat)", "p99(Heartbeat) > 2", "p99(Heartbeat) > 2%", "lost(Heartbeat) > 1", "lost > 1s",
     "speed > 1", "p99(Heartbeat) = 2s", "p99(Heartbeat) > -1s", "p100(Heartbeat) > 1s",
     "sent > 5%", "received > 5%", "lost > 5/s", "p99 > 5/s", "max > 5", "P99 > 1s", "p > 1s", "unanswered > 1e3",
     "accepted(Heartbeat) < 1", "p99 > 2s, lost > 0"],
)  # fmt: skip
def test_what_is_no_condition_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InputError, match="--fail-if"):
        Criterion.parse(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("p99(Bootnotification) > 2s", "did you mean BootNotification"),
        ("sent(Reset) < 1", "'Reset' is not one of Authorize, BootNotification"),
        ("received(Heartbeat) < 1", "'Heartbeat' is not one of CancelReservation"),
        ("unanswered(Autorize) > 0", "did you mean Authorize"),
        ("sent(connection) > 0", "'connection' is not one of Authorize"),
    ],
)
def test_an_action_that_there_is_not_is_never_waited_for(text: str, said: str) -> None:
    with pytest.raises(InputError, match="--fail-if") as refused:
        Criterion.parse(text)
    assert said in str(refused.value)


def test_every_action_is_known() -> None:
    assert {str(action.value) for action in Action} == FROM_STATION | TO_STATION


@pytest.mark.parametrize(
    ("text", "fails"), [("p50(StartTransaction) > 1s", False), ("p99(StartTransaction) > 1s", True),
                        ("max(StartTransaction) > 1s", True), ("max > 1m", True)],
)  # fmt: skip
def test_what_was_never_answered_took_longer_than_any_bound(text: str, fails: bool) -> None:
    """Else a central system that answers nothing would be the fastest of all."""
    told = Figures()
    told.sent["StartTransaction"] = 100
    told.unanswered["StartTransaction"] = 2
    for _ in range(98):
        told.answered("StartTransaction", 0.1)
    assert Criterion.parse(text).fails(Measured(told, 100)) is fails


@pytest.mark.parametrize(
    "text",
    ["p99(StartTransaction) < 1s", "max(StopTransaction) < 1s", "refused(StartTransaction) < 5%", "drained < 1m"],
)
def test_what_has_not_happened_was_not_measured(text: str) -> None:
    criterion = Criterion.parse(text)
    assert criterion.value(Measured(figures(), 100)) is None
    assert not criterion.fails(Measured(figures(), 100))


def storms(*times_s: float | None) -> Measured:
    """Until all were connected, and until all was delivered, in turn."""
    return Measured(figures(), 100, 60.0, times_s[::2], times_s[1::2])


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
    assert Criterion.parse(text).fails(storms(10.0, 12.0, 5.0, 20.0)) is fails


def test_what_never_came_back_is_later_than_any_bound() -> None:
    assert Criterion.parse("drained > 10m").fails(storms(10.0, None))


@pytest.mark.parametrize("text", ["drained > 1", "drained(Heartbeat) > 1s", "reconnected > 5%"])
def test_a_storm_is_measured_in_time(text: str) -> None:
    with pytest.raises(InputError, match="--fail-if"):
        Criterion.parse(text)
