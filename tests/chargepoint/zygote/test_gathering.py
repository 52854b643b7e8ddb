"""Code that is moved does what it did."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator

from chargepoint.zygote.gathering import executed, gather

PAGE_BYTES = 4096


def adder(number: int) -> Callable[..., int]:
    def add(other: int = 1) -> int:
        return number + other

    return add


def adder_of(add: Callable[..., int]) -> Callable[[], int]:
    def hold() -> int:
        return add(1)

    return hold


def squares(count: int) -> Iterator[int]:
    yield from (each * each for each in range(count))


class Numbers:
    def __init__(self, *, first: int = 1) -> None:
        self.first = first

    @property
    def second(self) -> int:
        return self.first + 1

    @staticmethod
    def third() -> int:
        return 3

    async def __aiter__(self) -> AsyncIterator[int]:
        for each in (self.first, self.second, self.third()):
            await asyncio.sleep(0)
            yield each


async def numbers() -> list[int]:
    return [each async for each in Numbers()]


def results() -> object:
    return adder(2)(3), adder(2)(), list(squares(4)), asyncio.run(numbers())


def test_what_is_called_is_noted_once_in_the_order_of_the_first_calls() -> None:
    with executed() as code:
        results()
        results()
    ours = [each.co_name for each in code.values() if each.co_filename == __file__]
    assert ours[:5] == ["results", "adder", "add", "squares", "<genexpr>"]
    assert len(ours) == len(set(ours))
    with executed() as again:
        pass
    assert not [each for each in again.values() if each.co_filename == __file__]


def test_what_other_threads_call_is_noted_as_well() -> None:
    with executed() as code:
        thread = threading.Thread(target=Numbers.third)
        thread.start()
        thread.join()
    assert Numbers.third.__code__ in code.values()


def test_gathered_functions_do_what_they_did_from_side_by_side() -> None:
    before = results()
    with executed() as code:
        results()
    ours = {key: each for key, each in code.items() if each.co_filename == __file__}
    old = results.__code__
    gather(ours)
    assert results() == before
    assert results.__code__ is not old
    assert results.__code__ == old
    with executed() as code:
        results()
    assert not ours.keys() & code.keys(), "what runs now are the copies"


def test_equal_code_of_two_files_stays_that_of_two_files() -> None:
    source = "def same():\n    return 1\n"
    spaces: list[dict[str, Callable[[], int]]] = [{}, {}]
    for name, space in zip(("one.py", "two.py"), spaces, strict=True):
        exec(compile(source, name, "exec"), space)
    with executed() as code:
        for space in spaces:
            space["same"]()
    gather(code)
    assert [space["same"].__code__.co_filename for space in spaces] == ["one.py", "two.py"]


def test_who_has_a_function_by_its_module_its_class_or_a_closure_has_the_one_that_was_moved() -> None:
    methods = [Numbers.__init__, Numbers.third, Numbers.__aiter__]
    getter = Numbers.__dict__["second"].fget
    inner = adder(2)
    holder = adder_of(inner)
    with executed() as code:
        before = results(), holder()
    gather({key: each for key, each in code.items() if each.co_filename == __file__})
    assert (results(), holder()) == before
    assert not {*methods} & {Numbers.__init__, Numbers.third, Numbers.__aiter__}
    assert Numbers.__dict__["second"].fget is not getter
    moved = Numbers.__init__
    assert (moved.__name__, moved.__qualname__, moved.__module__) == ("__init__", "Numbers.__init__", __name__)
    assert (moved.__kwdefaults__, moved.__annotations__) == ({"first": 1}, {"first": "int", "return": "None"})
    assert isinstance(Numbers.__dict__["third"], staticmethod)
