"""The rules of an MQTT 3.1.1 server: connections, sessions, wills, retained messages and who gets what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from math import inf
from typing import assert_never

from launcher.broker.connection import ORDERLY, Connection, Outbox
from launcher.broker.packets import (
    FAILURE,
    Connack,
    Connect,
    ConnectReturnCode,
    Disconnect,
    Packet,
    Pingreq,
    Pingresp,
    ProtocolError,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    UnacceptableProtocolLevel,
    Unsuback,
    Unsubscribe,
)
from launcher.broker.router import Router
from launcher.broker.session import Session

KEEP_ALIVE_TOLERANCE = 1.5
"""A client may be silent for this many keep-alive intervals [MQTT-3.1.2-24]."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one client may ask of the broker."""

    packet_bytes: int = 1 << 20
    """The largest packet taken from a client."""
    buffer_bytes: int = 4 << 20
    """So much unsent makes a reader slow: it gets no QoS 0 messages until most of it has gone."""
    backlog_bytes: int = 64 << 20
    """So much to be sent is too much: the connection is closed, and while offline no more is kept."""
    in_flight: int = 128
    """QoS 1 messages sent and not yet acknowledged; the next ones wait."""
    offline_sessions: int = 1000
    """Sessions kept without a connection; the one longest away goes first."""
    connect_timeout_s: float = 10.0
    """How long a connection may be open without CONNECT."""


