"""What a disturbed line does to connections: each, some of them, now and then, or once."""

from __future__ import annotations

import pytest

from chargepoint.api.disturbances import DISTURBANCES, Clear, Disturbance, DisturbanceKind, Occasion
from chargepoint.api.traffic import Direction
from chargepoint.disturbances.connections import LINK_DOWN
from chargepoint.disturbances.line import Line
from chargepoint.disturbances.parting import Parting

K = DisturbanceKind
CALL, ANSWER = '[2,"a","Heartbeat",{}]', '[3,"b",{}]'
SECOND = Parting("second_connection: another one is made beside it", leave_open=True)

REFUSING = [kind for kind, declared in DISTURBANCES.items() if declared.each is Occasion.ATTEMPT] + [K.OUTAGE]
ONCE = [K.HALF_OPEN, K.SECOND_CONNECTION, K.CLOSE]


def line_with(*disturbances: Disturbance) -> Line:
    line = Line()
    for disturbance in disturbances:
        line.take(disturbance, 0.0)
    return line


def connected(*disturbances: Disturbance) -> Line:
    """There was a connection when they began."""
    line = Line()
    line.opened(0.0)
    for disturbance in disturbances:
        line.take(disturbance, 0.0)
    return line


def happens(line: Line) -> bool:
    """Whether something happens to its connection at this moment."""
    return line.silent or line.parting() is not None


# Attempts to connect


@pytest.mark.parametrize("kind", REFUSING)
def test_some_attempts_to_connect_are_refused(kind: K) -> None:
    line = line_with(Disturbance(kind, probability=0.5, seed=1))
    attempts = [bool(line.refused()) for _ in range(100)]
    assert 30 < sum(attempts) < 70
    again = line_with(Disturbance(kind, probability=0.5, seed=1))
    assert [bool(again.refused()) for _ in range(100)] == attempts


@pytest.mark.parametrize(("probability", "breaks_off"), [(1.0, True), (0.0, False)])
def test_an_outage_hits_the_connection_that_is_there(probability: float, breaks_off: bool) -> None:
    line = connected(Disturbance(K.OUTAGE, for_s=60, probability=probability))
    assert line.parting() == (Parting(LINK_DOWN) if breaks_off else None)
    assert line.refused() == (LINK_DOWN if breaks_off else "")


def test_a_connection_that_an_outage_has_let_through_stays() -> None:
    line = line_with(Disturbance(K.OUTAGE, for_s=600, probability=0.9))
    for _ in range(20):
        while line.refused():
            line.closed(1)
        line.opened(2)
        assert line.parting() is None
        line.closed(3)


def test_an_outage_that_begins_while_a_connection_is_made_hits_it() -> None:
    line = Line()
    assert line.refused() == ""
    line.take(Disturbance(K.OUTAGE, for_s=60), 0)
    line.opened(1)
    assert line.parting() == Parting(LINK_DOWN)


# Idle connections


def test_some_connections_are_forgotten_when_they_are_idle() -> None:
    def forgotten(seed: int) -> list[bool]:
        line = connected(Disturbance(K.IDLE_KILL, after_s=10, probability=0.5, seed=seed))
        found = []
        for minute in range(100):
            line.advance(60 * minute + 30)
            found.append(line.silent)
            assert line.next_deadline() is None
            line.closed(60 * minute + 40)
            line.opened(60 * minute + 60)
        return found

    assert 30 < sum(forgotten(1)) < 70
    assert forgotten(1) == forgotten(1) != forgotten(2)


def test_a_connection_that_was_idle_is_silent_until_the_next_one() -> None:
    line = Line()
    line.opened(0)
    line.take(Disturbance(K.IDLE_KILL, after_s=60), 0)
    line.carry(Direction.OUT, CALL, 30)
    line.active(50)
    line.advance(109)
    assert not line.silent
    line.advance(110)
    assert line.silent
    line.carry(Direction.IN, ANSWER, 111)
    assert [one.problem for one in line.arrived(Direction.IN, 111)] == ["idle_kill: nothing gets through"]
    line.closed(120)
    line.opened(121)
    assert not line.silent


