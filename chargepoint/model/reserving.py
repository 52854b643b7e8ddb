"""Connectors that are kept for somebody: reserving, using, and the ends of a reservation.

OCPP 1.6 sections 3.10 and 5.13 (ReserveNow), 5.1 (CancelReservation). A reserved connector is Reserved until the one
it is for is there: a cable alone, or another id tag, changes nothing. A reservation of connector 0 belongs to no
connector and shows on none; it denies everybody else the last Available one.

Once its connector is faulted or out of service (for connector 0: every one), a reservation has nothing left to keep
and ends. The new state tells so, and the table of states knows no way from Unavailable back to Reserved.
"""

from __future__ import annotations

from chargepoint.api.payloads import ConnectorState
from chargepoint.model.commands import ACCEPTED, Outcome, ReservationWanted, Verdict
from chargepoint.model.connector import Connector
from chargepoint.model.facts import ReservationEnded
from chargepoint.model.faults import blocks
from chargepoint.model.metering import when_shown
from chargepoint.model.reservation import Reservation, ReservationEnd
from chargepoint.model.state import StationState

S = ConnectorState

ANSWERS: dict[ConnectorState, Verdict] = {
    S.AVAILABLE: Verdict.ACCEPTED,
    S.PREPARING: Verdict.OCCUPIED,
    S.CHARGING: Verdict.OCCUPIED,
    S.SUSPENDED_EV: Verdict.OCCUPIED,
    S.SUSPENDED_EVSE: Verdict.OCCUPIED,
    S.FINISHING: Verdict.OCCUPIED,
    S.RESERVED: Verdict.OCCUPIED,
    S.UNAVAILABLE: Verdict.UNAVAILABLE,
    S.FAULTED: Verdict.FAULTED,
}
"""OCPP 1.6 section 7.41: how a connector in this state answers. One that is Reserved by the very reservation that
the request replaces is asked as if it were Available."""

SOONEST = (Verdict.OCCUPIED, Verdict.UNAVAILABLE, Verdict.FAULTED)
"""When every connector refuses, the station names the obstacle that is likely to go first."""


def reserve(state: StationState, command: ReservationWanted, now: float) -> Outcome:
    """ReserveNow: keep a connector; a reservation with the same id is replaced, if the new one can be had."""
    reservation = command.reservation
    refusal = _refusal(state, reservation, now)
    if refusal is not None:
        return refusal
    replaced = state.reservations.get(reservation.id)
    if replaced is not None:
        _end(state, replaced, ReservationEnd.REPLACED, now)
    state.reservations.add(reservation)
    state.changed.add("reservations")
    return ACCEPTED


def _refusal(state: StationState, reservation: Reservation, now: float) -> Outcome | None:
    number = reservation.connector
    if number == 0 and not state.parameters.reserve_station:
        return Outcome(Verdict.REJECTED, "connector 0 cannot be reserved")
    if number != 0 and number not in state.connectors:
        return Outcome(Verdict.REJECTED, f"there is no connector {number}")
    if reservation.expires_at <= state.station_time(now):
        return Outcome(Verdict.REJECTED, "it has expired already")
    answers = {one.number: _answer(state, one, reservation.id) for one in state.connectors.values()}
    free = sum(answer is Verdict.ACCEPTED for answer in answers.values())
    asked = answers.values() if number == 0 else [answers[number]]
    if Verdict.ACCEPTED not in asked:
        return Outcome(next(verdict for verdict in SOONEST if verdict in asked), f"connector {number} is not free")
    if free <= len([one for one in _waiting(state) if one.id != reservation.id]):
        return Outcome(Verdict.OCCUPIED, "every free connector is kept for somebody already")
    return None


def _answer(state: StationState, connector: Connector, id: int) -> Verdict:
    reserved = state.reservations.at(connector.number)
    if connector.status is ConnectorState.RESERVED and reserved is not None and reserved.id == id:
        return Verdict.ACCEPTED
    return ANSWERS[connector.status]


