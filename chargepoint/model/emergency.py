"""The emergency-stop button of a station, or of one of its connectors: it latches, and only a hand releases it.

Loaded when one is pressed.
"""

from __future__ import annotations

from chargepoint.model.charging import stop
from chargepoint.model.state import StationState
from chargepoint.model.transaction import StopReason


def press(state: StationState, number: int, now: float) -> None:
    """The button of connector ``number`` (0: of the station) is pressed: transactions end, contactors open."""
    for connector in state.connectors.values():
        if number in (0, connector.number):
            stop(state, connector, StopReason.EMERGENCY_STOP, now)
            connector.grant = None
            connector.waiting_since = None
    _keep(state, state.emergency_stops | {number})


def release(state: StationState, number: int) -> None:
    """The button is pulled out again: what was there before comes back, but for the transactions."""
    _keep(state, state.emergency_stops - {number})


def _keep(state: StationState, pressed: frozenset[int]) -> None:
    state.emergency_stops = pressed
    state.changed.add("station")
