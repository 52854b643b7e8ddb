"""The broker's sockets: what it does with those who do not read, and when it is closed."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator

import pytest

from launcher.broker.encoder import encode
from launcher.broker.limits import Limits
from launcher.broker.packets import (
    Connect,
    Message,
    Pingreq,
    Pingresp,
    Publish,
    Subscribe,
    Will,
)
from launcher.broker.server import Server
from tests.launcher.broker.wire import Wire

LIMITS = Limits(buffer_bytes=64 << 10, backlog_bytes=8 << 20)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server(LIMITS)
    await server.start(0)
    yield server
    await server.close()


async def deaf_client(port: int, connect: Connect, *filters: tuple[str, int]) -> socket.socket:
    """A client that subscribes and does not read, with as little room in its socket as the system allows."""
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(deaf, ("127.0.0.1", port))
    await loop.sock_sendall(deaf, encode(connect) + encode(Subscribe(1, filters)))
    await loop.sock_recv(deaf, 4 + 4 + len(filters))
    return deaf


async def flood(wire: Wire, megabytes: int, qos: int) -> None:
    """Publish so much that no buffer of the system holds it."""
    for number in range(megabytes * 16):
        await wire.send(Publish(Message("flood", bytes(1 << 16), qos), packet_id=number % 1000 + 1 if qos else 0))
    await wire.send(Pingreq())
    while await wire.receive() != Pingresp():
        pass


async def test_a_deaf_reader_misses_qos_0_and_finds_the_last_state_when_it_reads_again(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    publisher = await Wire.connect(server.port, Connect("publisher"))
    other = await Wire.connect(server.port, Connect("other"), {"status": 0})
    deaf = await deaf_client(server.port, Connect("deaf"), ("flood", 0), ("status", 0))
    for status in (b"Available", b"Preparing", b"Charging"):
        await flood(publisher, 16, qos=0)
        await publisher.publish("status", status, retain=True)
    assert await other.messages(3) == [("status", b"Available"), ("status", b"Preparing"), ("status", b"Charging")]
    reader = Wire(*await asyncio.open_connection(sock=deaf))
    seen = []
    while (message := (await reader.messages(1))[0]) != ("status", b"Charging"):
        seen.append(message[0])
    assert seen.count("flood") < 3 * 16 * 16
    assert "status" not in seen
    missed = 3 * 16 * 16 - seen.count("flood")
    assert caplog.messages == [f"client 'deaf': missed {missed} QoS 0 messages, it read too slowly"]
    await reader.send(Pingreq())
    assert await reader.receive() == Pingresp()


async def test_a_deaf_reader_of_qos_1_is_disconnected_before_it_fills_the_memory(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    watcher = await Wire.connect(server.port, Connect("watcher"), {"status": 0})
    publisher = await Wire.connect(server.port, Connect("publisher"))
    deaf = await deaf_client(server.port, Connect("deaf", will=Will(Message("status", b"Dead"))), ("flood", 1))
    with caplog.at_level(logging.WARNING):
        await flood(publisher, 32, qos=1)
    assert await watcher.messages(1) == [("status", b"Dead")]
    deaf.close()
    assert caplog.messages == ["client 'deaf': does not read what it has subscribed to"]


async def test_who_does_not_read_is_not_read_from(server: Server) -> None:
    publisher = await Wire.connect(server.port, Connect("publisher"))
    other = await Wire.connect(server.port, Connect("other"), {"from deaf": 0})
    deaf = await deaf_client(server.port, Connect("deaf"), ("flood", 0))
    await flood(publisher, 16, qos=0)
    deaf.send(encode(Publish(Message("from deaf", b"1"))))
    await publisher.publish("from deaf", b"2")
    assert await other.messages(1) == [("from deaf", b"2")]
    reader = Wire(*await asyncio.open_connection(sock=deaf))
    await reader.messages(1)
    reading = asyncio.create_task(reader.closed())
    assert await other.messages(1) == [("from deaf", b"1")]
    reading.cancel()


async def test_closing_ends_every_connection_and_publishes_no_will() -> None:
    server = Server()
    await server.start(0)
    clients = [
        await Wire.connect(server.port, Connect(f"cp{number}", will=Will(Message("status", b"Dead"))), {"status": 0})
        for number in range(20)
    ]
    await clients[0].publish("status", b"Accepted")
    assert await clients[1].messages(1) == [("status", b"Accepted")]
    port = server.port
    await server.close()
    said = [packet for client in clients[2:] for packet in await client.closed()]
    assert said == [Publish(Message("status", b"Accepted"))] * 18
    with pytest.raises(ConnectionRefusedError):
        await Wire.open(port)


async def test_closing_does_not_wait_for_who_does_not_read() -> None:
    server = Server(LIMITS)
    await server.start(0)
    deaf = await deaf_client(server.port, Connect("deaf"), ("flood", 0))
    await flood(await Wire.connect(server.port, Connect("publisher")), 16, qos=0)
    async with asyncio.timeout(8):
        await server.close()
    deaf.close()


async def test_a_taken_over_connection_is_dropped_even_when_it_does_not_read(server: Server) -> None:
    deaf = await deaf_client(server.port, Connect("cp"), ("flood", 0))
    await flood(await Wire.connect(server.port, Connect("publisher")), 16, qos=0)
    await Wire.connect(server.port, Connect("cp"))
    await Wire(*await asyncio.open_connection(sock=deaf)).closed()


async def test_no_name_given_to_the_nameless_is_given_again_after_a_restart() -> None:
    """A client of MQTT 5 comes back with the name it was given (3.2.2.3.7), and must not meet another one there."""
    names = set()
    for _ in range(3):
        server = Server()
        await server.start(0)
        wire = await Wire.connect(server.port, Connect("", protocol_level=5))
        names.add(wire.connack.properties.assigned_client_identifier)
        await server.close()
    assert len(names) == 3
    assert None not in names
