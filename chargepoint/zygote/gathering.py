"""The code that a charge point runs, laid side by side in memory.

Running a function writes to it: the reference counts of function and code object go up and down, and the page that
each lies on, until then shared with the zygote, is the child's own from there on. Python lays them out as modules are
loaded, a function that runs between many that never do. Copied one after the other, what runs fills a quarter of the
pages.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR, CO_NESTED
from types import CellType, CodeType, FrameType, FunctionType, ModuleType
from typing import Any

Executed = dict[int, CodeType]
"""Code by its id(): equal code in two files is not the same."""

HOLDS_ITS_NAMES = CO_COROUTINE | CO_GENERATOR | CO_ASYNC_GENERATOR | CO_NESTED
"""Of such code (its flags) something is made again and again that holds its name."""


@contextmanager
def executed() -> Iterator[Executed]:
    """Notes the code of every function that is called inside, in the order of the first calls."""
    found: Executed = {}

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event == "call":
            found[id(frame.f_code)] = frame.f_code

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def gather(code: Executed) -> None:
    """Copy ``code`` to one place, and the functions that run it to another, and have the copies used."""
    functions: dict[int, list[FunctionType]] = {}
    for each in gc.get_objects():
        if type(each) is FunctionType and id(each.__code__) in code:
            functions.setdefault(id(each.__code__), []).append(each)
    for original in code.values():
        # Kept by the original from the first time on, which otherwise would be in between the copies.
        _ = original.co_code
    copying = _Copying(code)
    for key, original in code.items():
        for function in functions.get(key, ()):
            function.__code__ = copying.of(original)
    _replace({id(each): _twin(each) for key in code for each in functions.get(key, ())})


class _Copying:
    """The copies of code that is ``wanted``, each made when it is first asked for."""

    def __init__(self, wanted: Executed) -> None:
        self._wanted = wanted
        self._copies: Executed = {}
        self._names = {
            name: name.encode().decode()
            for code in wanted.values()
            if code.co_flags & HOLDS_ITS_NAMES
            for name in (code.co_name, code.co_qualname)
        }

    def of(self, original: CodeType) -> CodeType:
        """The copy of ``original``, with the functions inside it that are wanted copied as well."""
        if id(original) not in self._copies:
            constants = (
                self.of(each) if isinstance(each, CodeType) and id(each) in self._wanted else each
                for each in original.co_consts
            )
            self._copies[id(original)] = original.replace(
                co_consts=tuple(constants),
                co_name=self._names.get(original.co_name, original.co_name),
                co_qualname=self._names.get(original.co_qualname, original.co_qualname),
            )
        return self._copies[id(original)]


def _twin(function: FunctionType) -> FunctionType:
    """What ``function`` is, elsewhere."""
    code = function.__code__
    twin = FunctionType(code, function.__globals__, code.co_name, function.__defaults__, function.__closure__)
    twin.__kwdefaults__ = function.__kwdefaults__
    twin.__annotations__ = function.__annotations__
    twin.__doc__, twin.__module__ = function.__doc__, function.__module__
    twin.__name__, twin.__qualname__ = function.__name__, function.__qualname__
    twin.__dict__.update(function.__dict__)
    return twin


def _replace(twins: dict[int, FunctionType]) -> None:
    """Put ``twins``, by the id() of the functions whose they are, wherever a module, a class or a closure has these;
    who has taken one from there keeps it, which is as good."""
    for owner in gc.get_objects():
        if isinstance(owner, CellType):
            if (inside := _id_inside(owner)) in twins:
                owner.cell_contents = twins[inside]
        elif isinstance(owner, type | ModuleType):
            for name, value in list(vars(owner).items()):
                if (twin := _elsewhere(value, twins)) is not None:
                    # Not by a way of the class's own.
                    (type if isinstance(owner, type) else ModuleType).__setattr__(owner, name, twin)


def _id_inside(cell: CellType) -> int:
    try:
        return id(cell.cell_contents)
    except ValueError:  # It is empty.
        return 0


def _elsewhere(value: object, twins: dict[int, FunctionType]) -> object:
    """What to have in the place of ``value``; None: it may stay."""
    if type(value) is FunctionType:
        return twins.get(id(value))
    if type(value) is property:
        parts: list[Any] = [value.fget, value.fset, value.fdel]
        if any(id(part) in twins for part in parts):
            getter, setter, deleter = (twins.get(id(part), part) for part in parts)
            return property(getter, setter, deleter, value.__doc__)
    if (type(value) is classmethod or type(value) is staticmethod) and id(value.__func__) in twins:
        return type(value)(twins[id(value.__func__)])
    return None
