"""What a charge point uses, found out in a child that lives before anything is loaded here, and ends.

Not even ``typing`` is: its names would be among those that are not used.
"""

from __future__ import annotations

import os
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from chargepoint.zygote.gathering import Executed

_HEAP_TYPE = 1 << 9
"""Py_TPFLAGS_HEAPTYPE: made by a class statement, or as if."""


def find_out() -> tuple[list[str], list[str]]:
    """Ask the child for the names, in the order of their first use, and the classes, as ``module.qualname``; there
    are none when it could not live."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.close(reader)
        with suppress(Exception):
            _tell(writer)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as told:
        names, _, classes = told.read().partition("\n")
    os.waitpid(child, 0)
    return names.split(), classes.split()


def _tell(writer: int) -> None:
    from chargepoint.zygote.warm_up import watched

    code = watched()
    with os.fdopen(writer, "w", encoding="utf-8") as told:
        told.write(" ".join(_names(code)) + "\n" + " ".join(_classes(code)))


def _names(code: Executed) -> list[str]:
    names: dict[str, None] = {}
    for each in code.values():
        constants = [value for value in each.co_consts if isinstance(value, str) and value.isidentifier()]
        names |= dict.fromkeys((*each.co_names, *each.co_varnames, *each.co_cellvars, *each.co_freevars, *constants))
    # Those of comprehensions have a dot: nobody else has them.
    return [name for name in names if name.isidentifier()]


def _classes(code: Executed) -> list[str]:
    """Those whose methods run, and those that code names which runs; no exceptions, which it names in case."""
    import gc
    from types import FunctionType

    found: dict[type, None] = {}
    for each in gc.get_objects():
        if type(each) is FunctionType and id(each.__code__) in code:
            named = map(each.__globals__.get, each.__code__.co_names)
            found |= dict.fromkeys(value for value in named if isinstance(value, type))
        elif isinstance(each, type):
            for name, value in vars(each).items():
                function = getattr(value, "__func__", None) or getattr(value, "fget", None) or value
                if (
                    type(function) is FunctionType
                    and id(function.__code__) in code
                    # Not one that it has from elsewhere, as each Enum has its __new__.
                    and function.__qualname__ == f"{each.__qualname__}.{name}"
                ):
                    found[each] = None
    return [
        f"{each.__module__}.{each.__qualname__}"
        for each in found
        if each.__flags__ & _HEAP_TYPE and not issubclass(each, BaseException) and "<locals>" not in each.__qualname__
    ]
