"""A central system and a broker that agree to everything, for a charge point that lives only to be warm."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence
from enum import IntEnum

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from chargepoint.clock import Clock, iso
from chargepoint.link import SUBPROTOCOL

HERE = "127.0.0.1"

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


class Packet(IntEnum):
    """Those packets of MQTT 3.1.1 that need an answer (section 2.2.1)."""

    CONNECT = 1
    PUBLISH = 3
    SUBSCRIBE = 8
    DISCONNECT = 14


CONNACK, PUBACK, SUBACK = b"\x20\x02\x00\x00", b"\x40\x02", b"\x90"
QOS = 0b0110


class CentralSystem:
    """Accepts everything, on a port of its own."""

    async def __aenter__(self) -> CentralSystem:
        self._heard: dict[str, asyncio.Event] = {}
        self._server = await serve(self._serve, HERE, 0, subprotocols=[Subprotocol(SUBPROTOCOL)])
        self.url = f"ws://{HERE}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def heard(self, action: str) -> None:
        """Return when ``action`` was answered."""
        await self._heard.setdefault(action, asyncio.Event()).wait()

    async def _serve(self, connection: ServerConnection) -> None:
        async for text in connection:
            match json.loads(text):
                case [2, str(call_id), str(action), *_]:
                    await connection.send(json.dumps([3, call_id, _answer(action)]))
                    self._heard.setdefault(action, asyncio.Event()).set()
                    if action == "BootNotification":
                        for number, call in enumerate(CALLS):
                            await connection.send(json.dumps([2, str(number), *call]))


class MqttBroker:
    """Takes everything and delivers nothing, on a port of its own."""

    async def __aenter__(self) -> MqttBroker:
        self._server = await asyncio.start_server(self._serve, HERE, 0)
        self.url = f"mqtt://{HERE}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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


def _answer(action: str) -> dict[str, object]:
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
