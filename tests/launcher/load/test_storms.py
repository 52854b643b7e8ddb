"""A storm's account: when all were back, when the backlog was delivered, how fast, and what the calm was like."""

from __future__ import annotations

import pytest

from chargepoint.api.figures import Figures
from launcher.load.storms import TOLD_APART, Storm, Storms

BEGAN_AT, DARK_S = 1000.0, 45.0


def begun() -> tuple[Storms, Storm]:
    before = Figures(at=999.5, connected=10, delivered=100, last_opened_at=10.0)
    before.answered("Heartbeat", 0.01)
    before.opened_in["10"] = 10
    storms = Storms()
    storms.begin("outage", BEGAN_AT, DARK_S, 10, before)
    return storms, storms.all[0]


def test_figures_of_before_the_link_was_back_prove_nothing() -> None:
    storms, storm = begun()
    storms.tell(Figures(at=1000.2, connected=10))
    storms.tell(Figures(at=1040.0, connected=0, backlog=70))
    assert storm.connected_s is None
    assert not storm.over
    assert storm.backlog == 70


def test_it_is_over_when_all_are_back_and_the_backlog_is_delivered() -> None:
    storms, storm = begun()
    back = Figures(at=1048.0, connected=10, backlog=30, delivered=150, last_opened_at=1047.5)
    back.opened_in.update({"1046": 4, "1047": 6})
    back.delivered_in.update({"1047": 50})
    storms.tell(back)
    assert storm.connected_s == pytest.approx(2.5)
    assert not storm.over
    drained = Figures(at=1050.0, connected=10, delivered=180, last_opened_at=1047.5, last_drained_at=1049.0)
    drained.delivered_in.update({"1047": 50, "1048": 30})
    storms.tell(drained)
    assert storm.over
    assert storm.drained_s == pytest.approx(4.0)
    assert (storm.connections_per_s, storm.delivered_per_s, storm.delivered) == (6, 50, 80)


def test_latencies_of_the_storm_are_told_apart_from_those_of_the_calm() -> None:
    storms, storm = begun()
    now = Figures.of([storm.before])
    now.at, now.connected, now.last_opened_at = 1046.0, 10, 1045.5
    for _ in range(3):
        now.answered("Heartbeat", 2.0)
    storms.tell(now)
    after = Figures.of([now])
    after.answered("Heartbeat", 0.02)
    storms.tell(after)
    assert len(storm.latencies["Heartbeat"]) == 3
    assert storm.latencies["Heartbeat"].percentile(50) == pytest.approx(2.0, rel=0.05)
    assert len(storms.calm(after)["Heartbeat"]) == 2
    assert storms.calm(after)["Heartbeat"].percentile(99) < 0.1


def test_connections_of_before_the_storm_are_not_its_own() -> None:
    storms, storm = begun()
    figures = Figures(at=1046.0, connected=10, last_opened_at=1045.0)
    figures.opened_in.update({"10": 500, "1045": 3})
    storms.tell(figures)
    assert storm.connections_per_s == 3


def test_of_thousands_of_storms_the_newest_are_told_apart_and_the_others_are_one_sum() -> None:
    """And nothing is kept of any that is over but what is told of it."""
    storms, figures = Storms(), Figures(at=1.0, connected=10)
    for number in range(TOLD_APART + 50):
        storms.begin("outage", figures.at, 1.0, 10, figures)
        figures = Figures.of([figures])
        figures.at += 10.0
        figures.answered("Heartbeat", 1.0 + number / 100)
        storms.tell(figures)
        figures = Figures.of([figures])
        figures.answered("Heartbeat", 0.01)
    assert len(storms.all) == TOLD_APART + 50
    assert sum(bool(storm.latencies) for storm in storms.all) == TOLD_APART
    assert [bool(storm.before.latencies) for storm in storms.all[:-1]] == [False] * (TOLD_APART + 49)
    assert len(storms.stormy()["Heartbeat"]) == TOLD_APART + 50
    assert len(storms.calm(figures)["Heartbeat"]) == TOLD_APART + 50
    assert storms.calm(figures)["Heartbeat"].percentile(99) < 0.1
