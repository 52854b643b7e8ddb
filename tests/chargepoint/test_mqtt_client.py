"""The way to a broker: without threads, left at once, and with nothing left of it."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import aiomqtt
import pytest

from chargepoint.mqtt_client import MqttClient
from tests.chargepoint.certificates import Authority
from tests.support.waiting import eventually_async


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A broker that takes connections and says nothing."""
    await reader.read()
    writer.close()


def descriptors() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors are counted on Linux")


@needs_proc
@pytest.mark.parametrize("tls", [False, True])
async def test_a_broker_that_never_answers_is_left_at_once_and_whole(tmp_path: Path, tls: bool) -> None:
    context = ssl.create_default_context(cafile=Authority(tmp_path).cafile) if tls else None
    connected = asyncio.Event()

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await silent(reader, writer)

    async with await asyncio.start_server(count, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        before = descriptors()
        client = MqttClient("127.0.0.1", port, timeout=30, tls_context=context)
        connecting = asyncio.create_task(client.__aenter__())
        await connected.wait()
        assert not connecting.done()
        connecting.cancel()
        async with asyncio.timeout(10):
            await asyncio.wait([connecting])
        assert connecting.cancelled()
        await eventually_async(lambda: descriptors() == before)


@needs_proc
async def test_of_a_connection_that_was_not_answered_in_time_nothing_is_left() -> None:
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        before = descriptors()
        for _ in range(3):
            with pytest.raises(aiomqtt.MqttError, match="timed out"):
                await MqttClient("127.0.0.1", port, timeout=0.2).__aenter__()
        await eventually_async(lambda: descriptors() == before)
