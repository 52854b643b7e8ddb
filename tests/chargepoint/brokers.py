"""Brokers for the tests: a real one as a process that can be killed and started again, and a scripted one."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiomqtt
import pytest

from chargepoint.bus import Broker, Message
from tests.launcher.broker.processes import MOSQUITTO
from tests.support.ports import free_port
from tests.support.waiting import eventually, eventually_async

needs_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")


@dataclass
class RealBroker:
    """mosquitto where there is one, else the yard's own; always on the same port."""

    folder: Path
    conf: str = "allow_anonymous true"
    """Further lines for mosquitto."""
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; returns when it listens."""
        log = self.folder / f"broker-{self.port}.log"
        with log.open("ab") as output:
            process = self.process = subprocess.Popen(self._command(), stdout=output, stderr=output)
        eventually(lambda: self._listens() or process.poll() is not None, what="the broker listens")
        assert process.poll() is None, log.read_text()

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _command(self) -> list[str]:
        if MOSQUITTO is None:
            return [sys.executable, "-m", "launcher.broker", "--port", str(self.port)]
        conf = self.folder / f"mosquitto-{self.port}.conf"
        conf.write_text(f"user root\nlistener {self.port} 127.0.0.1\n{self.conf}\n")
        return [MOSQUITTO, "-c", str(conf)]

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True


@contextmanager
def real_broker(folder: Path, conf: str = "allow_anonymous true") -> Iterator[RealBroker]:
    """A running broker until the end of the block."""
    broker = RealBroker(folder, conf)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


class Observer:
    """Any MQTT client: sees everything below the given filters, and publishes what it is told."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        self.heard: list[Message] = []

    async def publish(self, topic: str, payload: bytes | str, *, retain: bool = False) -> None:
        """Publish with QoS 1."""
        await self._client.publish(topic, payload, qos=1, retain=retain)

    def payloads(self, topic: str) -> list[bytes]:
        """What was heard on ``topic``, in order."""
        return [message.payload for message in self.heard if message.topic == topic]

    def last(self, topic: str) -> bytes | None:
        """The latest payload of ``topic``."""
        return (self.payloads(topic) or [None])[-1]

    async def sees(self, topic: str, right: Callable[[bytes], bool], what: str = "") -> bytes:
        """Wait until the latest payload of ``topic`` is right, and return it."""

        def found() -> list[bytes]:
            return [payload for payload in self.payloads(topic)[-1:] if right(payload)]

        return (await eventually_async(found, 20.0, f"{what} on {topic}, not {self.last(topic)!r}"))[0]

    async def listen(self) -> None:
        """Fill ``heard``."""
        async for one in self._client.messages:
            payload = one.payload if isinstance(one.payload, bytes) else b""
            self.heard.append(Message(one.topic.value, payload, one.qos, one.retain))


@asynccontextmanager
async def observer(port: int, *filters: str) -> AsyncIterator[Observer]:
    """An observer of the broker at ``port`` until the end of the block; everything by default."""
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe([(one, 1) for one in filters or ("#",)])
        seen = Observer(client)
        listening = asyncio.create_task(seen.listen())
        try:
            yield seen
        finally:
            listening.cancel()


async def publish_once(broker: Broker, messages: Iterable[Message]) -> None:
    """Connect, publish, leave."""
    async with aiomqtt.Client(broker.host, broker.port) as client:
        for message in messages:
            await client.publish(message.topic, message.payload, message.qos, message.retain)


CONNECT, PUBLISH, SUBSCRIBE, DISCONNECT = 1, 3, 8, 14
CONNACK = b"\x20\x02\x00\x00"
PINGREQ, PINGRESP = 12, b"\xd0\x00"


@dataclass
class Wire:
    """The broker's end of one connection, packet by packet (MQTT 3.1.1 section 2)."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    packets: list[int]
    """The types of all packets that came in, in order."""

    async def packet(self) -> tuple[int, bytes]:
        """The next packet: its type and what follows the fixed header; type 0 when there is none any more."""
        try:
            [first] = await self.reader.readexactly(1)
            length, shift = 0, 0
            while True:
                [byte] = await self.reader.readexactly(1)
                length |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    break
            body = await self.reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return 0, b""
        self.packets.append(first >> 4)
        return first >> 4, body

    def write(self, data: bytes) -> None:
        """Send raw bytes."""
        self.writer.write(data)

    def acknowledge(self, subscribe: bytes, codes: bytes) -> None:
        """SUBACK with one return code a topic."""
        self.write(b"\x90" + bytes([2 + len(codes)]) + subscribe[:2] + codes)

    def puback(self, publish: bytes) -> None:
        """PUBACK of a QoS 1 message."""
        length = int.from_bytes(publish[:2], "big")
        self.write(b"\x40\x02" + publish[2 + length : 4 + length])


@asynccontextmanager
async def scripted_broker(script: Callable[[Wire], Awaitable[None]]) -> AsyncIterator[tuple[int, list[list[int]]]]:
    """A broker that does to each connection what ``script`` says; yields its port and each connection's packets."""
    connections: list[list[int]] = []
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        connections.append([])
        try:
            await script(Wire(reader, writer, connections[-1]))
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], connections
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
