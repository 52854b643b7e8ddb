"""The sessions of all clients, there or away, until they end; and the wills that wait (3.1.2.11.2, 3.1.3.2.2)."""

from __future__ import annotations

from dataclasses import replace

from launcher.broker.packets import Message, Will
from launcher.broker.router import Router
from launcher.broker.session import Session


class Sessions:
    """At most ``away_max`` sessions without a connection are kept; the one longest away goes first."""

    __slots__ = ("_away", "_away_max", "_backlog_bytes_max", "_by_client_id", "_in_flight_max", "_router")

    def __init__(self, router: Router, *, away_max: int, in_flight_max: int, backlog_bytes_max: int) -> None:
        self._router = router
        self._by_client_id: dict[str, Session] = {}
        self._away: dict[Session, None] = {}
        self._away_max = away_max
        self._in_flight_max = in_flight_max
        self._backlog_bytes_max = backlog_bytes_max

    def __contains__(self, client_id: str) -> bool:
        return client_id in self._by_client_id

    def get(self, client_id: str) -> Session | None:
        """The session of a client, if there is one."""
        return self._by_client_id.get(client_id)

    def begin(self, client_id: str) -> Session:
        """A new session of a client that has none."""
        session = self._by_client_id[client_id] = Session(
            client_id, in_flight_max=self._in_flight_max, backlog_bytes_max=self._backlog_bytes_max
        )
        return session

    def rejoin(self, session: Session) -> None:
        """The client is back: what would have come of its absence does not [MQTT5-3.1.3-9]."""
        self._away.pop(session, None)
        session.will = None

    def leave(self, session: Session, will: Will | None, now: float) -> None:
        """The client's connection is gone: the session waits or ends, the will too [MQTT-3.1.2-8]."""
        session.connection = None
        session.will = will
        session.will_at = now + will.delay_s if will is not None else 0.0
        session.expires_at = now + session.expiry_s
        if session.expiry_s <= 0:
            self.end(session, now)
            return
        self._away[session] = None
        self._publish_due_will(session, now)
        if len(self._away) > self._away_max:
            self.end(next(iter(self._away)), now)

    def end(self, session: Session, now: float) -> None:
        """Forget a session whose client is away; its will waits no longer."""
        self._router.forget(session)
        del self._by_client_id[session.client_id]
        self._away.pop(session, None)
        session.will_at = now
        self._publish_due_will(session, now)

    def expire(self, now: float) -> None:
        """End the sessions and publish the wills whose time has come."""
        for session in list(self._away):
            if session.expires_at <= now:
                self.end(session, now)
            else:
                self._publish_due_will(session, now)

    def _publish_due_will(self, session: Session, now: float) -> None:
        if (will := session.will) is None or session.will_at > now:
            return
        session.will = None
        self._router.publish(aging(will.message, now), retain=will.retain, now=now, publisher=session)


def aging(message: Message, now: float) -> Message:
    """The message as it is to be kept from now on: its expiry interval runs (3.3.2.3.3)."""
    interval_s = message.properties.message_expiry_interval_s
    return message if interval_s is None else replace(message, expires_at=now + interval_s)