def cancel(state: StationState, id: int, now: float) -> Outcome:
    """CancelReservation: Rejected when there is no such reservation."""
    reservation = state.reservations.get(id)
    if reservation is None:
        return Outcome(Verdict.REJECTED, f"there is no reservation {id}")
    _end(state, reservation, ReservationEnd.CANCELLED, now)
    return ACCEPTED


def claim(state: StationState, connector: Connector, id_tag: str, parent_id_tag: str) -> bool | None:
    """Whether ``id_tag`` may use ``connector``; None: that hangs on its group, which is not known ("")."""
    if usable(state, connector, id_tag, parent_id_tag) is not None:
        return True
    reserved = state.reservations.at(connector.number)
    if reserved is not None:
        in_the_way = [reserved]
    else:
        in_the_way = _waiting(state)
        others = [one for one in state.connectors.values() if one is not connector]
        if sum(one.status is ConnectorState.AVAILABLE for one in others) >= len(in_the_way):
            return True
    return None if not parent_id_tag and any(one.parent_id_tag for one in in_the_way) else False


def usable(state: StationState, connector: Connector, id_tag: str, parent_id_tag: str) -> Reservation | None:
    """The reservation that a transaction of ``id_tag`` at ``connector`` would use up."""
    reserved = state.reservations.at(connector.number)
    candidates = [reserved] if reserved is not None else _waiting(state, but_at=connector)
    return next((one for one in candidates if one.is_for(id_tag, parent_id_tag)), None)


def use(state: StationState, connector: Connector, now: float) -> int | None:
    """The transaction that was granted at ``connector`` starts: its reservation is over. Returns that one's id."""
    granted = connector.grant
    reservation = usable(state, connector, granted.id_tag, granted.parent_id_tag) if granted is not None else None
    if reservation is None:
        return None
    _end(state, reservation, ReservationEnd.USED, now)
    return reservation.id


def review(state: StationState, now: float) -> None:
    """End the reservations whose time is over, and those that have nothing left to keep."""
    for reservation in state.reservations:
        if reservation.expires_at <= state.station_time(now):
            _end(state, reservation, ReservationEnd.EXPIRED, now)
        elif (why := _out_of_service(state, reservation)) is not None:
            _end(state, reservation, why, now)


def next_expiry(state: StationState) -> float | None:
    """When the next reservation expires."""
    expiries = [when_shown(one.expires_at, state.clock_offset_s) for one in state.reservations]
    return min(expiries, default=None)


def _waiting(state: StationState, *, but_at: Connector | None = None) -> list[Reservation]:
    """The reservations of any connector whose people have not come; who came to ``but_at`` is not counted."""
    waiting = state.reservations.of_any()
    for connector in state.connectors.values():
        granted = connector.grant
        if granted is None or connector is but_at or state.reservations.at(connector.number) is not None:
            continue
        taken = next((one for one in waiting if one.is_for(granted.id_tag, granted.parent_id_tag)), None)
        if taken is not None:
            waiting.remove(taken)
    return waiting


def _out_of_service(state: StationState, reservation: Reservation) -> ReservationEnd | None:
    kept = [one for one in state.connectors.values() if reservation.connector in (0, one.number)]
    if any(one.operative and not blocks(state.faults_of(one)) for one in kept):
        return None
    return ReservationEnd.FAULTED if any(one.operative for one in kept) else ReservationEnd.UNAVAILABLE


def _end(state: StationState, reservation: Reservation, why: ReservationEnd, now: float) -> None:
    state.reservations.remove(reservation)
    state.changed.add("reservations")
    connector = state.connectors.get(reservation.connector)
    if connector is not None and connector.grant is None and connector.waiting_since is not None:
        # A cable that was plugged into a reserved connector waits for an id tag from now on.
        connector.waiting_since = now
    state.emit(ReservationEnded(reservation, why, now))
