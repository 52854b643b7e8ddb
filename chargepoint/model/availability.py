"""In service or not: availability, faults, unlocking, and going down to boot again.

OCPP 1.6 sections 5.2 (ChangeAvailability), 5.14 (Reset), 5.18 (UnlockConnector).
"""

from __future__ import annotations

from chargepoint.api.payloads import ErrorCode
from chargepoint.model.charging import start, stop, wait_for_the_other
from chargepoint.model.commands import ACCEPTED, FaultChanged, Outcome, Verdict
from chargepoint.model.connector import Connector, Heat
from chargepoint.model.facts import Rebooting
from chargepoint.model.faults import OF_STATION, Fault, blocks, has, without
from chargepoint.model.interruption import follow_faults
from chargepoint.model.lighting import Signal, signal
from chargepoint.model.lock import release
from chargepoint.model.state import StationState
from chargepoint.model.thermal import AMBIENT_C
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


def change_fault(state: StationState, command: FaultChanged, now: float) -> Outcome:
    """A fault appears or is gone. It lies over the state: energy pauses, and what was there before comes back, but no
    transaction that it has ended (``stop_on_fault``)."""
    number, code = command.connector, command.error_code
    if number != 0 and number not in state.connectors:
        return Outcome(Verdict.UNKNOWN_CONNECTOR, f"there is no connector {number}")
    if number == 0 and code is ErrorCode.EV_COMMUNICATION_ERROR:
        return Outcome(Verdict.REJECTED, f"{code}: the station itself talks to no car; name a connector")
    if number != 0 and code in OF_STATION:
        return Outcome(Verdict.REJECTED, f"{code}: there is one of it in a station; name connector 0")
    place: StationState | Connector = state.connectors[number] if number else state
    place.faults = without(place.faults, code)
    if command.there and code is not ErrorCode.NO_ERROR:
        place.faults += (Fault.of(code, command.vendor_code, command.info),)
    if state.hot or has(place.faults, ErrorCode.HIGH_TEMPERATURE):
        follow_surroundings(state)
    end_faulted(state, now)
    follow_faults(state, now)
    for connector in state.connectors.values():
        # A cable and an authorization may have come together while nothing could begin.
        start(state, connector, now)
    return ACCEPTED


def end_faulted(state: StationState, now: float) -> None:
    """End the transactions that a fault has come over, if the station does (``stop_on_fault``)."""
    if state.parameters.stop_on_fault:
        for connector in state.connectors.values():
            if blocks(state.faults_of(connector)):
                stop(state, connector, StopReason.OTHER, now)


def follow_surroundings(state: StationState) -> None:
    """Let it be as hot at each connector as what is wrong there makes it."""
    # Loaded here: few stations ever get hot.
    from chargepoint.model.thermostat import put_into_heat

    for connector in state.connectors.values():
        put_into_heat(
            connector,
            heated=state.suffers(connector, ErrorCode.HIGH_TEMPERATURE),
            uncooled=state.damages is not None and state.damages.uncooled(connector),
        )
    state.hot = any(one.ambient_c > AMBIENT_C or one.heat is not Heat.COOL for one in state.connectors.values())


def unlock(state: StationState, number: int, now: float) -> Outcome:
    """Release the cable of connector ``number``; Rejected when its lock does not open."""
    connector = state.connectors.get(number)
    if connector is None or state.fixed_cable:
        return Outcome(Verdict.UNKNOWN_CONNECTOR, f"connector {number} has no lock")
    stop(state, connector, StopReason.UNLOCK_COMMAND, now)
    if state.suffers(connector, ErrorCode.CONNECTOR_LOCK_FAILURE):
        return Outcome(Verdict.REJECTED, "the lock is stuck")
    release(state, connector)
    signal(state, connector, Signal.UNLOCKED)
    return ACCEPTED


def go_down(state: StationState, reason: StopReason, now: float, *, reset: bool = False, cause: str = "") -> Outcome:
    """End every transaction for ``reason``, then boot again; a ``reset`` may fail at that. ``cause``: what made it,
    if nobody wanted it."""
    for connector in state.connectors.values():
        stop(state, connector, reason, now)
        connector.grant = None
    state.asked.clear()
    state.going_down = True
    if reset and (state.damages is not None or state.faults):
        # Loaded here: most stations are never broken.
        from chargepoint.model import resetting

        if resetting.fails(state):
            return resetting.begin(state, reason, now)
    state.emit(Rebooting(reason, cause))
    return ACCEPTED
