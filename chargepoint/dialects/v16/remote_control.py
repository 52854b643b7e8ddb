"""RemoteStartTransaction (5.11), RemoteStopTransaction (5.12), UnlockConnector (5.18), TriggerMessage (5.17), and the
security whitepaper's ExtendedTriggerMessage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from chargepoint.dialects.v16.availability import StatusReports
from chargepoint.dialects.v16.provisioning import Provisioning
from chargepoint.dialects.v16.session import Answer, Session
from chargepoint.dialects.v16.smart_charging import profile_of
from chargepoint.dialects.v16.values import integer
from chargepoint.model.commands import Outcome, RemoteStart, RemoteStop, SampleWanted, Unlock, Verdict
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import (
    Action,
    MessageTrigger,
    RegistrationStatus,
    RemoteStartStopStatus,
    TriggerMessageStatus,
    UnlockStatus,
)

Report = Callable[[float], None]
"""Sends a message now, whatever has been sent before."""


class RemoteControl:
    """What the central system has the station do at once."""

    def __init__(
        self,
        session: Session,
        provisioning: Provisioning,
        status: StatusReports,
        reports: Mapping[str, Report],
        extended_reports: Mapping[str, Report],
    ) -> None:
        """``reports``: what TriggerMessage can ask of other blocks; ``extended_reports``: the same of
        ExtendedTriggerMessage."""
        self._reports = reports
        self._extended_reports = extended_reports
        self._session = session
        self._provisioning = provisioning
        self._status = status

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {
            Action.remote_start_transaction: self._remote_start,
            Action.remote_stop_transaction: self._remote_stop,
            Action.unlock_connector: self._unlock,
            Action.trigger_message: partial(self._trigger, self._reports),
            Action.extended_trigger_message: partial(self._trigger, self._extended_reports),
        }

    def _remote_start(self, payload: Payload, now: float) -> Payload:
        connector = _connector(payload) if "connectorId" in payload else None
        raw = payload.get("chargingProfile")
        profile = profile_of(raw, connector or 0, self._session.station.state) if raw is not None else None
        command = RemoteStart(connector, str(payload["idTag"]), profile)
        return _accepted_or_rejected(self._session.station.tell(command, now))

    def _remote_stop(self, payload: Payload, now: float) -> Payload:
        command = RemoteStop(integer(payload["transactionId"]))
        return _accepted_or_rejected(self._session.station.tell(command, now))

    def _unlock(self, payload: Payload, now: float) -> Payload:
        outcome = self._session.station.tell(Unlock(_connector(payload)), now)
        match outcome.verdict:
            case Verdict.ACCEPTED:
                status = UnlockStatus.unlocked
            case Verdict.UNKNOWN_CONNECTOR:
                status = UnlockStatus.not_supported
            case _:
                status = UnlockStatus.unlock_failed
        return {"status": str(status)}

    def _trigger(self, reports: Mapping[str, Report], payload: Payload, now: float) -> Payload:
        connectors = self._session.station.state.connectors
        numbers = [0, *connectors]
        if "connectorId" in payload:
            if (number := _connector(payload)) not in numbers:
                return {"status": str(TriggerMessageStatus.rejected)}
            numbers = [number]
        match payload["requestedMessage"]:
            case MessageTrigger.boot_notification:
                # A station that was accepted boots only when it boots (errata 3.55).
                if self._session.registration is RegistrationStatus.accepted:
                    return {"status": str(TriggerMessageStatus.rejected)}
                self._session.then(self._provisioning.boot)
            case MessageTrigger.heartbeat:
                self._session.then(self._provisioning.heartbeat)
            case MessageTrigger.status_notification:
                self._session.then(lambda at: self._report(numbers, at))
            case MessageTrigger.meter_values:
                wanted = numbers if len(numbers) == 1 else list(connectors)
                self._session.then(lambda at: self._sample(wanted, at))
            case message if (report := reports.get(str(message))) is not None:
                self._session.then(report)
            case _:
                return {"status": str(TriggerMessageStatus.not_implemented)}
        return {"status": str(TriggerMessageStatus.accepted)}

    def _report(self, numbers: list[int], now: float) -> None:
        for number in numbers:
            self._status.report(number, now)

    def _sample(self, numbers: list[int], now: float) -> None:
        for number in numbers:
            self._session.station.tell(SampleWanted(number), now)


def _connector(payload: Payload) -> int:
    return integer(payload["connectorId"])


def _accepted_or_rejected(outcome: Outcome) -> Payload:
    status = RemoteStartStopStatus.accepted if outcome.accepted else RemoteStartStopStatus.rejected
    return {"status": str(status)}
