"""ReserveNow (section 5.13) and CancelReservation (section 5.1)."""

from __future__ import annotations

from typing import assert_never

from chargepoint.dialects.v16.session import Answer, CallRefusedError, Session
from chargepoint.dialects.v16.values import integer, moment
from chargepoint.model.commands import ReservationCancelled, ReservationWanted, Verdict
from chargepoint.model.reservation import Reservation
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, CancelReservationStatus, ReservationStatus


class Reserving:
    """Connectors that the central system has kept for somebody."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {Action.reserve_now: self._reserve, Action.cancel_reservation: self._cancel}

    def _reserve(self, payload: Payload, now: float) -> Payload:
        expires_at = moment(payload["expiryDate"])
        if expires_at is None:
            raise CallRefusedError(CallErrorCode.TYPE_CONSTRAINT_VIOLATION, "expiryDate is not a dateTime")
        reservation = Reservation(
            id=integer(payload["reservationId"]),
            connector=integer(payload["connectorId"]),
            id_tag=str(payload["idTag"]),
            parent_id_tag=str(payload.get("parentIdTag", "")),
            expires_at=expires_at,
        )
        outcome = self._session.station.tell(ReservationWanted(reservation), now)
        return {"status": str(_status(outcome.verdict))}

    def _cancel(self, payload: Payload, now: float) -> Payload:
        cancelled = self._session.station.tell(ReservationCancelled(integer(payload["reservationId"])), now).accepted
        status = CancelReservationStatus.accepted if cancelled else CancelReservationStatus.rejected
        return {"status": str(status)}


def _status(verdict: Verdict) -> ReservationStatus:
    match verdict:
        case Verdict.ACCEPTED:
            return ReservationStatus.accepted
        case Verdict.OCCUPIED:
            return ReservationStatus.occupied
        case Verdict.UNAVAILABLE:
            return ReservationStatus.unavailable
        case Verdict.FAULTED:
            return ReservationStatus.faulted
        case Verdict.REJECTED | Verdict.UNKNOWN_CONNECTOR | Verdict.SCHEDULED | Verdict.OUTDATED:
            return ReservationStatus.rejected
        case _:
            assert_never(verdict)
