"""A client that says exactly what it is told to, and nothing by itself."""

from __future__ import annotations

import asyncio

from launcher.broker.decoder import Decoder
from launcher.broker.encoder import encode
from launcher.broker.packets import Connack, Connect, Message, Packet, Publish, Suback, Subscribe

PATIENCE_S = 10.0


class Wire:
    """One TCP connection to a broker, packet by packet."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._decoder = Decoder()
        self._packets: list[Packet] = []

    @classmethod
    async def open(cls, port: int) -> Wire:
        """A connection before its CONNECT."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    @classmethod
    async def connect(cls, port: int, connect: Connect, filters: dict[str, int] | None = None) -> Wire:
        """An accepted client with its subscriptions."""
        wire = await cls.open(port)
        await wire.send(connect)
        answer = await wire.receive()
        assert isinstance(answer, Connack)
        wire.connack = answer
        if filters:
            await wire.send(Subscribe(1, tuple(filters.items())))
            assert isinstance(await wire.receive(), Suback)
        return wire

    connack = Connack()

    async def send(self, *packets: Packet) -> None:
        for packet in packets:
            if isinstance(packet, Connect):
                self._decoder.level = packet.protocol_level
        await self.send_bytes(b"".join(encode(packet, self._decoder.level) for packet in packets))

    async def send_bytes(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def publish(self, topic: str, payload: bytes, qos: int = 0, *, retain: bool = False) -> None:
        await self.send(Publish(Message(topic, payload, qos), retain, packet_id=1 if qos else 0))

    async def receive(self) -> Packet | None:
        """The next packet; None when the broker has closed the connection."""
        async with asyncio.timeout(PATIENCE_S):
            while not self._packets:
                try:
                    data = await self._reader.read(1 << 16)
                except ConnectionError:
                    return None
                if not data:
                    return None
                self._packets.extend(self._decoder.feed(data))
        return self._packets.pop(0)

    async def messages(self, count: int) -> list[tuple[str, bytes]]:
        """Topic and payload of the next ``count`` PUBLISH; other packets are passed over."""
        found: list[tuple[str, bytes]] = []
        while len(found) < count:
            packet = await self.receive()
            assert packet is not None, f"closed after {found}"
            if isinstance(packet, Publish):
                found.append((packet.message.topic, packet.message.payload))
        return found

    async def closed(self) -> list[Packet]:
        """Wait until the broker closes the connection; what it said before."""
        said: list[Packet] = []
        while (packet := await self.receive()) is not None:
            said.append(packet)
        return said

    def break_off(self) -> None:
        """Vanish: no DISCONNECT, no orderly end of the TCP connection."""
        self._writer.transport.abort()
