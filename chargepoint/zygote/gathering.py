"""The code that a charge point runs, laid side by side in memory.

Running a function writes to it: its code object's reference count goes up and down, and the page that it lies on,
until then shared with the zygote, is the child's own from there on. Python lays code out as modules are loaded, a
function that runs between many that never do. Copied one after the other, what runs fills a quarter of the pages.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType, FunctionType

Executed = dict[int, CodeType]
"""Code by its id(): equal code in two files is not the same."""


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
    """Copy ``code`` to one place, and have all functions that run it run the copies."""
    functions: dict[int, list[FunctionType]] = {}
    for each in gc.get_objects():
        if type(each) is FunctionType and id(each.__code__) in code:
            functions.setdefault(id(each.__code__), []).append(each)
    for original in code.values():
        # Kept by the original from the first time on, which otherwise would be in between the copies.
        _ = original.co_code
    copies: Executed = {}
    for key, original in code.items():
        for function in functions.get(key, ()):
            function.__code__ = _copy(original, code, copies)


def _copy(original: CodeType, wanted: Executed, copies: Executed) -> CodeType:
    """The copy of ``original``, with the functions inside it that are ``wanted`` copied as well."""
    if id(original) not in copies:
        constants = (
            _copy(each, wanted, copies) if isinstance(each, CodeType) and id(each) in wanted else each
            for each in original.co_consts
        )
        copies[id(original)] = original.replace(co_consts=tuple(constants))
    return copies[id(original)]
