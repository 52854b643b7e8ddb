"""A back end that nobody here wrote the OCPP of: sessions of the ``ocpp`` package, commanded by HTTP."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from ocpp.charge_point import camel_to_snake_case, remove_nones, serialize_as_dict, snake_to_camel_case
from ocpp.exceptions import OCPPError
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result
from ocpp.v16.enums import Action
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

TAGS = {
    "TAG1": {"status": "Accepted", "parentIdTag": "FAMILY"},
    "TAG2": {"status": "Accepted", "parentIdTag": "FAMILY"},
    "TAG3": {"status": "Accepted", "parentIdTag": "OTHERS"},
    "GUEST": {"status": "Expired"},
    "STOLEN": {"status": "Blocked"},
    "NOBODY": {"status": "Invalid"},
}
"""As etc/scenarios/tags.json has them; anybody else is welcome."""

QUIET = (
    Action.status_notification,
    Action.meter_values,
    Action.firmware_status_notification,
    Action.diagnostics_status_notification,
    Action.log_status_notification,
    Action.signed_firmware_status_notification,
    Action.security_event_notification,
)
"""What is answered with nothing."""


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _judged(tag: str) -> dict[str, Any]:
    return camel_to_snake_case(TAGS.get(tag.upper(), {"status": "Accepted"}))


@dataclass
class BackEnd:
    """Sessions by charge point, the newest of each; what the package itself found wrong; what was told of files."""

    url: str = ""
    commands: str = ""
    """What ``cp-simu run --commands`` wants."""
    sessions: dict[str, Session] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    heard: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """Charge point, action and payload, in the package's spelling, of what is answered with nothing."""
    transactions: dict[tuple[object, ...], int] = field(default_factory=dict)
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def told(self, id: str, action: str) -> list[str]:
        """The statuses that ``id`` has told with ``action``, in order."""
        return [payload["status"] for who, what, payload in self.heard if (who, what) == (id, action)]

    async def ask(self, id: str, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """What the charge point answers to a command; raises OCPPError for a CALLERROR, LookupError when away."""
        request = getattr(call, action)(**camel_to_snake_case(payload))
        answer = await self.sessions[id].call(request, suppress=False)
        return snake_to_camel_case(remove_nones(serialize_as_dict(answer)))

    async def talk(self, connection: ServerConnection) -> None:
        """One connection, until it is gone."""
        assert connection.request is not None
        id = unquote(connection.request.path.partition("?")[0].rpartition("/")[2])
        session = self.sessions[id] = Session(id, connection, self)
        with suppress(ConnectionClosed):
            await session.start()

    async def obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """``POST /ID/ACTION`` with the payload as body: one request, one answer."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        _, path, _ = head.split(" ", 2)
        length = next(int(line[15:]) for line in head.splitlines() if line.lower().startswith("content-length:"))
        _, id, action = map(unquote, path.split("/"))
        try:
            status, body = "200 OK", await self.ask(id, action, json.loads(await reader.readexactly(length)))
        except (OCPPError, LookupError, TimeoutError, ConnectionClosed) as error:
            status, body = "502 Bad Gateway", {"error": repr(error)}
        content = json.dumps(body, default=float).encode()  # the package reads limits as Decimal
        kind = "Content-Type: application/json\r\nConnection: close"
        writer.write(f"HTTP/1.1 {status}\r\n{kind}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content)
        writer.close()


class Session(ChargePoint):
    """One connection of one charge point; the package validates what comes and what goes."""

    def __init__(self, id: str, connection: ServerConnection, back_end: BackEnd) -> None:
        super().__init__(id, connection, response_timeout=10)
        self._back_end = back_end

    async def _send(self, message: str) -> None:
        if message.startswith("[4,"):
            self._back_end.refused.append(f"{self.id}: {message}")
        await super()._send(message)

    @on(Action.boot_notification)
    def _boot(self, **request: Any) -> Any:
        return call_result.BootNotification(current_time=_now(), interval=300, status="Accepted")

    @on(Action.heartbeat)
    def _heartbeat(self) -> Any:
        return call_result.Heartbeat(current_time=_now())

    @on(Action.authorize)
    def _authorize(self, id_tag: str) -> Any:
        return call_result.Authorize(id_tag_info=_judged(id_tag))

    @on(Action.start_transaction)
    def _start(self, id_tag: str, **request: Any) -> Any:
        again = (self.id, id_tag, *sorted(request.items()))
        transaction_id = self._back_end.transactions.setdefault(again, next(self._back_end.ids))
        return call_result.StartTransaction(transaction_id=transaction_id, id_tag_info=_judged(id_tag))

    @on(Action.stop_transaction)
    def _stop(self, **request: Any) -> Any:
        tag = request.get("id_tag")
        return call_result.StopTransaction(id_tag_info=_judged(tag) if tag else None)

    @on(Action.data_transfer)
    def _transfer(self, **request: Any) -> Any:
        return call_result.DataTransfer(status="UnknownVendorId")


def _answered_with_nothing(action: Action) -> Any:
    def handler(self: Session, **request: Any) -> Any:
        self._back_end.heard.append((self.id, action.value, request))
        return getattr(call_result, action.value)()

    # The package finds its handlers by their names.
    handler.__name__ = f"_{action.name}"
    return on(action)(handler)


for _action in QUIET:
    setattr(Session, f"_{_action.name}", _answered_with_nothing(_action))


@asynccontextmanager
async def back_end() -> AsyncIterator[BackEnd]:
    """One that listens until the end of the block."""
    one = BackEnd()
    async with (
        serve(one.talk, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")], ping_interval=2) as ocpp,
        await asyncio.start_server(one.obey, "127.0.0.1", 0) as http,
    ):
        one.url = f"ws://127.0.0.1:{ocpp.sockets[0].getsockname()[1]}/ocpp"
        one.commands = f"http://127.0.0.1:{http.sockets[0].getsockname()[1]}/{{id}}/{{action}}"
        yield one