class Broker:
    """Takes what happens on the network, says what is to be sent; ``now`` is in seconds of any steady clock.

    After each call :meth:`take_outgoing` tells which connections have something to be sent or are to be closed.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._outbox = Outbox()
        self._connections: set[Connection] = set()
        self._sessions: dict[str, Session] = {}
        self._offline: dict[str, Session] = {}
        self._router = Router()
        self._numbers = count(1)

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
                self._close_overrun()
                if connection.ended is not None:
                    return
        except ProtocolError as error:
            if isinstance(error, UnacceptableProtocolLevel) and connection.session is None:
                connection.send(Connack(ConnectReturnCode.UNACCEPTABLE_PROTOCOL_LEVEL))
            self._close(connection, str(error))
            self._close_overrun()

    def blocked(self, connection: Connection) -> None:
        """The client reads slower than it is sent to."""
        connection.writable = False

    def drained(self, connection: Connection) -> None:
        """The client has read most of what was sent."""
        if connection.ended is not None:
            return
        connection.writable = True
        connection.settle()
        if connection.session is not None:
            connection.session.send_due()
        self._close_overrun()

    def lost(self, connection: Connection) -> None:
        """A network connection is gone, whoever closed it."""
        self._close(connection, "connection lost")
        self._close_overrun()

    def tick(self, now: float) -> None:
        """Close the connections that were silent for too long; to be called about once a second."""
        for connection in [c for c in self._connections if now - c.heard_at > c.patience_s]:
            silence_s = now - connection.heard_at
            what = "no CONNECT" if connection.session is None else "silent beyond its keep-alive [MQTT-3.1.2-24]"
            self._close(connection, f"{what}, {silence_s:.1f} s")
        self._close_overrun()

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
        match packet:
            case Publish():
                self._publish_from(connection, session, packet)
            case Puback(packet_id):
                session.acknowledge(packet_id)
            case Pubrel(packet_id):
                session.received.discard(packet_id)
                connection.send(Pubcomp(packet_id))
            case Subscribe():
                self._subscribe(connection, session, packet)
            case Unsubscribe(packet_id, filters):
                for topic_filter in filters:
                    self._router.unsubscribe(session, topic_filter)
                connection.send(Unsuback(packet_id))  # even if none was subscribed [MQTT-3.10.4-5]
            case Pingreq():
                connection.send(Pingresp())  # [MQTT-3.12.4-1]
            case Disconnect():
                connection.will = None  # [MQTT-3.14.4-3]
                self._close(connection, ORDERLY)
            case Pubrec(packet_id):
                connection.send(Pubrel(packet_id))  # of another broker's time: let the client finish
            case Pubcomp():
                pass  # the end of the same
            case Connack() | Suback() | Unsuback() | Pingresp():
                raise ProtocolError(f"{type(packet).__name__.upper()} comes from servers only (2.2.1)")
            case _ as never:
                assert_never(never)

    def _connect(self, connection: Connection, packet: Connect, now: float) -> None:
        if connection.session is not None:
            raise ProtocolError("a second CONNECT [MQTT-3.1.0-2]")
        client_id = packet.client_id
        if not client_id:
            if not packet.clean_session or packet.protocol_level < 4:
                connection.send(Connack(ConnectReturnCode.IDENTIFIER_REJECTED))  # [MQTT-3.1.3-8]
                self._close(connection, "CONNECT without a client identifier for its session [MQTT-3.1.3-7]")
                return
            client_id = self._unused_client_id()  # [MQTT-3.1.3-6]
        known = self._sessions.get(client_id)
        if known is not None and known.connection is not None:
            self._close(known.connection, "taken over by a new connection [MQTT-3.1.4-2]")
            known = self._sessions.get(client_id)
        if known is not None and packet.clean_session:
            self._forget(known)  # [MQTT-3.1.2-6]
            known = None
        session = known or self._new_session(client_id, clean=packet.clean_session)
        self._offline.pop(client_id, None)
        connection.session = session
        connection.will = packet.will
        connection.heard_at = now
        connection.patience_s = packet.keep_alive_s * KEEP_ALIVE_TOLERANCE or inf
        # [MQTT-3.2.2-1] to [MQTT-3.2.2-3]; in MQTT 3.1 the flag is reserved.
        session_present = known is not None and packet.protocol_level >= 4
        connection.send(Connack(ConnectReturnCode.ACCEPTED, session_present))
        session.resume(connection)

    def _publish_from(self, connection: Connection, session: Session, packet: Publish) -> None:
        match packet.message.qos:
            case 0:
                self._router.publish(packet.message, retain=packet.retain)
            case 1:
                # The message has found its sessions before it is acknowledged [MQTT-4.5.0-1] [MQTT-4.3.2-2].
                self._router.publish(packet.message, retain=packet.retain)
                connection.send(Puback(packet.packet_id))
            case _:
                # Delivered at once and remembered until PUBREL, so that a repetition is not (4.3.3, method B).
                if packet.packet_id not in session.received:
                    session.received.add(packet.packet_id)
                    self._router.publish(packet.message, retain=packet.retain)
                connection.send(Pubrec(packet.packet_id))

    def _subscribe(self, connection: Connection, session: Session, packet: Subscribe) -> None:
        granted = [self._router.subscribe(session, text, qos) for text, qos in packet.filters]
        connection.send(Suback(packet.packet_id, tuple(granted)))  # one for all [MQTT-3.8.4-4]
        for (topic_filter, _), qos in zip(packet.filters, granted, strict=True):
            if connection.overrun:
                return
            if qos != FAILURE:
                self._router.send_retained(session, topic_filter, qos)

    # -- sessions -------------------------------------------------------------------------------------------

    def _new_session(self, client_id: str, *, clean: bool) -> Session:
        session = self._sessions[client_id] = Session(
            client_id,
            clean=clean,
            in_flight_max=self._limits.in_flight,
            backlog_bytes_max=self._limits.backlog_bytes,
        )
        return session

    def _forget(self, session: Session) -> None:
        self._router.forget(session)
        del self._sessions[session.client_id]
        self._offline.pop(session.client_id, None)

    def _unused_client_id(self) -> str:
        return next(name for number in self._numbers if (name := f"auto-{number}") not in self._sessions)

    def _close(self, connection: Connection, why: str) -> None:
        """End a connection: its session waits or goes, its will is published."""
        if connection.ended is not None:
            return
        connection.end(why)
        self._connections.discard(connection)
        session = connection.session
        if session is None:
            return
        session.connection = None
        if session.clean:
            self._forget(session)
        else:
            self._offline[session.client_id] = session
            if len(self._offline) > self._limits.offline_sessions:
                self._forget(next(iter(self._offline.values())))
        if connection.will is not None:
            self._router.publish(connection.will.message, retain=connection.will.retain)  # [MQTT-3.1.2-8]

    def _close_overrun(self) -> None:
        # A will that is published here may be the drop too much for the next one.
        while self._outbox.overrun:
            self._close(self._outbox.overrun.pop(), "does not read what it has subscribed to")