# Once


@pytest.mark.parametrize("kind", ONCE)
def test_what_happens_once_does_so_on_the_connection_that_is_there(kind: K) -> None:
    line = connected(Disturbance(kind, code=1000))
    assert happens(line)
    line.closed(1)
    line.opened(2)
    assert not happens(line)


@pytest.mark.parametrize("kind", ONCE)
def test_what_happens_once_waits_for_a_connection(kind: K) -> None:
    line = line_with(Disturbance(kind, code=1000))
    line.closed(1)
    assert not happens(line)
    line.opened(2)
    assert happens(line)


@pytest.mark.parametrize("kind", ONCE)
def test_what_may_happen_once_is_drawn_once_and_told(kind: K) -> None:
    spared = [line for seed in range(100) if not happens(line := connected(one(kind, seed)))]
    assert 30 < len(spared) < 70
    for line in spared:
        assert line.deviations == ()
        assert line.notes()[-1] == f"disturbance: {kind} does not happen, by chance"
        line.closed(1)
        line.opened(2)
        assert not happens(line)


def one(kind: K, seed: int) -> Disturbance:
    return Disturbance(kind, code=1000, probability=0.5, seed=seed)


# Again and again


@pytest.mark.parametrize("kind", [*ONCE, K.CUT])
def test_what_happens_every_so_often_does_so_with_its_probability_over_all_connections(kind: K) -> None:
    def happened(seed: int) -> list[bool]:
        line = Line()
        line.take(Disturbance(kind, every_s=10, code=1000, probability=0.5, seed=seed), 0.0)
        found = []
        for minute in range(100):
            line.opened(60 * minute)
            line.advance(60 * minute + 9)
            assert not happens(line)
            line.advance(60 * minute + 10)
            found.append(happens(line))
            line.closed(60 * minute + 15)
            assert not line.silent
        return found

    assert 30 < sum(happened(1)) < 70
    assert happened(1) == happened(1) != happened(2)


def test_a_second_connection_every_so_often_keeps_those_before_until_it_is_cleared() -> None:
    line = connected(Disturbance(K.SECOND_CONNECTION, every_s=10))
    for at in (10, 20):
        line.advance(at)
        assert line.parting() == SECOND
        line.closed(at)
        line.opened(at)
        assert line.keeps_first_connection
    line.take(Clear(), 30)
    assert not line.keeps_first_connection


def test_a_half_open_connection_stays_so_whatever_else_is_over() -> None:
    line = connected(Disturbance(K.IDLE_KILL, after_s=10))
    line.advance(10)
    line.take(Disturbance(K.HALF_OPEN), 11)
    line.take(Clear(K.IDLE_KILL), 12)
    assert line.silent
    line.take(Clear(K.HALF_OPEN), 13)
    assert not line.silent


def test_cuts_come_in_a_range_of_time_and_the_same_again() -> None:
    def cuts() -> list[float]:
        line = line_with(Disturbance(K.CUT, every_s=5, range_s=25, seed=4))
        moments, now = [], 0.0
        for _ in range(20):
            line.opened(now)
            due = line.next_deadline()
            assert due is not None
            moments.append(due - now)
            line.advance(due)
            assert line.parting() == Parting("cut: the connection breaks off every 5 s")
            line.closed(due)
            now = due + 1
        return moments

    assert cuts() == cuts()
    assert all(5 <= moment <= 30 for moment in cuts())
    assert len(set(cuts())) == 20


def test_a_close_without_a_pace_happens_once() -> None:
    line = connected(Disturbance(K.CLOSE, code=1001))
    assert line.parting() == Parting("close: the connection is closed", code=1001)
    assert (line.parting(), line.deviations) == (None, ())


def test_power_fails_in_a_brown_out_with_and_without_a_connection() -> None:
    line = line_with(Disturbance(K.BROWN_OUT, every_s=30))
    line.advance(30)
    assert (line.power_fails(), line.power_fails()) == (True, False)
    line.powered_up(50)
    assert line.next_deadline() == 80
