"""The lock of a socket: it holds the cable while a transaction runs, and sometimes longer.

OCPP 1.6 sections 3.6 and 9.1 (UnlockConnectorOnEVSideDisconnect), 5.18. A socket is locked from the start of a
transaction to its end. It stays locked for the owner of the cable, or anybody of his group, when the central system
does not accept his id tag, and, without UnlockConnectorOnEVSideDisconnect, when the cable is pulled out of his car:
it then hangs from the station, and nobody else can charge there, until that id tag is presented or the central
system unlocks. A fixed cable has no lock.
"""

from __future__ import annotations

from chargepoint.model.authorization import same_tag
from chargepoint.model.connector import Connector, Hold
from chargepoint.model.state import StationState
from chargepoint.model.transaction import StopReason, Transaction


def keep_locked(state: StationState, connector: Connector, transaction: Transaction, reason: StopReason) -> None:
    """``transaction`` ends for ``reason``: open the lock, or keep the cable for its owner."""
    if connector.car.plugged:
        kept = reason in (StopReason.DE_AUTHORIZED, StopReason.EV_DISCONNECTED)
    else:
        # Whoever ends it with an id tag is there to take his cable.
        kept = not state.parameters.unlock_on_ev_disconnect and reason is not StopReason.LOCAL
    if kept and not state.fixed_cable:
        connector.hold = Hold(transaction.id_tag, transaction.parent_id_tag or state.group_of(transaction.id_tag))


def cable_pulled(state: StationState, connector: Connector) -> None:
    """The cable is out of the car: out of the station as well, unless it is locked in there."""
    if state.parameters.unlock_on_ev_disconnect:
        connector.hold = None
    if connector.hold is None:
        connector.finishing = False


def opens(hold: Hold, id_tag: str, parent_id_tag: str) -> bool:
    """Whether ``id_tag`` may have the cable: it charged with it, or is of the same group."""
    same_group = bool(hold.parent_id_tag) and same_tag(parent_id_tag, hold.parent_id_tag)
    return same_tag(id_tag, hold.id_tag) or same_group


def release(state: StationState, connector: Connector) -> None:
    """Open the lock; a cable that hangs from it is taken away."""
    connector.hold = None
    connector.finishing = connector.finishing and connector.car.plugged
    state.touch(connector)
