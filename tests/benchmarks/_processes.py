"""Pools from outside: what their processes use, and when they have come to where they are wanted."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable, Sequence

import psutil

from chargepoint.api.figures import Figures
from launcher.load.pools import Pools

LONGEST_S = 180.0
OPEN_FILES = 65_536


async def when(pools: Pools, reached: Callable[[Figures], bool]) -> Figures:
    """The figures when they are as wanted."""
    async with asyncio.timeout(LONGEST_S):
        while not reached(figures := pools.figures()):
            assert not pools.lost, pools.lost
            assert not pools.refused, pools.refused
            await asyncio.sleep(0.1)
        return figures


def cpu_of(processes: Sequence[psutil.Process]) -> float:
    """CPU seconds so far."""
    return sum(each.cpu_times().user + each.cpu_times().system for each in processes)


def memory_of(processes: Sequence[psutil.Process]) -> int:
    """Bytes that are their own."""
    return sum(each.memory_full_info().uss for each in processes)


def raise_open_files() -> None:
    """Let this process and its children have a socket for each of thousands."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, OPEN_FILES), hard))
