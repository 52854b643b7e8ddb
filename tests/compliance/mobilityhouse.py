"""A central system that nobody here wrote: the ``ocpp`` package's own session, routing and schema validation."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.enums import Action
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from chargepoint.clock import iso
from tests.support.ports import free_port
from tests.support.waiting import eventually_async

WELCOME = {"status": "Accepted"}


class Session(ChargePoint):
    """One connection of one charge point, as the package sees it. ``heard`` has each request by its action."""

    def __init__(self, id: str, connection: ServerConnection) -> None:
        super().__init__(id, connection)
        self.heard: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.refused: list[str] = []
        """CALLERRORs that the package itself sent: each is a fault it found."""
        self._transactions = itertools.count(100)

    async def _send(self, message: str) -> None:
        if message.startswith("[4,"):
            self.refused.append(message)
        await super()._send(message)

    def _hear(self, action: str, request: dict[str, Any]) -> None:
        self.heard[action].append(request)

    async def hears(self, action: str, count: int = 1, **fields: Any) -> dict[str, Any]:
        """Wait for the request number ``count`` of ``action`` that has ``fields``."""

        def found() -> dict[str, Any]:
            right = [one for one in self.heard[action] if fields.items() <= one.items()]
            return right[count - 1] if len(right) >= count else {}

        return await eventually_async(found, 20, f"{action} {fields} in {dict(self.heard)}")

    @on(Action.boot_notification)
    def boot(self, **request: Any) -> Any:
        self._hear("BootNotification", request)
        return call_result.BootNotification(current_time=iso(1_900_000_000.0), interval=300, status="Accepted")

    @on(Action.status_notification)
    def status(self, **request: Any) -> Any:
        self._hear("StatusNotification", request)
        return call_result.StatusNotification()

    @on(Action.heartbeat)
    def heartbeat(self, **request: Any) -> Any:
        self._hear("Heartbeat", request | {"heard": True})
        return call_result.Heartbeat(current_time=iso(1_900_000_000.0))

    @on(Action.authorize)
    def authorize(self, **request: Any) -> Any:
        self._hear("Authorize", request)
        return call_result.Authorize(id_tag_info=WELCOME)

    @on(Action.start_transaction)
    def start_transaction(self, **request: Any) -> Any:
        self._hear("StartTransaction", request)
        return call_result.StartTransaction(transaction_id=next(self._transactions), id_tag_info=WELCOME)

    @on(Action.stop_transaction)
    def stop_transaction(self, **request: Any) -> Any:
        self._hear("StopTransaction", request)
        return call_result.StopTransaction(id_tag_info=WELCOME)

    @on(Action.meter_values)
    def meter_values(self, **request: Any) -> Any:
        self._hear("MeterValues", request)
        return call_result.MeterValues()

    @on(Action.security_event_notification)
    def security_event(self, **request: Any) -> Any:
        self._hear("SecurityEventNotification", request)
        return call_result.SecurityEventNotification()


@dataclass
class ForeignCentralSystem:
    """Listens at ``url``; one Session a connection, the newest last."""

    port: int = field(default_factory=free_port)
    sessions: list[Session] = field(default_factory=list)

    @property
    def url(self) -> str:
        """What goes into a start entry."""
        return f"ws://127.0.0.1:{self.port}"

    async def session(self, number: int = 1) -> Session:
        """Wait for connection ``number``."""
        await eventually_async(lambda: len(self.sessions) >= number, 20, f"connection {number}")
        return self.sessions[number - 1]

    async def _talk(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        session = Session(connection.request.path.rsplit("/", 1)[-1], connection)
        self.sessions.append(session)
        with suppress(ConnectionClosed):
            await session.start()


@asynccontextmanager
async def foreign_central_system() -> AsyncIterator[ForeignCentralSystem]:
    """One that listens until the end of the block."""
    central = ForeignCentralSystem()
    async with serve(central._talk, "127.0.0.1", central.port, subprotocols=[Subprotocol("ocpp1.6")]):
        yield central
