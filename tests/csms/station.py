"""A charge point made of nothing but a websocket: it shares no code with the central system."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Payload = Mapping[str, Any]

BOOT = {"chargePointVendor": "Strangers Ltd", "chargePointModel": "One"}
START = {"connectorId": 1, "idTag": "TAG1", "meterStart": 100, "timestamp": "2030-01-01T12:00:00Z"}
MEASURED = {
    "timestamp": "2030-01-01T12:01:00Z",
    "sampledValue": [{"value": "3680.0", "measurand": "Power.Active.Import", "unit": "W"}],
}

ANSWERS: Mapping[str, Payload] = {
    "CancelReservation": {"status": "Accepted"},
    "CertificateSigned": {"status": "Accepted"},
    "ChangeAvailability": {"status": "Accepted"},
    "ChangeConfiguration": {"status": "Accepted"},
    "ClearCache": {"status": "Accepted"},
    "ClearChargingProfile": {"status": "Accepted"},
    "DataTransfer": {"status": "Accepted", "data": "hello back"},
    "DeleteCertificate": {"status": "Accepted"},
    "ExtendedTriggerMessage": {"status": "Accepted"},
    "GetCompositeSchedule": {"status": "Rejected"},
    "GetConfiguration": {"configurationKey": [{"key": "HeartbeatInterval", "readonly": False, "value": "10"}]},
    "GetDiagnostics": {"fileName": "diagnostics.zip"},
    "GetInstalledCertificateIds": {"status": "NotFound"},
    "GetLocalListVersion": {"listVersion": 1},
    "GetLog": {"status": "Accepted"},
    "InstallCertificate": {"status": "Accepted"},
    "RemoteStartTransaction": {"status": "Accepted"},
    "RemoteStopTransaction": {"status": "Accepted"},
    "ReserveNow": {"status": "Accepted"},
    "Reset": {"status": "Accepted"},
    "SendLocalList": {"status": "Accepted"},
    "SetChargingProfile": {"status": "Accepted"},
    "SignedUpdateFirmware": {"status": "Accepted"},
    "TriggerMessage": {"status": "Accepted"},
    "UnlockConnector": {"status": "Unlocked"},
    "UpdateFirmware": {},
}
"""What a charge point may answer to every command of OCPP 1.6."""

SILENCE: Callable[[Payload], Payload | None] = lambda payload: None  # noqa: E731


class Refusal(Exception):
    """Raised by an answer: a CALLERROR goes out."""

    def __init__(self, code: str, description: str = "") -> None:
        self.code = code
        self.description = description


class Station:
    """Connects, asks, and answers commands by ``answers``: a payload, or a function of the command's payload that
    returns one, or None for silence, or raises Refusal. ``commands`` has every command that came in."""

    def __init__(self, url: str, id: str, answers: Mapping[str, Any] | None = None) -> None:
        self.id = id
        self.answers: dict[str, Any] = {**ANSWERS, **(answers or {})}
        self.commands: list[tuple[str, Payload]] = []
        self.websocket: ClientConnection
        self._url = f"{url}/{id}"
        self._ids = itertools.count(1)
        self._asked: dict[str, asyncio.Future[list[Any]]] = {}
        self._reader: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        self.websocket = await connect(self._url, subprotocols=["ocpp1.6"], compression=None, proxy=None)  # type: ignore[list-item]
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.websocket.close()
        await self._reader

    async def ask(self, action: str, payload: Payload) -> Payload:
        """The payload of the CALLRESULT."""
        frame = await self.exchange([2, str(next(self._ids)), action, payload])
        assert frame[0] == 3, frame
        answer: Payload = frame[2]
        return answer

    async def refusal(self, action: str, payload: Payload) -> str:
        """The error code of the CALLERROR."""
        frame = await self.exchange([2, str(next(self._ids)), action, payload])
        assert frame[0] == 4, frame
        return str(frame[2])

    async def exchange(self, call: list[Any]) -> list[Any]:
        """The frame that answers ``call``."""
        return await self.exchange_text(call[1], json.dumps(call).encode())

    async def exchange_text(self, call_id: str, text: bytes) -> list[Any]:
        """The frame that answers ``text``, which need not be UTF-8, by its message id."""
        self._asked[call_id] = asyncio.get_running_loop().create_future()
        await self.websocket.send(text, text=True)
        async with asyncio.timeout(10):
            return await self._asked[call_id]

    async def boot(self) -> Payload:
        """Boot as every charge point does."""
        return await self.ask("BootNotification", BOOT)

    async def closed(self) -> tuple[int | None, str | None]:
        """Code and reason with which the central system has closed the connection."""
        async with asyncio.timeout(10):
            await self.websocket.wait_closed()
        return self.websocket.close_code, self.websocket.close_reason

    def got(self, action: str) -> list[Payload]:
        """The payloads of all commands of ``action`` so far."""
        return [payload for name, payload in self.commands if name == action]

    async def _read(self) -> None:
        try:
            async for text in self.websocket:
                frame = json.loads(text)
                if frame[0] == 2:
                    await self._command(*frame[1:])
                elif (asked := self._asked.get(frame[1])) is not None and not asked.done():
                    asked.set_result(frame)
        except ConnectionClosed:
            pass

    async def _command(self, id: str, action: str, payload: Payload) -> None:
        self.commands.append((action, payload))
        answer = self.answers[action]
        try:
            answer = answer(payload) if callable(answer) else answer
        except Refusal as refusal:
            await self.websocket.send(json.dumps([4, id, refusal.code, refusal.description, {}]))
            return
        if answer is not None:
            await self.websocket.send(json.dumps([3, id, answer]))
