"""The event loop of a charge point looks up what it can without a thread."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from chargepoint.loop import Loop


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_this_machine_and_addresses_are_looked_up_without_a_thread(host: str) -> None:
    async def look_up() -> tuple[object, int]:
        found = await asyncio.get_running_loop().getaddrinfo(host, 80, type=socket.SOCK_STREAM)
        return found, threading.active_count()

    before = threading.active_count()
    with asyncio.Runner(loop_factory=Loop) as runner:
        found, threads = runner.run(look_up())
    assert found == socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM)
    assert threads == before


def test_what_has_no_address_is_an_error_as_ever() -> None:
    with asyncio.Runner(loop_factory=Loop) as runner, pytest.raises(socket.gaierror):
        runner.run(runner.get_loop().getaddrinfo("no-such-host.invalid", 80))
