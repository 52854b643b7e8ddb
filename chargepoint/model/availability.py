"""In service or not: availability, faults, unlocking, and going down to boot again.

OCPP 1.6 sections 5.2 (ChangeAvailability), 5.14 (Reset), 5.18 (UnlockConnector).
"""

from __future__ import annotations

from chargepoint.api.payloads import ErrorCode
from chargepoint.model.charging import start, stop, wait_for_the_other
from chargepoint.model.commands import ACCEPTED, Outcome, Verdict
from chargepoint.model.connector import Connector
from chargepoint.model.facts import Rebooting
from chargepoint.model.interruption import follow_faults
from chargepoint.model.lighting import Signal, signal
from chargepoint.model.lock import release
from chargepoint.model.state import StationState
from chargepoint.model.statuses import is_fault
from chargepoint.model.transaction import StopReason


def change_availability(state: StationState, number: int, operative: bool, now: float) -> Outcome:
    """Into or out of service; a connector with a transaction follows when that ends (Scheduled)."""
    if number != 0 and number not in state.connectors:
        return Outcome(Verdict.UNKNOWN_CONNECTOR, f"there is no connector {number}")
    if number == 0:
        state.operative = operative
        state.changed.add("station")
    targets = list(state.connectors.values()) if number == 0 else [state.connectors[number]]
    scheduled = [_change(state, connector, operative, now) for connector in targets]
    return Outcome(Verdict.SCHEDULED) if any(scheduled) else ACCEPTED


def _change(state: StationState, connector: Connector, operative: bool, now: float) -> bool:
    state.touch(connector)
    if connector.transaction is not None:
        connector.operative_after = None if operative == connector.operative else operative
        return connector.operative_after is not None
    if operative and not connector.operative and connector.car.plugged:
        # Plugged in meanwhile: the user is preparing now (transition H2).
        connector.finishing = False
        wait_for_the_other(connector, now)
    connector.operative = operative
    connector.operative_after = None
    if not operative:
        connector.grant = None
        connector.waiting_since = None
    return False


def change_fault(state: StationState, number: int, error_code: ErrorCode, now: float) -> Outcome:
    """A fault appears or is gone. It lies over the state: energy pauses, and what was there before comes back, but no
    transaction that it has ended (``stop_on_fault``)."""
    if number != 0 and number not in state.connectors:
        return Outcome(Verdict.UNKNOWN_CONNECTOR, f"there is no connector {number}")
    if number == 0 and error_code is ErrorCode.EV_COMMUNICATION_ERROR:
        return Outcome(Verdict.REJECTED, f"{error_code}: the station itself talks to no car; name a connector")
    if number == 0:
        state.error_code = error_code
    else:
        state.connectors[number].error_code = error_code
    if state.parameters.stop_on_fault and is_fault(error_code):
        for connector in state.connectors.values():
            if number in (0, connector.number):
                stop(state, connector, StopReason.OTHER, now)
    follow_faults(state, now)
    for connector in state.connectors.values():
        # A cable and an authorization may have come together while nothing could begin.
        start(state, connector, now)
    return ACCEPTED


def unlock(state: StationState, number: int, now: float) -> Outcome:
    """Release the cable of connector ``number``; Rejected when its lock does not open."""
    connector = state.connectors.get(number)
    if connector is None or state.fixed_cable:
        return Outcome(Verdict.UNKNOWN_CONNECTOR, f"connector {number} has no lock")
    stop(state, connector, StopReason.UNLOCK_COMMAND, now)
    if state.error_of(connector) is ErrorCode.CONNECTOR_LOCK_FAILURE:
        return Outcome(Verdict.REJECTED, "the lock is stuck")
    release(state, connector)
    signal(state, connector, Signal.UNLOCKED)
    return ACCEPTED


def go_down(state: StationState, reason: StopReason, now: float, *, reset: bool = False) -> Outcome:
    """End every transaction for ``reason``, then boot again; a ``reset`` may fail at that."""
    for connector in state.connectors.values():
        stop(state, connector, reason, now)
        connector.grant = None
    state.asked.clear()
    state.going_down = True
    if reset and (state.damages is not None or state.faulted):
        # Loaded here: most stations are never broken.
        from chargepoint.model import resetting

        if resetting.fails(state):
            return resetting.begin(state, reason, now)
    state.emit(Rebooting(reason))
    return ACCEPTED
