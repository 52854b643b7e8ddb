"""Thousands ask for the same name at the same moment."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from chargepoint.pool.loop import PoolLoop


def test_a_name_is_looked_up_once_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    real = socket.getaddrinfo

    def counted(host: Any, *more: Any) -> Any:
        asked.append(host)
        return real(host, *more)

    monkeypatch.setattr(socket, "getaddrinfo", counted)

    async def ask() -> list[Any]:
        loop = asyncio.get_running_loop()
        answers = await asyncio.gather(
            *(loop.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM) for _ in range(50))
        )
        return [*answers, await loop.getaddrinfo("localhost", 81, type=socket.SOCK_STREAM)]

    with asyncio.Runner(loop_factory=PoolLoop) as runner:
        answers = runner.run(ask())
    assert asked == ["localhost", "localhost"], "another port is another question"
    assert answers[0] == answers[49] != answers[50]


def test_a_name_that_is_not_known_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def unknown(host: Any, *more: Any) -> Any:
        asked.append(host)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    async def ask() -> None:
        for _ in range(2):
            with pytest.raises(socket.gaierror):
                await asyncio.get_running_loop().getaddrinfo("nowhere.test", 80)

    with asyncio.Runner(loop_factory=PoolLoop) as runner:
        runner.run(ask())
    assert len(asked) == 2
