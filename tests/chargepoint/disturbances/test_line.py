"""A disturbed line as properties: what comes out of it is what was put in, but for what was ordered."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.disturbances import (
    CLOSE_CODES,
    DISTURBANCES,
    OF_MESSAGES,
    Clear,
    Disturbance,
    DisturbanceKind,
    Frames,
    Occasion,
    Quirks,
    Shape,
    Side,
    parse_mischief,
)
from chargepoint.api.fields import Fields
from chargepoint.api.traffic import Direction
from chargepoint.disturbances.line import Line
from chargepoint.fragments import InFragments

K = DisturbanceKind
HOUR_S = 3600.0
CALL, ANSWER = '[2,"a","Heartbeat",{}]', '[3,"b",{}]'

texts = st.lists(st.text(min_size=1, max_size=20), max_size=30)
seconds = st.floats(0, 60)
seeds = st.integers(0, 2**62)
directions = st.sampled_from(Direction)


def sent(line: Line, texts: list[str], direction: Direction = Direction.OUT) -> list[Any]:
    """What comes out of ``line`` within an hour, of one message a second."""
    for second, text in enumerate(texts):
        line.carry(direction, text, float(second))
    return line.arrived(direction, len(texts) + HOUR_S)


def line_with(*disturbances: Disturbance) -> Line:
    line = Line()
    for disturbance in disturbances:
        line.take(disturbance, 0.0)
    return line


@given(texts, directions)
def test_a_line_that_is_disturbed_no_more_carries_everything_as_it_is(texts: list[str], direction: Direction) -> None:
    line = line_with(*(Disturbance(kind, for_s=1, every_s=1, bytes_per_s=1) for kind in K))
    line.take(Clear(), 0.5)
    line.take(Quirks(()), 0.5)
    assert [(one.text, one.problem) for one in sent(line, texts, direction)] == [(text, None) for text in texts]
    assert (line.deviations, line.refused(), line.silent, line.read_pause_s) == ((), "", False, None)


@given(texts, seconds, seconds, seeds, st.floats(0, 1))
def test_latency_keeps_the_order_and_loses_nothing(
    texts: list[str], delay_s: float, jitter_s: float, seed: int, probability: float
) -> None:
    disturbance = Disturbance(K.LATENCY, delay_s=delay_s, jitter_s=jitter_s, seed=seed, probability=probability)
    arrived = sent(line_with(disturbance), texts)
    assert [one.text for one in arrived] == texts
    assert [one.at for one in arrived] == sorted(one.at for one in arrived)
    assert all(second <= one.at for second, one in enumerate(arrived))


@given(texts, st.floats(1, 1e6))
def test_bandwidth_is_never_exceeded(texts: list[str], bytes_per_s: float) -> None:
    arrived = sent(line_with(Disturbance(K.BANDWIDTH, bytes_per_s=bytes_per_s)), texts)
    assert [one.text for one in arrived] == texts
    total = sum(len(text.encode(errors="surrogatepass")) for text in texts)
    assert not texts or arrived[-1].at >= total / bytes_per_s * (1 - 1e-9)


@given(texts, seeds, st.floats(0, 1))
def test_what_is_dropped_is_told_and_the_rest_arrives(texts: list[str], seed: int, probability: float) -> None:
    arrived = sent(line_with(Disturbance(K.DROP, seed=seed, probability=probability)), texts)
    assert [one.text for one in arrived] == texts
    assert all(one.lost is (one.problem is not None) for one in arrived)


@given(texts, seeds)
def test_the_same_seed_does_the_same(texts: list[str], seed: int) -> None:
    disturbances = [
        Disturbance(kind, seed=seed, probability=0.5, delay_s=2, jitter_s=2, bytes_per_s=9, size=3) for kind in K
    ]
    assert sent(line_with(*disturbances), texts) == sent(line_with(*disturbances), texts)


@given(texts, seeds)
def test_what_is_corrupt_is_another_text_and_says_so(texts: list[str], seed: int) -> None:
    arrived = sent(line_with(Disturbance(K.CORRUPT, seed=seed)), texts)
    assert all(one.text != text and one.problem for one, text in zip(arrived, texts, strict=True))


@given(st.sampled_from(sorted(OF_MESSAGES)), st.sampled_from(list(Side)), st.data())
def test_a_direction_that_is_not_disturbed_is_left_alone(kind: K, side: Side, data: st.DataObject) -> None:
    direction = data.draw(directions)
    if str(side) in (str(direction), "both"):
        return
    line = line_with(Disturbance(kind, direction=side, for_s=HOUR_S, every_s=5, bytes_per_s=1, delay_s=1))
    assert [(one.text, one.problem) for one in sent(line, ["a", "b"], direction)] == [("a", None), ("b", None)]


def test_a_tenth_is_about_a_tenth() -> None:
    arrived = sent(line_with(Disturbance(K.DROP, probability=0.1, seed=3)), ["x"] * 2000)
    assert 150 <= sum(one.lost for one in arrived) <= 250


def test_what_is_on_its_way_is_lost_with_its_connection() -> None:
    line = line_with(Disturbance(K.LATENCY, delay_s=5))
    line.carry(Direction.OUT, "late", 0)
    line.closed(1)
    assert line.arrived(Direction.OUT, 10) == []
    line.opened(20)
    line.carry(Direction.OUT, "next", 20)
    assert [(one.text, one.at) for one in line.arrived(Direction.OUT, 30)] == [("next", 25)]


@given(st.sampled_from(sorted({*OF_MESSAGES, K.FRAGMENTS})), seeds, st.sets(st.integers(0, 29)))
def test_draws_go_on_over_reconnections(kind: K, seed: int, reconnects: set[int]) -> None:
    def hit(reconnects: set[int]) -> list[tuple[str, ...]]:
        line = line_with(
            Disturbance(kind, probability=0.5, seed=seed, delay_s=0.1, jitter_s=0.3, bytes_per_s=100, size=3)
        )
        problems = []
        for second in range(30):
            if second in reconnects:
                line.closed(second)
                line.opened(second)
            line.carry(Direction.OUT, CALL, second)
            problems += [one.problems for one in line.arrived(Direction.OUT, second + 0.999)]
        return problems

    assert hit(reconnects) == hit(set())


def test_draws_of_a_weak_signal_go_on_when_it_is_weak_again() -> None:
    line = Line()
    delays = []
    for boot in range(0, 5_000, 1_000):
        line.powered_up(boot)
        line.weaken(True, boot)
        line.carry(Direction.OUT, CALL, boot)
        delays.append((line.next_deadline() or 0) - boot)
        line.closed(boot + 900)
    assert len(set(delays)) == 5


def test_two_disturbances_of_one_seed_hit_other_messages() -> None:
    drop, twice = (sent(line_with(Disturbance(kind, probability=0.5)), ["x"] * 100) for kind in (K.DROP, K.CORRUPT))
    assert 25 < sum(one.lost is (other.problem is not None) for one, other in zip(drop, twice, strict=True)) < 75


def test_a_share_of_the_messages_leaves_in_fragments_and_says_so() -> None:
    arrived = sent(line_with(Disturbance(K.FRAGMENTS, size=7, every_s=0.5, probability=0.5)), [CALL] * 200)
    pieces = [one for one in arrived if isinstance(one.text, InFragments)]
    assert 70 < len(pieces) < 130
    assert {(one.text, one.text.size, one.text.pause_s) for one in pieces} == {(CALL, 7, 0.5)}
    assert {one.problem for one in pieces} == {"fragments: in frames of 7 bytes, 0.5 s between two"}
    assert all(one.problem is None for one in arrived if one not in pieces)
    incoming = sent(line_with(Disturbance(K.FRAGMENTS, size=7)), [CALL], Direction.IN)
    assert [one.problem for one in incoming] == [None]


def test_a_slow_reader_pauses_after_a_share_of_the_messages_and_says_so() -> None:
    line = line_with(Disturbance(K.SLOW_READER, every_s=3, probability=0.5))
    pauses = []
    for second in range(200):
        line.carry(Direction.IN, CALL, second)
        pauses.append(line.read_pause_s)
    told = [one.problem for one in line.arrived(Direction.IN, 200)]
    assert [pause == 3 for pause in pauses] == [problem is not None for problem in told]
    assert 70 < pauses.count(3) < 130
    assert set(pauses) == {0, 3}


@st.composite
def orders(draw: st.DrawFn) -> dict[str, object]:
    """An order with all that can be said of its kind."""
    kind = draw(st.sampled_from(list(K)))
    declared = DISTURBANCES[kind]
    order: dict[str, object] = {"kind": str(kind), "for_s": draw(st.floats(1, 1000))}
    for amount in declared.amounts:
        numbers = st.integers if amount.whole else st.floats
        order[amount.name] = draw(numbers(amount.minimum, amount.maximum))  # type: ignore[arg-type]
    if kind is K.CLOSE:
        order["code"] = draw(st.sampled_from(sorted(CLOSE_CODES)))
    if declared.of_messages:
        order |= {"direction": str(draw(st.sampled_from(Side))), "frames": str(draw(st.sampled_from(Frames)))}
    order |= {"probability": draw(st.floats(0, 1)), "seed": draw(seeds)}
    if declared.each is Occasion.TIME:
        order["every_s"] = draw(st.floats(1, 1000))
    if kind is K.LATENCY:
        order["shape"] = str(draw(st.sampled_from(Shape)))
    return order


@given(orders())
def test_an_order_says_all_of_a_disturbance(order: dict[str, object]) -> None:
    disturbance = parse_mischief(Fields(order, "cmd"), quirks=False)
    assert disturbance.body().items() <= order.items()
    assert parse_mischief(Fields(disturbance.body(), "cmd"), quirks=False) == disturbance


def test_every_kind_is_declared_and_has_defaults() -> None:
    assert list(DISTURBANCES) == list(K)
    for kind, declared in DISTURBANCES.items():
        order = {"kind": str(kind), **({"for_s": 1} if declared.lasting else {})}
        assert isinstance(parse_mischief(Fields(order, "cmd"), quirks=False), Disturbance)


@pytest.mark.parametrize("kind", [kind for kind in K if kind is not K.BROWN_OUT])
def test_a_duration_is_a_deadline(kind: K) -> None:
    line = line_with(Disturbance(kind, for_s=10, every_s=60, bytes_per_s=1))
    assert line.next_deadline() == 10
    line.advance(10)
    assert (line.next_deadline(), line.deviations) == (None, ())


@pytest.mark.parametrize(("frames", "lost"), [("all", [CALL, ANSWER]), ("calls", [CALL]), ("answers", [ANSWER])])
def test_a_sort_of_messages_is_hit_and_the_other_is_not(frames: str, lost: list[str]) -> None:
    line = line_with(Disturbance(K.DROP, frames=Frames(frames)))
    assert [one.text for one in sent(line, [CALL, ANSWER]) if one.lost] == lost


@pytest.mark.parametrize("shape", Shape)
def test_jitter_of_every_shape_is_about_as_large_as_it_says(shape: Shape) -> None:
    delays = []
    for seed in range(300):
        line = line_with(Disturbance(K.LATENCY, delay_s=1, jitter_s=10, shape=shape, seed=seed))
        line.carry(Direction.OUT, CALL, 0)
        delays.append(line.next_deadline() or 0)
    assert min(delays) >= 1
    assert 4 < sum(delays) / len(delays) < 14
    assert (max(delays) > 60) is (shape is Shape.PARETO)


def test_a_weak_signal_is_late_beside_whatever_else_is() -> None:
    line = line_with(Disturbance(K.LATENCY, delay_s=1))
    line.weaken(True, 0)
    (parcel,) = sent(line, [CALL])
    assert parcel.at > 2
    line.weaken(False, 0)
    (parcel,) = sent(line, [CALL])
    assert parcel.at == 1
