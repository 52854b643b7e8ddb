"""SecurityEventNotification (security whitepaper A04): told at once, in order, until the central system has it.

The queue is one of its own, so that no transaction waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from chargepoint.api.fields import Fields
from chargepoint.clock import iso
from chargepoint.dialects.v16.security_keys import SECURITY_EVENTS
from chargepoint.dialects.v16.session import Outcome, Session
from chargepoint.model.security_log import SecurityEvent
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.events import Answered, Refused, Silence, Unanswered
from chargepoint.ocpp.v16 import Action, ConfigurationKey
from chargepoint.security.events import TOLD_V16, SecurityEventType

MOST_WAITING = 500
"""More than this can only be a central system that never takes any: the oldest goes then."""

LONGEST_WAIT_S = 3600.0
AT_ONCE = 0.0
"""The deadline of what is due already."""

MALFORMED_AT_ONCE = 10
"""So many malformed messages on a connection are one InvalidMessages."""


class SecurityEvents:
    """The events that the central system does not have yet. ``changed``: they have to be stored."""

    def __init__(self, session: Session, record: Mapping[str, object]) -> None:
        self._session = session
        self._waiting = [_event(raw) for raw in Fields(record, "security_events").array("waiting")] if record else []
        self._on_its_way = False
        self._unknown_to_peer = False
        self._attempts = 0
        self._not_before: float | None = None
        self._malformed = 0
        self.changed = False

    def happened(self, event: SecurityEvent, now: float) -> None:
        """Tell ``event``, if it is one to be told."""
        if event.type not in TOLD_V16 or not self._enabled:
            return
        self._waiting.append(event)
        if len(self._waiting) > MOST_WAITING:
            del self._waiting[1 if self._on_its_way else 0]
        self.changed = True
        self.drain(now)

    def opened(self) -> None:
        """A connection is up: perhaps to a central system that knows these messages."""
        self._unknown_to_peer = False
        self._not_before = None
        self._malformed = 0

    def malformed(self, now: float) -> None:
        """A message came in that is against the standard."""
        self._malformed += 1
        if self._malformed % MALFORMED_AT_ONCE == 0:
            told = f"{self._malformed} messages on this connection"
            self._session.station.state.record_security(SecurityEventType.INVALID_MESSAGES, now, told)

    def drain(self, now: float) -> None:
        """Send the oldest event, if it is its turn."""
        waits = self._not_before is not None and now < self._not_before
        if not self._waiting or self._on_its_way or waits or not self._may_send:
            return
        event = self._waiting[0]
        payload: dict[str, object] = {"type": event.type, "timestamp": iso(event.at)}
        if event.tech_info:
            payload["techInfo"] = event.tech_info
        self._on_its_way = True
        self._session.send(Action.security_event_notification, payload, now, heard=self._heard)

    def next_deadline(self) -> float | None:
        """When the oldest event may be tried again."""
        if not self._waiting or self._on_its_way or not self._may_send:
            return None
        return AT_ONCE if self._not_before is None else self._not_before

    def to_record(self) -> dict[str, object]:
        """The events, for the store."""
        self.changed = False
        return {"waiting": [asdict(event) for event in self._waiting]}

    @property
    def _enabled(self) -> bool:
        return self._session.configuration.boolean(SECURITY_EVENTS)

    @property
    def _may_send(self) -> bool:
        return self._enabled and self._session.online and not self._unknown_to_peer

    def _heard(self, outcome: Outcome, now: float) -> None:
        self._on_its_way = False
        match outcome:
            case Answered():
                del self._waiting[0]
                self.changed = True
                self._attempts, self._not_before = 0, None
            case Refused(_, error) if error.code in (CallErrorCode.NOT_IMPLEMENTED, CallErrorCode.NOT_SUPPORTED):
                self._unknown_to_peer = True
            case Unanswered(_, Silence.CLOSED):
                pass
            case _:
                self._attempts += 1
                interval_s = self._session.configuration.integer(ConfigurationKey.transaction_message_retry_interval)
                self._not_before = now + min(max(interval_s, 1) * self._attempts, LONGEST_WAIT_S)
        self.drain(now)


def _event(raw: object) -> SecurityEvent:
    fields = Fields(raw, "security_event")
    return SecurityEvent(fields.text("type"), fields.number("at"), fields.text("tech_info", ""))
