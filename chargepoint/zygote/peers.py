"""A central system and a broker that agree to everything, for a charge point that lives only to be warm.

They are in a process of their own: what they load and run is nothing that charge points should inherit.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, NoReturn

from chargepoint.api.payloads import CarInput, TokenInput
from chargepoint.api.topics import Topics
from chargepoint.clock import Clock, iso
from chargepoint.link import SUBPROTOCOL

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

HERE, NAME = "127.0.0.1", "localhost"
"""Where they listen, and how they are called: most yards call theirs so, and then two addresses are tried."""

ID = "warm-up"
"""Whom the central system lets charge once, and end."""

CALLS: Sequence[tuple[str, dict[str, object]]] = (
    ("GetConfiguration", {}),
    ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
    ("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1}),
    ("ChangeConfiguration", {"key": "Unknown", "value": ""}),
    ("RemoteStartTransaction", {"idTag": "", "connectorId": 99}),
    ("RemoteStopTransaction", {"transactionId": 99}),
    ("UnlockConnector", {"connectorId": 99}),
)
"""What central systems ask for most, without any effect: the schema of each message takes up to 36 ms to compile."""

ACCEPTED: dict[str, object] = {"idTagInfo": {"status": "Accepted"}}


START_TIMEOUT_S = 10.0


class Packet(IntEnum):
    """Those packets of MQTT 3.1.1 that need an answer (section 2.2.1)."""

    CONNECT = 1
    PUBLISH = 3
    SUBSCRIBE = 8
    DISCONNECT = 14


CONNACK, PUBACK, SUBACK = b"\x20\x02\x00\x00", b"\x40\x02", b"\x90"
QOS = 0b0110


@dataclass(frozen=True, slots=True)
class Peers:
    """Where they are."""

    central_system: str
    broker: str


@contextlib.contextmanager
def peers() -> Iterator[Peers]:
    """Both, in a process that ends with this context, or with this process. Raises OSError when they do not come."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _be_peers(theirs)
    theirs.close()
    try:
        with ours:
            ours.settimeout(START_TIMEOUT_S)
            yield Peers(**json.loads(ours.recv(1000) or "{}"))
    except (TypeError, ValueError):
        raise OSError("the peers of the first lives do not start") from None
    finally:
        os.waitpid(pid, 0)


def _be_peers(line: socket.socket) -> NoReturn:
    try:
        asyncio.run(_serve_until_closed(line))
    finally:
        os._exit(0)


async def _serve_until_closed(line: socket.socket) -> None:
    async with MqttBroker() as broker, CentralSystem(broker) as central_system:
        line.send(json.dumps({"central_system": central_system.url, "broker": broker.url}).encode())
        line.setblocking(False)
        await asyncio.get_running_loop().sock_recv(line, 1)
        # Not closed in good order: whoever was served is gone.
        os._exit(0)


class CentralSystem:
    """Accepts everything, on a port of its own; whoever boots charges once, as the ``broker`` tells it to."""

    def __init__(self, broker: MqttBroker) -> None:
        self._broker = broker

    async def __aenter__(self) -> CentralSystem:
        from websockets.asyncio.server import serve
        from websockets.typing import Subprotocol

        self._heard: dict[str, asyncio.Event] = {}
        self._server = await serve(self._serve, HERE, 0, subprotocols=[Subprotocol(SUBPROTOCOL)])
        self.url = f"ws://{NAME}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _until(self, action: str) -> None:
        await self._heard.setdefault(action, asyncio.Event()).wait()

    async def _let_charge(self) -> None:
        topics = Topics()
        for action in ("StatusNotification", "Heartbeat", "MeterValues"):
            await self._until(action)
        self._broker.tell(topics.connector(ID, 1, "car"), CarInput(cable=32.0, ready=True).to_json())
        self._broker.tell(topics.connector(ID, 1, "id_tag"), TokenInput(ID).to_json())
        await self._until("StartTransaction")
        self._broker.tell(topics.connector(ID, 1, "car"), CarInput(cable=0.0).to_json())
        await self._until("StopTransaction")
        self._broker.tell(topics.station(ID, "cmd"), b'{"type": "close"}')

    async def _serve(self, connection: ServerConnection) -> None:
        self._heard.clear()
        charging = asyncio.create_task(self._let_charge())
        try:
            await self._answer(connection)
        finally:
            charging.cancel()

    async def _answer(self, connection: ServerConnection) -> None:
        async for text in connection:
            match json.loads(text):
                case [2, str(call_id), str(action), *_]:
                    await connection.send(json.dumps([3, call_id, _payload(action)]))
                    self._heard.setdefault(action, asyncio.Event()).set()
                    if action == "BootNotification":
                        for number, call in enumerate(CALLS):
                            await connection.send(json.dumps([2, str(number), *call]))


class MqttBroker:
    """Takes everything and delivers only what it is told to, on a port of its own."""

    async def __aenter__(self) -> MqttBroker:
        self._server = await asyncio.start_server(self._serve, HERE, 0)
        self.url = f"mqtt://{NAME}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    def tell(self, topic: str, payload: bytes) -> None:
        """Deliver a message to who connected last."""
        name = topic.encode()
        length = 2 + len(name) + len(payload)
        # The remaining length in two bytes, as is good enough for up to 16,383 (section 2.2.3).
        head = bytes([Packet.PUBLISH << 4, length & 0x7F | 0x80, length >> 7]) + len(name).to_bytes(2)
        self._client.write(head + name + payload)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._client = writer
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readexactly(1))[0]
                packet = await reader.readexactly(await _length(reader))
                match head >> 4:
                    case Packet.CONNECT:
                        writer.write(CONNACK)
                    case Packet.PUBLISH if head & QOS:
                        topic = int.from_bytes(packet[:2])
                        writer.write(PUBACK + packet[2 + topic : 4 + topic])
                    case Packet.SUBSCRIBE:
                        granted = b"\x01" * _filters(packet[2:])
                        writer.write(SUBACK + bytes([2 + len(granted)]) + packet[:2] + granted)
                    case Packet.DISCONNECT:
                        break
        writer.close()


async def _length(reader: asyncio.StreamReader) -> int:
    """The remaining length (MQTT 3.1.1 section 2.2.3)."""
    length, shift = 0, 0
    while True:
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return length


def _filters(payload: bytes) -> int:
    """How many topic filters are in the payload of a SUBSCRIBE: each has its length before it and its QoS behind."""
    count, at = 0, 0
    while at < len(payload):
        at += 2 + int.from_bytes(payload[at : at + 2]) + 1
        count += 1
    return count


def _payload(action: str) -> dict[str, object]:
    now = iso(Clock().now())
    match action:
        case "BootNotification":
            return {"status": "Accepted", "currentTime": now, "interval": 300}
        case "StartTransaction":
            return {"transactionId": 1, **ACCEPTED}
        case "Authorize" | "StopTransaction":
            return ACCEPTED
        case "Heartbeat":
            return {"currentTime": now}
    return {}
