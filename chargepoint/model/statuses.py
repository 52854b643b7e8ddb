"""The nine connector states of OCPP 1.6 (section 4.9): how one follows from a situation, and who may follow whom.

A connector stores facts, not a state. The state is what the facts amount to, so that a fault that goes away, or a
power cut, leads back to the right place by itself. The table of the standard is then walked, never jumped: a change
it does not have, such as Preparing to Unavailable, is reported along the shortest legal route.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from chargepoint.api.payloads import ConnectorState

S = ConnectorState

TRANSITIONS: dict[ConnectorState, frozenset[ConnectorState]] = {
    S.AVAILABLE: frozenset(
        {S.PREPARING, S.CHARGING, S.SUSPENDED_EV, S.SUSPENDED_EVSE, S.RESERVED, S.UNAVAILABLE, S.FAULTED}
    ),
    S.PREPARING: frozenset({S.AVAILABLE, S.CHARGING, S.SUSPENDED_EV, S.SUSPENDED_EVSE, S.FINISHING, S.FAULTED}),
    S.CHARGING: frozenset({S.AVAILABLE, S.SUSPENDED_EV, S.SUSPENDED_EVSE, S.FINISHING, S.UNAVAILABLE, S.FAULTED}),
    S.SUSPENDED_EV: frozenset({S.AVAILABLE, S.CHARGING, S.SUSPENDED_EVSE, S.FINISHING, S.UNAVAILABLE, S.FAULTED}),
    S.SUSPENDED_EVSE: frozenset({S.AVAILABLE, S.CHARGING, S.SUSPENDED_EV, S.FINISHING, S.UNAVAILABLE, S.FAULTED}),
    S.FINISHING: frozenset({S.AVAILABLE, S.PREPARING, S.UNAVAILABLE, S.FAULTED}),
    S.RESERVED: frozenset({S.AVAILABLE, S.PREPARING, S.UNAVAILABLE, S.FAULTED}),
    S.UNAVAILABLE: frozenset({S.AVAILABLE, S.PREPARING, S.CHARGING, S.SUSPENDED_EV, S.SUSPENDED_EVSE, S.FAULTED}),
    S.FAULTED: frozenset(set(S) - {S.FAULTED}),
}
"""OCPP 1.6 section 4.9, rows A to I: from a state to those that may follow it."""

PASSING = (S.PREPARING, S.AVAILABLE, S.FINISHING)
"""States that may be passed through without being stayed in: they promise nothing to anybody."""


@dataclass(frozen=True, slots=True)
class Situation:
    """The facts that make a connector's state.

    ``offers``: the station would give power now. ``wants``: the car would take it. ``finishing``: a transaction
    ended and the cable is still there. ``preparing``: a cable or an authorization, not yet both. ``reserved``: kept
    for somebody who has not come, which a cable does not change.
    """

    faulted: bool = False
    transaction: bool = False
    offers: bool = False
    wants: bool = False
    operative: bool = True
    finishing: bool = False
    preparing: bool = False
    reserved: bool = False


def status_of(situation: Situation) -> ConnectorState:
    """The state that ``situation`` amounts to; the first that holds."""
    if situation.faulted:
        return S.FAULTED
    if situation.transaction:
        # Both may be true at once: the station's reason is told first (section 4.9, SuspendedEVSE).
        if not situation.offers:
            return S.SUSPENDED_EVSE
        return S.CHARGING if situation.wants else S.SUSPENDED_EV
    if not situation.operative:
        return S.UNAVAILABLE
    if situation.finishing:
        return S.FINISHING
    if situation.reserved:
        return S.RESERVED
    return S.PREPARING if situation.preparing else S.AVAILABLE


def route(old: ConnectorState, new: ConnectorState) -> tuple[ConnectorState, ...]:
    """The states to report on the way from ``old`` to ``new``, ``new`` included; empty when nothing changes."""
    if old is new:
        return ()
    routes: dict[ConnectorState, tuple[ConnectorState, ...]] = {old: ()}
    waiting = deque([old])
    while waiting:
        here = waiting.popleft()
        if new in TRANSITIONS[here]:
            return (*routes[here], new)
        for step in PASSING:
            if step in TRANSITIONS[here] and step not in routes:
                routes[step] = (*routes[here], step)
                waiting.append(step)
    raise AssertionError(f"no route from {old} to {new}")
