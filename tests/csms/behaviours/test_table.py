"""Which behaviour is played: specific before general, old before new, as often as was said."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from csms.behaviours.behaviour import CONNECT, Behaviour, Silence
from csms.behaviours.table import Table


def table(*behaviours: Behaviour) -> Table:
    """A table with these, numbered from 1."""
    made = Table(lambda seed: random.Random(seed).random)
    for behaviour in behaviours:
        made.add(behaviour)
    return made


def played(made: Table, charge_point: str = "CP_1", action: str = "Heartbeat") -> int | None:
    """The number of the one that is played."""
    entry = made.decide(charge_point, action)
    return None if entry is None else entry.id


def test_without_behaviours_nothing_is_played() -> None:
    assert played(table()) is None


def test_it_is_for_its_action_and_its_charge_points() -> None:
    made = table(Behaviour(Silence(), "Heartbeat", "CP_*"))
    assert [played(made), played(made, "CP_22"), played(made, "XP_1"), played(made, action="Authorize")] == [
        1,
        1,
        None,
        None,
    ]


def test_an_id_with_the_signs_of_a_pattern_is_still_an_id() -> None:
    assert played(table(Behaviour(Silence(), "*", "a[b")), "a[b") == 1


def test_every_action_is_not_a_connection() -> None:
    assert played(table(Behaviour(Silence(), "*")), action=CONNECT) is None
    assert played(table(Behaviour(Silence(), CONNECT)), action=CONNECT) == 1


def test_the_most_exactly_named_charge_point_goes_first_then_the_named_action_then_the_oldest() -> None:
    made = table(
        Behaviour(Silence(), "*", "*"),
        Behaviour(Silence(), "Heartbeat", "*"),
        Behaviour(Silence(), "Heartbeat", "CP_*"),
        Behaviour(Silence(), "*", "CP_1"),
        Behaviour(Silence(), "Heartbeat", "CP_1"),
        Behaviour(Silence(), "Heartbeat", "CP_1"),
    )
    order = []
    while (number := played(made)) is not None:
        order.append(number)
        made.remove([number])
    assert order == [5, 6, 4, 3, 2, 1]


def test_times_make_a_sequence() -> None:
    made = table(Behaviour(Silence(), times=2), Behaviour(Silence(), times=1))
    assert [played(made) for _ in range(4)] == [1, 1, 2, None]
    assert len(made) == 0


def test_what_is_left_is_told() -> None:
    made = table(Behaviour(Silence(), times=3), Behaviour(Silence(), "Authorize"))
    played(made)
    assert [(entry.played, entry.left) for entry in made.entries()] == [(1, 2), (0, None)]


@given(st.integers(0, 2**32), st.floats(0.1, 0.9))
def test_a_seed_makes_chance_the_same_each_time(seed: int, probability: float) -> None:
    runs = []
    for _ in range(2):
        made = table(Behaviour(Silence(), probability=probability, seed=seed))
        runs.append([played(made) for _ in range(50)])
    assert runs[0] == runs[1]


def test_one_that_chance_leaves_out_leaves_the_place_to_the_next_and_is_not_used_up() -> None:
    draws = iter([0.9, 0.1])
    made = Table(lambda seed: lambda: next(draws))
    made.add(Behaviour(Silence(), probability=0.5, times=1))
    made.add(Behaviour(Silence()))
    assert [played(made), played(made), played(made)] == [2, 1, 2]
