"""The wheel of a pool calls as the event loop would, a slot later at most."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from functools import partial
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.adapters.wheel import SLOT_S, Wheel
from tests.support.waiting import eventually_async

WHOSE: ContextVar[str] = ContextVar("whose")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=20))
async def test_nobody_is_called_too_early_and_whoever_comes_first_is_called_first(slots: list[int]) -> None:
    wheel, loop = Wheel(), asyncio.get_running_loop()
    called: list[tuple[int, float]] = []
    wanted_at: list[float] = []

    def note(number: int) -> None:
        called.append((number, loop.time()))

    for number, slot in enumerate(slots):
        wanted_at.append(loop.time() + slot * SLOT_S)
        wheel.call_later(slot * SLOT_S, partial(note, number))
    assert called == []
    await eventually_async(lambda: len(called) == len(slots))
    # The loop's clock may be ahead by its resolution.
    assert all(at >= wanted_at[number] - 1e-6 for number, at in called)
    # Those of one slot are called in the order in which they came.
    order = [wanted_at[number] for number, _ in called]
    assert all(earlier <= later + SLOT_S for earlier, later in pairwise(order))


async def test_who_is_cancelled_is_not_called_and_not_kept() -> None:
    wheel, called = Wheel(), list[str]()
    far = [wheel.call_later(3600.0, lambda: called.append("far")) for _ in range(100)]
    for spoke in far:
        spoke.cancel()
        spoke.cancel()
    assert sum(map(len, wheel._slots.values())) == 0
    near = wheel.call_later(0.0, lambda: called.append("near"))
    wheel.call_later(0.0, lambda: called.append("other"))
    near.cancel()
    await eventually_async(lambda: called == ["other"])


async def test_who_is_called_may_cancel_whom_would_come_next_and_want_to_be_called_again() -> None:
    wheel, called = Wheel(), list[str]()

    def first() -> None:
        called.append("first")
        second.cancel()
        wheel.call_later(0.0, lambda: called.append("again"))

    wheel.call_later(0.0, first)
    second = wheel.call_later(0.0, lambda: called.append("second"))
    await eventually_async(lambda: called == ["first", "again"])


async def test_each_is_called_in_its_own_context() -> None:
    """The log tells which station a line is of."""
    wheel, called = Wheel(), list[str]()

    async def want(name: str) -> None:
        WHOSE.set(name)
        wheel.call_later(0.0, lambda: called.append(WHOSE.get()))

    await asyncio.gather(*(asyncio.create_task(want(name)) for name in ("CP1", "CP2")))
    await eventually_async(lambda: called == ["CP1", "CP2"])


async def test_one_that_fails_keeps_no_other_from_being_called() -> None:
    wheel, called, failed = Wheel(), list[str](), list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: failed.append(context["exception"]))

    def fail() -> None:
        raise RuntimeError("a bug of ours")

    wheel.call_later(0.0, fail)
    wheel.call_later(0.0, lambda: called.append("other"))
    await eventually_async(lambda: called == ["other"])
    assert [str(one) for one in failed] == ["a bug of ours"]


async def test_an_earlier_call_is_not_held_up_by_a_later_one() -> None:
    wheel, called = Wheel(), list[str]()
    wheel.call_later(0.1, lambda: called.append("later"))
    wheel.call_later(0.01, lambda: called.append("earlier"))
    await eventually_async(lambda: len(called) == 2)
    assert called == ["earlier", "later"]
