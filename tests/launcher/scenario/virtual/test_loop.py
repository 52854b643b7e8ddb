"""A loop that jumps over idleness."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from launcher.scenario.virtual.loop import VirtualClock, VirtualLoop

T = TypeVar("T")

DAY_S = 86_400.0


def played(folder: Path, work: Callable[[], Awaitable[T]]) -> T:
    async def run() -> T:
        return await work()

    with asyncio.Runner(loop_factory=lambda: VirtualLoop(folder / "server")) as runner:
        return runner.run(run())


def test_a_day_is_slept_at_once_and_to_the_second(tmp_path: Path) -> None:
    async def sleep() -> tuple[float, float]:
        clock = VirtualClock(asyncio.get_running_loop(), 1_000.0)
        await asyncio.sleep(DAY_S)
        return asyncio.get_running_loop().time(), clock.now()

    assert played(tmp_path, sleep) == (DAY_S, 1_000.0 + DAY_S)


def test_timers_come_in_the_order_of_their_moments(tmp_path: Path) -> None:
    async def three() -> list[float]:
        ends: list[float] = []

        async def wait(seconds: float) -> None:
            await asyncio.sleep(seconds)
            ends.append(asyncio.get_running_loop().time())

        await asyncio.gather(wait(3 * DAY_S), wait(0.001), wait(60))
        return ends

    assert played(tmp_path, three) == [0.001, 60, 3 * DAY_S]


def test_a_timeout_passes_virtually(tmp_path: Path) -> None:
    async def wait() -> None:
        async with asyncio.timeout(DAY_S):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        played(tmp_path, wait)


def test_what_a_thread_does_takes_no_time(tmp_path: Path) -> None:
    async def work() -> tuple[str, float]:
        later = asyncio.ensure_future(asyncio.sleep(DAY_S))
        done = await asyncio.to_thread(lambda: time.sleep(0.05) or "done")
        at = asyncio.get_running_loop().time()
        later.cancel()
        return done, at

    assert played(tmp_path, work) == ("done", 0)


def test_every_connection_leads_to_the_one_server_and_takes_no_time(tmp_path: Path) -> None:
    async def talk() -> tuple[bytes, float]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readline())
            await asyncio.sleep(5)
            writer.write(b"later\n")
            await writer.drain()
            writer.close()

        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(tmp_path / "server"))
        async with await asyncio.start_server(answer, sock=listener):
            reader, writer = await asyncio.open_connection("some.where", 443)
            writer.write(b"now\n")
            said = await reader.readline()
            assert asyncio.get_running_loop().time() == 0
            said += await reader.readline()
            writer.close()
            return said, asyncio.get_running_loop().time()

    assert played(tmp_path, talk) == (b"now\nlater\n", 5)


def test_where_nothing_listens_is_no_connection_and_there_is_no_tls(tmp_path: Path) -> None:
    async def connect() -> None:
        with pytest.raises(OSError, match="No such file"):
            await asyncio.open_connection("host", 1)
        with pytest.raises(OSError, match="no TLS in virtual time"):
            await asyncio.open_connection("host", 1, ssl=True)

    played(tmp_path, connect)
