"""Waiting for a condition with a deadline, never for a length of time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(condition: Callable[[], T], timeout_s: float = 10.0, what: str = "") -> T:
    """The first true result of ``condition``; fails when there is none within ``timeout_s``."""
    deadline = time.monotonic() + timeout_s
    while True:
        if result := condition():
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout_s} s: {what or condition}; last seen {result!r}")
        time.sleep(0.02)


async def eventually_async(condition: Callable[[], T | Awaitable[T]], timeout_s: float = 10.0, what: str = "") -> T:
    """The same without blocking the loop; ``condition`` may be a coroutine function."""
    deadline = time.monotonic() + timeout_s
    while True:
        result = condition()
        if isinstance(result, Awaitable):
            result = await result
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout_s} s: {what or condition}; last seen {result!r}")
        await asyncio.sleep(0.01)
