"""The names and classes that a charge point uses, each kind laid side by side in memory.

Python counts the references to what it has, and a child that changes a count makes the page its own. It keeps a name
once, where the first code that has it was loaded, and a class where its module came to it: each among many that the
child does not use. What is there before any of that code is loaded stays where it was put.
"""

from __future__ import annotations

import builtins
import importlib
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any

_laid: list[str] = []
"""Else the names would be gone before anybody uses them."""


def lay_names(names: Collection[str]) -> None:
    """Lay them, before anything that has them is imported."""
    _laid.extend(map(sys.intern, names))


def lay_classes(wanted: Collection[str]) -> None:
    """Have ``wanted`` classes (``module.qualname``) made in a thread from here on: it has memory of its own, which
    does with classes what a page can hold of them. That of a thread that ended is the next one's."""
    # Whose own classes are made in this thread.
    importlib.import_module("threading")
    wanted = frozenset(wanted)
    build = builtins.__build_class__

    def building(body: Any, name: str, /, *bases: Any, **options: Any) -> Any:
        if f"{body.__globals__.get('__name__')}.{body.__qualname__}" in wanted:
            return _in_a_thread(lambda: build(body, name, *bases, **options))
        return build(body, name, *bases, **options)

    builtins.__build_class__ = building
    import dataclasses

    if (add_slots := vars(dataclasses).get("_add_slots")) is None:
        return

    def adding(cls: type, *arguments: Any) -> Any:
        if f"{cls.__module__}.{cls.__qualname__}" in wanted:
            return _in_a_thread(lambda: add_slots(cls, *arguments))
        return add_slots(cls, *arguments)

    # It makes a class a second time.
    vars(dataclasses)["_add_slots"] = adding


def _in_a_thread(make: Callable[[], Any]) -> Any:
    """What ``make`` returns or raises."""
    import threading

    made: list[Any] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            made.append(make())
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
    return made[0]
