"""The rules of an MQTT server: connections, sessions, wills, retained messages and who gets what."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from math import inf

from launcher.broker.connect_fields import RefusedConnect
from launcher.broker.connection import ORDERLY, Connection, Outbox
from launcher.broker.encoder import encode
from launcher.broker.limits import Limits
from launcher.broker.packets import (
    Connack,
    Connect,
    ConnectReturnCode,
    Disconnect,
    Packet,
)
from launcher.broker.properties import NO_PROPERTIES, Properties
from launcher.broker.reason_codes import ProtocolError, ReasonCode
from launcher.broker.requests import Requests
from launcher.broker.router import Router
from launcher.broker.session import Session
from launcher.broker.sessions import Sessions

KEEP_ALIVE_TOLERANCE = 1.5
"""A client may be silent for this many keep-alive intervals [MQTT-3.1.2-24]."""
_NO_EXPIRY_S = 0xFFFFFFFF


class Broker:
    """Takes what happens on the network, says what is to be sent; ``now`` is in seconds of any steady clock.

    After each call :meth:`take_outgoing` tells which connections have something to be sent or are to be closed.
    Clients without a name are called ``nameless`` and a number.
    """

    def __init__(self, limits: Limits | None = None, nameless: str = "auto") -> None:
        self._limits = limits or Limits()
        self._nameless = nameless
        self._numbers = count(1)
        self._outbox = Outbox()
        self._connections: set[Connection] = set()
        self._router = Router()
        self._requests = Requests(self._router, self._limits)
        self._sessions = Sessions(
            self._router,
            away_max=self._limits.offline_sessions,
            in_flight_max=self._limits.in_flight,
            backlog_bytes_max=self._limits.backlog_bytes,
        )

    @property
    def outgoing_bytes(self) -> int:
        """How much waits to be taken, for all connections together."""
        return self._outbox.bytes

    def connected(self, now: float) -> Connection:
        """A network connection has been opened."""
        connection = Connection(
            self._outbox,
            heard_at=now,
            patience_s=self._limits.connect_timeout_s,
            packet_bytes_max=self._limits.packet_bytes,
            backlog_bytes_max=self._limits.backlog_bytes,
        )
        self._connections.add(connection)
        return connection

    def received(self, connection: Connection, data: bytes, now: float) -> None:
        """Bytes have arrived on a connection; after its end they mean nothing [MQTT-3.1.4-5]."""
        if connection.ended is not None:
            return
        if connection.session is not None:
            connection.heard_at = now
        try:
            for packet in connection.decoder.feed(data):
                self._handle(connection, packet, now)
                self._close_overrun(now)
                if connection.ended is not None:
                    return
        except ProtocolError as error:
            if isinstance(error, RefusedConnect) and connection.session is None:
                connection.level = error.level
                connection.send(error.answer)
            self._close(connection, str(error), now, error.reason_code)
            self._close_overrun(now)

    def blocked(self, connection: Connection) -> None:
        """The client reads slower than it is sent to."""
        connection.writable = False

    def drained(self, connection: Connection, now: float) -> None:
        """The client has read most of what was sent."""
        if connection.ended is not None:
            return
        connection.writable = True
        connection.settle(now)
        if connection.session is not None:
            connection.session.send_due(now)
        self._close_overrun(now)

    def lost(self, connection: Connection, now: float) -> None:
        """A network connection is gone, whoever closed it."""
        self._close(connection, "connection lost", now)
        self._close_overrun(now)

    def tick(self, now: float) -> None:
        """End what has lasted too long: silence, absence, waiting; to be called about once a second."""
        for connection in [c for c in self._connections if now - c.heard_at > c.patience_s]:
            silence_s = now - connection.heard_at
            what = "no CONNECT" if connection.session is None else "silent beyond its keep-alive [MQTT-3.1.2-24]"
            self._close(connection, f"{what}, {silence_s:.1f} s", now, ReasonCode.KEEP_ALIVE_TIMEOUT)
        self._sessions.expire(now)
        self._router.expire(now)
        self._close_overrun(now)

    def say_goodbye(self) -> None:
        """Tell those who can be told that the broker ends; no will is published."""
        for connection in self._connections:
            connection.say_goodbye(ReasonCode.SERVER_SHUTTING_DOWN, "the broker ends")

    def take_outgoing(self) -> Iterator[Connection]:
        """The connections to be served: send what each ``take()`` gives, close those that have ``ended``."""
        connections, self._outbox.connections = self._outbox.connections, {}
        self._outbox.bytes = 0
        return iter(connections)

    # -- packets --------------------------------------------------------------------------------------------

    def _handle(self, connection: Connection, packet: Packet, now: float) -> None:
        session = connection.session
        if isinstance(packet, Connect):
            self._connect(connection, packet, now)
            return
        if session is None:
            raise ProtocolError(f"{type(packet).__name__.upper()} before CONNECT [MQTT-3.1.0-1]")
        if isinstance(packet, Disconnect):
            self._disconnect(connection, session, packet, now)
        else:
            self._requests.answer(connection, session, packet, now)

    def _connect(self, connection: Connection, packet: Connect, now: float) -> None:
        if connection.session is not None:
            raise ProtocolError("a second CONNECT [MQTT-3.1.0-2]", ReasonCode.PROTOCOL_ERROR)
        level = connection.level = connection.decoder.level = packet.protocol_level
        if packet.properties.authentication_method is not None:
            connection.send(Connack(ReasonCode.BAD_AUTHENTICATION_METHOD))
            self._close(connection, "CONNECT with an authentication method, and none is known here (4.12)", now)
            return
        client_id = packet.client_id
        if not client_id:
            if level < 4 or (level < 5 and not packet.clean_start):
                connection.send(Connack(ConnectReturnCode.IDENTIFIER_REJECTED))  # [MQTT-3.1.3-8]
                self._close(connection, "CONNECT without a client identifier for its session [MQTT-3.1.3-7]", now)
                return
            client_id = self._unused_client_id()  # [MQTT-3.1.3-6]
        properties = NO_PROPERTIES if level < 5 else self._offer(packet, client_id)
        connection.accepts_bytes = packet.properties.maximum_packet_size_bytes or connection.accepts_bytes
        if len(encode(Connack(properties=properties), level)) > connection.accepts_bytes:
            raise ProtocolError(f"CONNECT that takes {connection.accepts_bytes} bytes, no CONNACK is as small")
        known = self._sessions.get(client_id)
        if known is not None and known.connection is not None:
            why = "taken over by a new connection [MQTT-3.1.4-2]"
            self._close(known.connection, why, now, ReasonCode.SESSION_TAKEN_OVER)
            known = self._sessions.get(client_id)
        if known is not None and packet.clean_start:
            self._sessions.end(known, now)  # [MQTT-3.1.2-6]
            known = None
        session = known or self._sessions.begin(client_id)
        self._sessions.rejoin(session)
        if level >= 5:
            session.expiry_s = _expiry_s(packet.properties.session_expiry_interval_s or 0)
        else:
            session.expiry_s = 0 if packet.clean_start else inf
        connection.session = session
        connection.will = packet.will
        connection.heard_at = now
        connection.patience_s = packet.keep_alive_s * KEEP_ALIVE_TOLERANCE or inf
        connection.receive_maximum = packet.properties.receive_maximum or connection.receive_maximum
        # [MQTT-3.2.2-1] to [MQTT-3.2.2-3]; in MQTT 3.1 the flag is reserved.
        session_present = known is not None and level >= 4
        connection.send(Connack(ConnectReturnCode.ACCEPTED, session_present, properties))
        session.resume(connection, now)

    def _offer(self, packet: Connect, client_id: str) -> Properties:
        """What a client of MQTT 5 is told besides; what is not said is that everything else is to be had."""
        return Properties(
            assigned_client_identifier=None if packet.client_id else client_id,
            maximum_packet_size_bytes=self._limits.packet_bytes,
            topic_alias_maximum=self._limits.topic_aliases,
        )

    def _disconnect(self, connection: Connection, session: Session, packet: Disconnect, now: float) -> None:
        expiry_s = packet.properties.session_expiry_interval_s
        if expiry_s is not None:
            if expiry_s and not session.expiry_s:
                why = "DISCONNECT that wants a session kept which CONNECT did not (3.14.2.2.2)"
                raise ProtocolError(why, ReasonCode.PROTOCOL_ERROR)
            session.expiry_s = _expiry_s(expiry_s)
        if packet.reason_code is ReasonCode.SUCCESS:
            connection.will = None  # [MQTT-3.14.4-3]
        why = ORDERLY
        if packet.reason_code >= ReasonCode.UNSPECIFIED_ERROR:
            words = packet.properties.reason_string or ""
            why = f"left with {packet.reason_code.name} {words!r:.200}"
        self._close(connection, why, now)

    # -- connections ----------------------------------------------------------------------------------------

    def _unused_client_id(self) -> str:
        names = (f"{self._nameless}-{number}" for number in self._numbers)
        return next(name for name in names if name not in self._sessions)

    def _close(self, connection: Connection, why: str, now: float, reason_code: ReasonCode | None = None) -> None:
        """End a connection, with a DISCONNECT if there is a reason; its session waits or goes, its will too."""
        if connection.ended is not None:
            return
        session = connection.session
        if reason_code is not None:
            connection.say_goodbye(reason_code, why)
        connection.end(why)
        self._connections.discard(connection)
        if session is not None:
            self._sessions.leave(session, connection.will, now)

    def _close_overrun(self, now: float) -> None:
        # A will that is published here may be the drop too much for the next one.
        while self._outbox.overrun:
            self._close(self._outbox.overrun.pop(), "does not read what it has subscribed to", now)


def _expiry_s(interval_s: int) -> float:
    return inf if interval_s == _NO_EXPIRY_S else interval_s
