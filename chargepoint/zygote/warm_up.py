"""One whole life before the first birth: what it loads, compiles and specialises, every child has for nothing.

The station lives against a central system in the same process, over real sockets, with a transaction; its MQTT
messages go nowhere, but the way to the yard's broker is walked once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import tempfile
from pathlib import Path

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from chargepoint.adapters.store import Store
from chargepoint.api.payloads import CarInput, TokenInput
from chargepoint.api.spec import parse_spec
from chargepoint.api.topics import Topics
from chargepoint.bus import Broker, Bus, Message
from chargepoint.clock import Clock, iso
from chargepoint.runtime import SUBPROTOCOL, Runtime
from chargepoint.settings import BROKER_VARIABLE

log = logging.getLogger(__name__)

TIMEOUT_S = 5.0
"""A zygote that could not warm up is slower, and good for its work all the same."""

ID = "warm-up"
ACCEPTED: dict[str, object] = {"idTagInfo": {"status": "Accepted"}}


def warm_up() -> None:
    """Live once; whatever goes wrong is told and passed over."""
    logging.disable(logging.WARNING)
    try:
        asyncio.run(_one_life())
    except Exception as error:
        log.error("not warm: %r", error)
    finally:
        logging.disable(logging.NOTSET)


async def _one_life() -> None:
    with tempfile.TemporaryDirectory(prefix="cp-simu-zygote-") as folder:
        async with asyncio.timeout(TIMEOUT_S), _CentralSystem() as central_system:
            with contextlib.closing(Store(Path(folder, "state.db"))) as store:
                await _charge_once(central_system, store)
            await _walk_to_the_broker()


async def _charge_once(central_system: _CentralSystem, store: Store) -> None:
    spec = parse_spec({"id": ID, "central_system": central_system.url})
    topics = Topics(ID)
    station = Runtime(spec, store, Clock(), topics, lambda message: None)
    life = asyncio.create_task(station.run())

    def tell(topic: str, payload: bytes) -> None:
        station.hear(Message(topics.connector(ID, 1, topic), payload))

    await central_system.heard("StatusNotification")
    tell("car", CarInput(cable=32.0, ready=True).to_json())
    tell("id_tag", TokenInput(ID).to_json())
    await central_system.heard("StartTransaction")
    tell("car", CarInput(cable=0.0).to_json())
    await central_system.heard("StopTransaction")
    station.end()
    await life


async def _walk_to_the_broker() -> None:
    if not (url := os.environ.get(BROKER_VARIABLE)):
        return
    arrived = asyncio.Event()
    bus = Bus(Broker.parse(url), name=ID, told=lambda connected, reason: arrived.set())
    walk = asyncio.create_task(bus.run())
    await arrived.wait()
    walk.cancel()
    await asyncio.wait([walk])


class _CentralSystem:
    """Accepts everything, on a port of its own."""

    async def __aenter__(self) -> _CentralSystem:
        self._heard: dict[str, asyncio.Event] = {}
        self._server = await serve(self._serve, "127.0.0.1", 0, subprotocols=[Subprotocol(SUBPROTOCOL)])
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"ws://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def heard(self, action: str) -> None:
        """Return when ``action`` was answered."""
        await self._heard.setdefault(action, asyncio.Event()).wait()

    async def _serve(self, connection: ServerConnection) -> None:
        # One call of a central system, so that answering is warm as well.
        await connection.send('[2,"1","GetConfiguration",{}]')
        async for text in connection:
            match json.loads(text):
                case [2, str(call_id), str(action), *_]:
                    await connection.send(json.dumps([3, call_id, _answer(action)]))
                    self._heard.setdefault(action, asyncio.Event()).set()


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
