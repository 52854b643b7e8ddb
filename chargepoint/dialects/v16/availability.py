"""StatusNotification (section 4.9): what is reported of connector states; ChangeAvailability (section 5.2)."""

from __future__ import annotations

from functools import partial

from chargepoint.api.payloads import ConnectorState, ErrorCode
from chargepoint.dialects.v16.session import Answer, Outcome, Session
from chargepoint.dialects.v16.values import integer
from chargepoint.model.commands import AvailabilityChanged, Verdict
from chargepoint.model.facts import ConnectorChanged
from chargepoint.ocpp.events import Lane, Silence, Unanswered
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, AvailabilityStatus, AvailabilityType, ConfigurationKey

EV_SIDE_OPEN = "EV side disconnected"
"""What the standard has a station say of a cable that is locked in it and out of the car (section 4.9)."""


class StatusReports:
    """The states of connectors (0: the station), and what the central system was told of them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reported: dict[int, tuple[object, ...]] = {}
        self._held: dict[int, tuple[ConnectorChanged, float]] = {}

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {Action.change_availability: self._change_availability}

    def changed(self, fact: ConnectorChanged, now: float) -> None:
        """Report a change, or hold it back for MinimumStatusDuration; an error is told at once."""
        self._held.pop(fact.connector, None)
        if not self._session.online:
            return
        hold_s = self._session.configuration.integer(ConfigurationKey.minimum_status_duration)
        if hold_s > 0 and fact.error_code is ErrorCode.NO_ERROR:
            self._held[fact.connector] = (fact, fact.at + hold_s)
        else:
            self._report(fact, now, Lane.STATUS)

    def report_all(self, now: float) -> None:
        """After a boot: every connector, 0 first (errata 3.22)."""
        self._reported.clear()
        self.report_changed(now)

    def report_changed(self, now: float) -> None:
        """After a reconnection: the connectors whose state is not the one last told; what lay between is not told."""
        self._held.clear()
        for number in (0, *self._session.station.state.connectors):
            fact = self._session.station.status(number, now)
            if self._reported.get(number) != _seen(fact):
                # Ahead of all else, so that the central system knows the connectors its transactions are on.
                self._report(fact, now, Lane.BOOT)

    def report(self, number: int, now: float) -> None:
        """The present state, changed or not (TriggerMessage)."""
        self._report(self._session.station.status(number, now), now, Lane.STATUS)

    def advance(self, now: float) -> None:
        """Report what has lasted long enough."""
        for number, (fact, due_at) in list(self._held.items()):
            if due_at <= now:
                del self._held[number]
                if self._reported.get(number) != _seen(fact):
                    self._report(fact, now, Lane.STATUS)

    def next_deadline(self) -> float | None:
        """When the next held state has lasted long enough."""
        return min([due_at for _, due_at in self._held.values()], default=None)

    def _change_availability(self, payload: Payload, now: float) -> Payload:
        operative = payload["type"] == AvailabilityType.operative
        outcome = self._session.station.tell(AvailabilityChanged(integer(payload["connectorId"]), operative), now)
        match outcome.verdict:
            case Verdict.ACCEPTED:
                status = AvailabilityStatus.accepted
            case Verdict.SCHEDULED:
                status = AvailabilityStatus.scheduled
            case _:
                status = AvailabilityStatus.rejected
        return {"status": str(status)}

    def _report(self, fact: ConnectorChanged, now: float, lane: Lane) -> None:
        self._reported[fact.connector] = _seen(fact)
        payload: dict[str, object] = {
            "connectorId": fact.connector,
            "errorCode": str(fact.error_code),
            "status": str(fact.status),
            "timestamp": self._session.timestamp(fact.at),
        }
        if fact.ev_side_open and fact.status in (ConnectorState.FINISHING, ConnectorState.SUSPENDED_EV):
            payload["info"] = EV_SIDE_OPEN
        if fact.info:
            payload["info"] = fact.info
        if fact.vendor_code:
            payload |= {"vendorErrorCode": fact.vendor_code, "vendorId": self._session.spec.vendor}
        self._session.send(
            Action.status_notification, payload, now, heard=partial(self._heard, fact.connector), lane=lane
        )

    def _heard(self, number: int, outcome: Outcome, now: float) -> None:
        if isinstance(outcome, Unanswered) and outcome.why is Silence.CLOSED:
            self._reported.pop(number, None)


def _seen(fact: ConnectorChanged) -> tuple[object, ...]:
    """What of ``fact`` is told anew when it is another."""
    return fact.status, fact.error_code, fact.vendor_code, fact.info
