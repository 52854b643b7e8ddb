"""Starting and stopping by the central system (OCPP 1.6 sections 5.11 and 5.12)."""

from __future__ import annotations

from dataclasses import replace

from chargepoint.model.charging import authorize, grant, stop
from chargepoint.model.commands import ACCEPTED, Outcome, RemoteStart, Verdict
from chargepoint.model.connector import Connector, Grant
from chargepoint.model.lighting import Signal, signal
from chargepoint.model.power import admit_profile
from chargepoint.model.reserving import claim, usable
from chargepoint.model.smartcharging.validation import ProfileRefusal
from chargepoint.model.state import StationState
from chargepoint.model.transaction import StopReason


def remote_start(state: StationState, command: RemoteStart, now: float) -> Outcome:
    """RemoteStartTransaction: accepted when a transaction can be tried (section 5.11)."""
    if not state.online:
        return Outcome(Verdict.REJECTED, "the central system has not accepted this station")
    connector = _choose(state, command.connector, command.id_tag)
    if connector is None:
        return Outcome(Verdict.REJECTED, "no such connector is free")
    profile = command.profile
    if profile is not None:
        admitted = admit_profile(state, replace(profile, connector=connector.number), now, starting=True)
        if isinstance(admitted, ProfileRefusal):
            return Outcome(Verdict.REJECTED, admitted.reason)
        profile = admitted
    signal(state, connector, Signal.REMOTE_START)
    if state.parameters.authorize_remote_start:
        authorize(state, connector, command.id_tag, profile, now)
    else:
        grant(state, connector, Grant(command.id_tag, state.group_of(command.id_tag), profile), now)
    return ACCEPTED


def _choose(state: StationState, number: int | None, id_tag: str) -> Connector | None:
    parent_id_tag = state.group_of(id_tag)

    def may(connector: Connector) -> bool:
        claimed = claim(state, connector, id_tag, parent_id_tag)
        # A group that is not known can only be learned when the tag is asked about.
        return state.parameters.authorize_remote_start if claimed is None else claimed

    def rank(connector: Connector) -> tuple[bool, bool, int]:
        reserved = usable(state, connector, id_tag, parent_id_tag)
        return (reserved is None, not connector.car.plugged, connector.number)

    free = [
        one
        for one in state.connectors.values()
        if number in (None, one.number)
        and state.free(one)
        and one.grant is None
        and not state.is_asking(one)
        and may(one)
    ]
    # Without a connector in the request, the one reserved for the tag is meant, or that somebody has plugged into.
    return min(free, key=rank, default=None)


def remote_stop(state: StationState, central_id: int, now: float) -> Outcome:
    """RemoteStopTransaction: accepted when that transaction runs here (section 5.12)."""
    if not state.online:
        return Outcome(Verdict.REJECTED, "the central system has not accepted this station")
    connector = state.running(central_id)
    if connector is None:
        return Outcome(Verdict.REJECTED, f"no transaction {central_id} runs here")
    signal(state, connector, Signal.REMOTE_STOP)
    stop(state, connector, StopReason.REMOTE, now)
    return ACCEPTED
