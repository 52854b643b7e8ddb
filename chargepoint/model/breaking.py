"""Parts of a station break, are repaired, and do in time what broken parts do. Loaded with the first damage."""

from __future__ import annotations

from collections.abc import Iterable

from chargepoint.api.damage import DAMAGES, Damage, DamageKind
from chargepoint.model import emergency
from chargepoint.model.authorization import AuthorizationCache
from chargepoint.model.availability import follow_surroundings, go_down
from chargepoint.model.charging import stop
from chargepoint.model.commands import ACCEPTED, Outcome, Verdict
from chargepoint.model.damages import DRIFT_STEP_S, Damages
from chargepoint.model.local_list import LocalList
from chargepoint.model.reservation import Reservations
from chargepoint.model.smartcharging.profiles import Profiles
from chargepoint.model.state import StationState
from chargepoint.model.transaction import StopReason

WATCHDOG = "Watchdog"

_K = DamageKind

OF_AC = frozenset({_K.PHASE_LOSS, _K.PHASE_IMBALANCE})
OF_DC = frozenset({_K.RECTIFIER_FAILURE, _K.ISOLATION_FAULT})


def damage(state: StationState, order: Damage, now: float) -> Outcome:
    """Something breaks, or is repaired."""
    if order.connector and order.connector not in state.connectors:
        return Outcome(Verdict.UNKNOWN_CONNECTOR, f"there is no connector {order.connector}")
    if order.kind in (OF_AC if state.supply.direct else OF_DC):
        return Outcome(Verdict.REJECTED, f"{order.kind}: this charge point is of {state.supply.type}")
    if order.phase > state.supply.phases:
        return Outcome(Verdict.REJECTED, f"phase: this charge point has {state.supply.phases}")
    damages = state.damages = state.damages or Damages()
    if order.clear or order.kind is None:
        for kind, number in [one for one in damages.broken if order.kind in (None, one[0])]:
            if order.kind is None or number == order.connector:
                _repair(state, damages, kind, number)
    elif DAMAGES[order.kind].at_once:
        return _happen(state, order, now)
    else:
        _break(state, damages, order, order.kind, now)
    follow_surroundings(state)
    return ACCEPTED


def _break(state: StationState, damages: Damages, order: Damage, kind: DamageKind, now: float) -> None:
    if kind is _K.CLOCK_SKEW:
        state.clock_offset_s += order.skew_s - damages.skew_s
    if kind is _K.CLOCK_DRIFT:
        damages.drifts_at = now + DRIFT_STEP_S
    if kind is _K.ISOLATION_FAULT:
        damages.isolation_at[order.connector] = now
    if kind is _K.TAMPERING:
        state.record_security("TamperDetectionActivated", now, "the housing was opened")
    if kind is _K.EMERGENCY_STOP:
        emergency.press(state, order.connector, now)
    damages.broken[kind, order.connector] = order


def still_pressed(state: StationState, buttons: Iterable[object]) -> None:
    """After a power cut: the emergency-stop ``buttons`` latch."""
    pressed = frozenset(number for number in buttons if isinstance(number, int))
    state.emergency_stops = pressed
    state.damages = Damages({(_K.EMERGENCY_STOP, one): Damage(_K.EMERGENCY_STOP, one) for one in sorted(pressed)})


def _repair(state: StationState, damages: Damages, kind: DamageKind, number: int) -> None:
    if kind is _K.CLOCK_SKEW:
        state.clock_offset_s -= damages.skew_s
    if kind is _K.CLOCK_DRIFT:
        damages.drifts_at = None
    if kind is _K.ISOLATION_FAULT:
        damages.isolation_at.pop(number, None)
    if kind is _K.EMERGENCY_STOP:
        emergency.release(state, number)
    if kind is _K.RESET_FAILURE:
        state.reset_failed = False
    del damages.broken[kind, number]


def _happen(state: StationState, order: Damage, now: float) -> Outcome:
    match order.kind:
        case _K.METER_JUMP | _K.METER_RESET:
            connector = state.connectors[order.connector]
            jumped_wh = connector.meter.energy_wh + order.energy_wh
            connector.meter.energy_wh = 0.0 if order.kind is _K.METER_RESET else max(0.0, jumped_wh)
            state.touch(connector)
        case _K.CLOCK_JUMP:
            state.clock_offset_s += order.skew_s
        case _K.CLOCK_RESET:
            state.clock_offset_s = -now
        case _K.STORAGE_CORRUPT:
            state.profiles, state.local_list = Profiles(), LocalList()
            state.cache, state.reservations = AuthorizationCache(), Reservations()
            state.changed |= {"profiles", "local_list", "cache", "reservations"}
        case _K.WATCHDOG:
            return go_down(state, StopReason.REBOOT, now, cause=WATCHDOG)
        case _K.SECURITY_LOG_CLEARED:
            state.security_log.clear()
            state.record_security("SecurityLogWasCleared", now, "by hand")
        case _K.REPLAY:
            state.record_security("AttemptedReplayAttacks", now, "an old message was sent again")
        case _:
            raise AssertionError(f"{order.kind} lasts")
    return ACCEPTED


def next_deadline(state: StationState) -> float | None:
    """When what is broken does something next."""
    damages = state.damages
    if damages is None:
        return None
    moments = [damages.drifts_at, *map(damages.gives_up_at, state.connectors.values())]
    return min((moment for moment in moments if moment is not None), default=None)


def advance(state: StationState, now: float) -> None:
    """Let what is broken do what is due."""
    damages = state.damages
    if damages is None:
        return
    state.clock_offset_s += damages.drift(now)
    for connector in state.connectors.values():
        due_at = damages.gives_up_at(connector)
        if due_at is not None and due_at <= now:
            stop(state, connector, StopReason.OTHER, now)
