"""What is on its way when a line becomes another one: what was in order stays so, nothing is held for ever."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.disturbances import Clear, Disturbance, DisturbanceKind, Frames, Quirks
from chargepoint.api.quirks import QuirkName
from chargepoint.api.traffic import Direction
from chargepoint.disturbances.line import Line

K = DisturbanceKind
FAR_S = 1e6


def line_with(*disturbances: Disturbance) -> Line:
    line = Line()
    line.opened(0)
    for disturbance in disturbances:
        line.take(disturbance, 0)
    return line


def come(line: Line, by: float = FAR_S) -> list[tuple[str, float]]:
    """What leaves the station by then: the text, and when."""
    return [(one.text, one.at) for one in line.arrived(Direction.OUT, by)]


LATE = {
    K.LATENCY: Disturbance(K.LATENCY, delay_s=600),
    K.BANDWIDTH: Disturbance(K.BANDWIDTH, bytes_per_s=0.01),
    K.REORDER: Disturbance(K.REORDER, delay_s=600),
}


@pytest.mark.parametrize("kind", LATE)
def test_what_was_held_back_arrives_in_order_when_the_line_is_good_again(kind: K) -> None:
    line = line_with(LATE[kind])
    line.carry(Direction.OUT, "first", 1)
    line.take(Clear(kind), 5)
    line.carry(Direction.OUT, "second", 6)
    assert come(line) == [("first", 5), ("second", 6)]
    assert line.next_deadline() is None


@pytest.mark.parametrize("kind", LATE)
def test_a_duration_that_is_over_lets_go_as_well(kind: K) -> None:
    line = line_with(Disturbance(kind, for_s=10, delay_s=600, bytes_per_s=0.01))
    line.carry(Direction.OUT, "first", 1)
    line.advance(10)
    line.carry(Direction.OUT, "second", 11)
    assert come(line) == [("first", 10), ("second", 11)]


def test_who_lets_go_is_named() -> None:
    line = line_with(LATE[K.LATENCY])
    line.carry(Direction.OUT, "first", 1)
    line.take(Clear(), 5)
    (parcel,) = line.arrived(Direction.OUT, 5)
    assert parcel.problem == "latency: 600 s later; latency cleared: it arrives now"


def test_a_shorter_latency_holds_nothing_back_for_the_longer_one() -> None:
    line = line_with(Disturbance(K.LATENCY, delay_s=600))
    line.carry(Direction.OUT, "first", 1)
    line.take(Disturbance(K.LATENCY, delay_s=1), 5)
    line.carry(Direction.OUT, "second", 6)
    assert come(line) == [("first", 5), ("second", 7)]


def test_what_stays_on_forgets_what_is_gone() -> None:
    """A bandwidth behind a latency would go on waiting for it."""
    line = line_with(Disturbance(K.LATENCY, delay_s=600), Disturbance(K.BANDWIDTH, bytes_per_s=5))
    line.carry(Direction.OUT, "first", 1)
    line.take(Clear(K.LATENCY), 5)
    line.carry(Direction.OUT, "secnd", 6)
    assert come(line) == [("first", 5), ("secnd", 7)]


def test_a_signal_that_is_good_again_lets_go() -> None:
    line = line_with()
    line.weaken(True, 0)
    line.carry(Direction.OUT, "first", 0)
    line.weaken(False, 0.5)
    assert come(line) == [("first", 0.5)]


def test_an_answer_that_is_late_by_habit_stays_late() -> None:
    line = line_with(Disturbance(K.LATENCY, delay_s=1))
    line.take(Quirks((QuirkName.LATE_ANSWERS,)), 0)
    line.carry(Direction.OUT, '[3,"a",{}]', 0)
    ((_, habit_at),) = come(line)
    line.carry(Direction.OUT, '[3,"a",{}]', 0)
    line.take(Clear(), 0.5)
    assert come(line) == [('[3,"a",{}]', habit_at - 1)]


def test_one_is_held_back_and_all_that_come_meanwhile_overtake_it() -> None:
    line = line_with(Disturbance(K.REORDER, delay_s=2))
    for second in range(6):
        line.carry(Direction.OUT, str(second), second)
    assert [text for text, _ in come(line)] == ["1", "0", "3", "2", "5", "4"]


def test_a_message_may_be_slow_by_chance_and_the_next_waits_behind_it() -> None:
    line = line_with(Disturbance(K.BANDWIDTH, bytes_per_s=1, frames=Frames.CALLS, probability=0.5, seed=1))
    for number in range(20):
        line.carry(Direction.OUT, f'[2,"{number}"]', 0)
        line.carry(Direction.OUT, f'[3,"{number}"]', 0)
    arrived = line.arrived(Direction.OUT, FAR_S)
    slow = [one for one in arrived if one.problem and "later" in one.problem]
    assert 4 <= len(slow) <= 16
    assert [one.text for one in arrived] == [f'[{type},"{number}"]' for number in range(20) for type in (2, 3)]


def test_a_reader_is_slow_by_chance_and_the_same_again() -> None:
    def pauses() -> list[float]:
        line = line_with(Disturbance(K.SLOW_READER, every_s=3, probability=0.5, seed=2))
        found = []
        for number in range(100):
            line.carry(Direction.IN, "x", number)
            found.append(line.read_pause_s)
        return found

    assert pauses() == pauses()
    assert set(pauses()) == {0.0, 3.0}
    assert 30 < pauses().count(3.0) < 70


lates = st.one_of(
    st.builds(Disturbance, st.just(K.LATENCY), delay_s=st.floats(0, 60), jitter_s=st.floats(0, 60)),
    st.builds(Disturbance, st.just(K.BANDWIDTH), bytes_per_s=st.floats(0.1, 100)),
    st.sampled_from([Clear(), Clear(K.LATENCY), Clear(K.BANDWIDTH)]),
)


@given(st.lists(st.one_of(lates, st.tuples(st.integers(0, 99), st.floats(0, 9))), max_size=30))
def test_late_or_slow_whatever_changes_the_order_stays(script: list[Any]) -> None:
    """It is one TCP connection, however often its latency and bandwidth change."""
    line, now = line_with(), 0.0
    sent: list[str] = []
    for step in script:
        if isinstance(step, tuple):
            now += step[1]
            line.advance(now)
            sent.append(str(len(sent)))
            line.carry(Direction.OUT, sent[-1], now)
        else:
            line.take(step, now)
    assert [text for text, _ in come(line)] == sent
