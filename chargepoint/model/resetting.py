"""A reset that does not succeed: tried again ResetRetries times, then given up (OCPP 1.6 sections 5.14 and 9.1.22).

Loaded with the first one. What keeps a station from resetting is its damage ``reset_failure``, or a fault
ResetFailure of the station as a whole; when that is gone in time, the next attempt goes through.
"""

from __future__ import annotations

from chargepoint.api.damage import DamageKind
from chargepoint.api.payloads import ErrorCode
from chargepoint.model.commands import ACCEPTED, Outcome
from chargepoint.model.facts import Rebooting, ResetFailed
from chargepoint.model.faults import has
from chargepoint.model.state import Resetting, StationState
from chargepoint.model.transaction import StopReason


def fails(state: StationState) -> bool:
    """Whether a reset would not succeed now."""
    return _damaged(state) or has(state.faults, ErrorCode.RESET_FAILURE)


def begin(state: StationState, reason: StopReason, now: float) -> Outcome:
    """The first attempt at a reset that fails; its transactions have ended, and nothing new begins meanwhile."""
    _failed(state, reason, state.parameters.reset_retries, now)
    return ACCEPTED


def go_on(state: StationState, now: float) -> None:
    """Try again, when it is time."""
    tried = state.resetting
    if tried is None or now < tried.again_at:
        return
    if fails(state):
        _failed(state, tried.reason, tried.retries - 1, now)
    else:
        state.resetting = None
        state.emit(Rebooting(tried.reason))


def _failed(state: StationState, reason: StopReason, retries: int, now: float) -> None:
    if retries:
        state.resetting = Resetting(reason, retries, now + state.parameters.reset_retry_s)
        state.emit(ResetFailed(reason, retries, state.resetting.again_at - now))
        return
    state.resetting = None
    state.going_down = False
    state.reset_failed = _damaged(state)
    state.emit(ResetFailed(reason, 0, 0.0))
    # Told each time, not only when it begins.
    state.told = state.station_fault
    state.emit(state.shown(0, now))


def _damaged(state: StationState) -> bool:
    return state.damages is not None and state.damages.has(DamageKind.RESET_FAILURE)
