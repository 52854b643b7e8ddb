"""The websocket side: who may connect, and one connection for each charge point."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Coroutine
from types import TracebackType
from typing import Self

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from chargepoint.clock import Clock
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, ConfigurationKey, ConfigurationStatus
from csms import v16
from csms.answering import Answering
from csms.behaviours.table import Table
from csms.commands import DEFAULT_TIMEOUT_S, Answer, CommandError, InvalidCommand, NotConnected, UnknownCommand
from csms.csms import CentralSystem
from csms.dialect import Signer
from csms.entrance import Terms
from csms.handshake import Handshake
from csms.identity import identity_of
from csms.link import Link, close_connection
from csms.listener import ListenerSettings
from csms.listeners import PING_INTERVAL_S, Listeners, TermsOf
from csms.messages import Messages
from csms.passwords import Passwords
from csms.store import Store, StoreFailure

DIALECTS = {dialect.subprotocol: dialect for dialect in (v16.DIALECT,)}

PLAIN = ListenerSettings(tls=False)

log = logging.getLogger(__name__)


class Server:
    """Accepts charge points and carries commands to them; an asynchronous context manager."""

    def __init__(
        self,
        system: CentralSystem,
        store: Store,
        clock: Clock,
        listener: socket.socket,
        heartbeat_interval_s: int,
        *,
        behaviours: Table,
        messages: Messages,
        passwords: Passwords,
        signer: Signer | None = None,
        settings: ListenerSettings = PLAIN,
        terms_of: TermsOf = lambda settings: Terms(),
        ping_interval_s: float = PING_INTERVAL_S,
    ) -> None:
        """``settings``: how ``listener`` is listened on; ``terms_of`` is asked for them and for others."""
        self.links: dict[str, Link] = {}
        self.failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._system = system
        self._clock = clock
        self._listener = listener
        self._settings = settings
        self._behaviours = behaviours
        self._messages = messages
        self._passwords = passwords
        self._handshake = Handshake(system, DIALECTS, passwords, behaviours)
        self._answering = Answering(system, store, self, clock, heartbeat_interval_s, signer, self._in_background)
        self.listeners = Listeners(
            self._connected, self._handshake.refusal, self._handshake.subprotocol, terms_of, ping_interval_s
        )
        self._background: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.listeners.open(self._listener, self._settings)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._handshake.ending.set()
        await self.listeners.close_all()

    def connected(self) -> list[str]:
        """The ids of the charge points that are connected, in order of their ids."""
        return sorted(self.links)

    def check_connected(self, charge_point: str) -> None:
        """Raises NotConnected when it is not."""
        self._link(charge_point)

    async def call(
        self, charge_point: str, action: str, payload: Payload, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Answer:
        """What ``charge_point`` answers to ``action``; raises a CommandError otherwise."""
        link = self._link(charge_point)
        if action not in link.dialect.commands:
            known = ", ".join(sorted(link.dialect.commands))
            raise UnknownCommand(f"{action!r} is no command of a central system; known are {known}")
        if violation := link.dialect.schemas.violation(action, payload):
            raise InvalidCommand(action, violation)
        try:
            answer = await link.call(action, payload, timeout_s)
        except CommandError as error:
            log.warning("%s", error)
            raise
        log.info("%s: %s: %s", charge_point, action, answer.status or "answered")
        if action == Action.change_configuration and answer.status == ConfigurationStatus.accepted:
            self._new_password(charge_point, payload)
        return answer

    async def send_text(self, charge_point: str, text: str) -> None:
        """Send ``text`` as it is; raises NotConnected when there is no connection."""
        try:
            await self._link(charge_point).send_text(text)
        except ConnectionClosed:
            raise NotConnected(charge_point, known=True) from None

    async def disconnect(
        self,
        charge_point: str,
        code: int = CloseCode.NORMAL_CLOSURE,
        reason: str = "disconnected by the central system",
    ) -> None:
        """Close the connection of ``charge_point``; raises NotConnected when there is none."""
        link = self._link(charge_point)
        del self.links[charge_point]
        await link.close(code, reason)

    def _new_password(self, charge_point: str, payload: Payload) -> None:
        """A charge point that shows a password has taken a new one, and comes back with it (use case A01)."""
        if payload.get("key") == ConfigurationKey.authorization_key and self._passwords.needed(charge_point):
            self._passwords.set(charge_point, str(payload["value"]))
            log.info("%s: has a new password", charge_point)

    def _link(self, charge_point: str) -> Link:
        link = self.links.get(charge_point)
        if link is None or not link.is_open:
            raise NotConnected(charge_point, known=charge_point in self._system.charge_points)
        return link

    async def _connected(self, websocket: ServerConnection) -> None:
        assert websocket.request is not None
        if (close := self._handshake.closing.get(websocket)) is not None:
            await close_connection(websocket, close.code, close.reason)
            return
        assert websocket.subprotocol is not None
        charge_point = identity_of(websocket.request.path)
        dialect = DIALECTS[websocket.subprotocol]
        link = Link(charge_point, websocket, dialect, self._answering, self._clock, self._behaviours, self._messages)
        if (older := self.links.get(charge_point)) is not None:
            log.warning("%s: connected again; the older connection is closed", charge_point)
            self._in_background(older.close(CloseCode.NORMAL_CLOSURE, "replaced by a newer connection"))
        self.links[charge_point] = link
        by_tls = f" by {link.secured}" if link.secured else ""
        log.info("%s: connected from %s%s", charge_point, websocket.remote_address, by_tls)
        try:
            self._system.seen(charge_point, self._clock.now())
            self._answering.keep()
            await link.run()
        except StoreFailure as failure:
            if not self.failure.done():
                self.failure.set_exception(failure)
        finally:
            if self.links.get(charge_point) is link:
                del self.links[charge_point]
            log.info("%s: disconnected (%s)", charge_point, websocket.close_code)

    def _in_background(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
