"""What an accepted client asks for, and the answers: publishing, subscribing and their acknowledgements."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias, assert_never

from launcher.broker.aliases import TopicAliases
from launcher.broker.connection import Connection
from launcher.broker.limits import Limits
from launcher.broker.packets import (
    Auth,
    Connack,
    Message,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
)
from launcher.broker.reason_codes import ProtocolError, ReasonCode
from launcher.broker.router import Router
from launcher.broker.session import Session
from launcher.broker.sessions import aging

_Request: TypeAlias = (
    Publish
    | Puback
    | Pubrec
    | Pubrel
    | Pubcomp
    | Subscribe
    | Unsubscribe
    | Pingreq
    | Auth
    | Connack
    | Suback
    | Unsuback
    | Pingresp
)

_SUCCESS = ReasonCode.SUCCESS
_NOBODY = ReasonCode.NO_MATCHING_SUBSCRIBERS
_NOT_FOUND = ReasonCode.PACKET_IDENTIFIER_NOT_FOUND


class Requests:
    """Answers one packet after the other; raises ProtocolError for what the client must not say."""

    __slots__ = ("_limits", "_router")

    def __init__(self, router: Router, limits: Limits) -> None:
        self._router = router
        self._limits = limits

    def answer(self, connection: Connection, session: Session, packet: _Request, now: float) -> None:
        """Do what any packet but CONNECT and DISCONNECT asks for."""
        match packet:
            case Publish():
                self._publish(connection, session, packet, now)
            case Puback(packet_id):
                session.acknowledge(packet_id, now)
            case Pubrel(packet_id):
                known = packet_id in session.received
                session.received.discard(packet_id)
                connection.send(Pubcomp(packet_id, _SUCCESS if known else _NOT_FOUND))
            case Subscribe():
                self._subscribe(connection, session, packet, now)
            case Unsubscribe(packet_id, filters):
                existed = [self._router.unsubscribe(session, topic_filter) for topic_filter in filters]
                codes = (_SUCCESS if one else ReasonCode.NO_SUBSCRIPTION_EXISTED for one in existed)
                connection.send(Unsuback(packet_id, tuple(codes)))  # even if none was subscribed [MQTT-3.10.4-5]
            case Pingreq():
                connection.send(Pingresp())  # [MQTT-3.12.4-1]
            case Pubrec(packet_id, code):
                if code < ReasonCode.UNSPECIFIED_ERROR:
                    connection.send(Pubrel(packet_id, _NOT_FOUND))  # of another broker's time: let the client finish
            case Pubcomp():
                pass  # the end of the same
            case Auth():
                raise ProtocolError("AUTH without an authentication method (4.12)", ReasonCode.PROTOCOL_ERROR)
            case Connack() | Suback() | Unsuback() | Pingresp():
                what = type(packet).__name__.upper()
                raise ProtocolError(f"{what} comes from servers only (2.2.1)", ReasonCode.PROTOCOL_ERROR)
            case _ as never:
                assert_never(never)

    def _publish(self, connection: Connection, session: Session, packet: Publish, now: float) -> None:
        message = packet.message if connection.level < 5 else self._as_meant(connection, packet, now)
        match message.qos:
            case 0:
                self._router.publish(message, retain=packet.retain, now=now, publisher=session)
            case 1:
                # The message has found its sessions before it is acknowledged [MQTT-4.5.0-1] [MQTT-4.3.2-2].
                found = self._router.publish(message, retain=packet.retain, now=now, publisher=session)
                connection.send(Puback(packet.packet_id, _SUCCESS if found else _NOBODY))
            case _:
                # Delivered at once and remembered until PUBREL, so that a repetition is not (4.3.3, method B).
                found = True
                if packet.packet_id not in session.received:
                    session.received.add(packet.packet_id)
                    found = self._router.publish(message, retain=packet.retain, now=now, publisher=session)
                connection.send(Pubrec(packet.packet_id, _SUCCESS if found else _NOBODY))

    def _as_meant(self, connection: Connection, packet: Publish, now: float) -> Message:
        """The message of a client of MQTT 5: its topic instead of an alias, its expiry as a moment."""
        message = packet.message
        if packet.properties.subscription_identifiers:
            why = "PUBLISH with a subscription identifier from a client [MQTT5-3.3.4-6]"
            raise ProtocolError(why, ReasonCode.PROTOCOL_ERROR)
        if (alias := packet.properties.topic_alias) is not None:
            if connection.aliases is None:
                connection.aliases = TopicAliases(self._limits.topic_aliases)
            message = replace(message, topic=connection.aliases.topic(alias, message.topic))
        return aging(message, now)

    def _subscribe(self, connection: Connection, session: Session, packet: Subscribe, now: float) -> None:
        identifiers = packet.properties.subscription_identifiers
        granted = [
            self._router.subscribe(session, topic_filter, options, identifiers)
            for topic_filter, options in packet.filters
        ]
        refused = ReasonCode.TOPIC_FILTER_INVALID if connection.level >= 5 else ReasonCode.UNSPECIFIED_ERROR
        codes = tuple(refused if subscription is None else subscription.qos for subscription, _ in granted)
        connection.send(Suback(packet.packet_id, codes))  # one for all [MQTT-3.8.4-4]
        for (topic_filter, _), (subscription, wants_retained) in zip(packet.filters, granted, strict=True):
            if connection.overrun:
                return
            if subscription is not None and wants_retained:
                self._router.send_retained(session, topic_filter, subscription, now)
