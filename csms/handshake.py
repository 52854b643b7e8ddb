"""The handshake: who may connect, by path, subprotocol, certificate and password, unless a behaviour says no."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from weakref import WeakKeyDictionary

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from chargepoint.api.errors import InputError
from csms.behaviours.behaviour import CONNECT, Close, Refuse, Silence, told
from csms.behaviours.table import Table
from csms.csms import CentralSystem
from csms.identity import identity_of
from csms.passwords import Passwords
from csms.secured import ShownCertificate, secured

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Handshake:
    """Decides on every handshake. ``closing``: connections that are closed as soon as they are there;
    ``ending``: set when nobody is to wait any longer."""

    system: CentralSystem
    subprotocols: Collection[str]
    passwords: Passwords
    behaviours: Table
    closing: WeakKeyDictionary[ServerConnection, Close] = field(default_factory=WeakKeyDictionary)
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    async def refusal(self, connection: ServerConnection, request: Request) -> Response | None:
        """The HTTP answer to a handshake that cannot become a connection; None for one that can."""
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return None  # the library's own answer to plain HTTP
        try:
            charge_point = identity_of(request.path)
        except InputError as error:
            return _refused(connection, HTTPStatus.BAD_REQUEST, f"{request.path}: {error}")
        if not charge_point:
            text = "the path ends with the charge point's id, as in ws://host:port/CP_1; this one names none"
            return _refused(connection, HTTPStatus.NOT_FOUND, text)
        if (played := await self._play(connection, charge_point)) is not None:
            return played
        by_tls = secured(connection)
        if by_tls is not None and by_tls.certificate is not None:
            # Profile 3: who shows a certificate needs no password.
            if objection := self._wrong_name(by_tls.certificate, charge_point):
                return _refused(connection, HTTPStatus.FORBIDDEN, f"{charge_point}: {objection}")
        elif objection := self.passwords.objection(charge_point, request.headers.get("Authorization")):
            response = _refused(connection, HTTPStatus.UNAUTHORIZED, f"{charge_point}: {objection}")
            response.headers["WWW-Authenticate"] = 'Basic realm="OCPP", charset="UTF-8"'
            return response
        self._judge_subprotocols(connection, request.headers)
        return None

    def subprotocol(self, _connection: object, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        """The first of those that a charge point offers which is spoken here; None: the handshake is completed so."""
        return next((name for name in offered if name in self.subprotocols), None)

    def _judge_subprotocols(self, connection: ServerConnection, headers: Headers) -> None:
        """Without one that is spoken here the handshake is completed, and the connection closed at once (OCPP-J 1.6
        section 3.2)."""
        names = ",".join(headers.get_all("Sec-WebSocket-Protocol")).split(",")
        offered = [name.strip() for name in names if name.strip()]
        if not set(self.subprotocols).isdisjoint(offered):
            return
        right = f"this central system speaks {' or '.join(self.subprotocols)}"
        was = " and ".join(repr(name) for name in offered) or "nothing"
        log.warning("closing %s: Sec-WebSocket-Protocol offers %s; %s", connection.remote_address, was, right)
        self.closing.setdefault(connection, Close(CloseCode.PROTOCOL_ERROR, right))

    async def _play(self, connection: ServerConnection, charge_point: str) -> Response | None:
        entry = self.behaviours.decide(charge_point, CONNECT)
        if entry is None:
            return None
        log.warning("%s: connects: behaviour %d: %s", charge_point, entry.id, told(entry.behaviour))
        if entry.behaviour.delay_s:
            await self._wait(connection, entry.behaviour.delay_s)
        match entry.behaviour.deed:
            case Refuse(status):
                return connection.respond(HTTPStatus(status), f"{charge_point}: refused by behaviour {entry.id}\n")
            case Close() as close:
                self.closing[connection] = close
            case Silence():
                await self._wait(connection, None)
        return None

    async def _wait(self, connection: ServerConnection, seconds: float | None) -> None:
        """Until the time is over, the charge point has gone, or the program ends: a handshake holds up that end."""
        ends = [asyncio.ensure_future(connection.wait_closed()), asyncio.ensure_future(self.ending.wait())]
        await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()

    def _wrong_name(self, certificate: ShownCertificate, charge_point: str) -> str:
        """What is wrong with the name in a charge point's certificate; empty when it is right.

        Its common name is the id, or the serial number that the charge point has told: the whitepaper wants the
        serial number to be both (security whitepaper, section 4.3).
        """
        names = certificate.common_names
        if self.system.names_of(charge_point).isdisjoint(names):
            return f"the common name of its certificate is {' and '.join(names) or 'missing'}, not {charge_point}"
        return ""


def _refused(connection: ServerConnection, status: HTTPStatus, text: str) -> Response:
    log.warning("refused %s with %d: %s", connection.remote_address, status, text)
    return connection.respond(status, text + "\n")
