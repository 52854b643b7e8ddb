"""A charging session: cable and authorization in any order, then a transaction, then its end.

OCPP 1.6 sections 3.6 (order of plug and identification), 4.1 (Authorize), 4.8 (Start), 4.10 (Stop), 5.11 and 5.12
(remote start and stop).
"""

from __future__ import annotations

from dataclasses import replace

from chargepoint.model.authorization import TokenInfo, local_verdict
from chargepoint.model.commands import ACCEPTED, CarChanged, Outcome, RemoteStart, StartAnswered, Verdict
from chargepoint.model.connector import Connector, Grant
from chargepoint.model.electrical import NOTHING, Phases
from chargepoint.model.facts import AuthorizeWanted, TokenDenied, TransactionStarted, TransactionStopped
from chargepoint.model.power import reading, settle
from chargepoint.model.smartcharging.profiles import Profile, Purpose
from chargepoint.model.state import Asked, StationState
from chargepoint.model.transaction import StopReason, Transaction


def same_tag(one: str, other: str) -> bool:
    """Whether two id tags are the same (CiString: case does not count)."""
    return one.casefold() == other.casefold()


def car_changed(state: StationState, command: CarChanged, now: float) -> Outcome:
    """The cable goes in or out, the car pauses or goes on, or asks for another current."""
    connector = state.connectors[command.connector]
    before = connector.car
    pulled = before.plugged and command.cable == 0
    if pulled and connector.transaction is not None and state.parameters.stop_on_ev_disconnect:
        stop(state, connector, StopReason.EV_DISCONNECTED, now)
        if not state.fixed_cable:
            # The car's end is out, ours is not yet: the connector is Finishing for that moment.
            settle(state, now)
    _take_over(state, connector, command)
    if connector.car.plugged and not before.plugged:
        connector.finishing = False
        if connector.transaction is None:
            wait_for_the_other(state, connector, now)
            start(state, connector, now)
    if pulled:
        connector.finishing = False
        if connector.grant is None:
            connector.expires_at = None
    state.touch(connector)
    return ACCEPTED


def _take_over(state: StationState, connector: Connector, command: CarChanged) -> None:
    before = connector.car
    given = (command.l1, command.l2, command.l3)
    old = (before.demand.l1, before.demand.l2, before.demand.l3)
    demand_given = before.demand_given or any(value is not None for value in given)
    demand = Phases(*(was if value is None else value for value, was in zip(given, old, strict=True)))
    cable = before.cable if command.cable is None else command.cable
    soc_pct = before.soc_pct
    if cable > 0 and not before.plugged:
        soc_pct = state.vehicle.arrival_soc_pct
    if not demand_given:
        demand = state.vehicle.demand(state.supply.direct) if cable > 0 else NOTHING
    ready = before.ready if command.ready is None else command.ready
    connector.car = replace(
        before, cable=cable, ready=ready, demand=demand, demand_given=demand_given, soc_pct=soc_pct
    )


def present_token(state: StationState, number: int, id_tag: str, now: float) -> Outcome:
    """An id tag is held to the reader of connector ``number``."""
    connector = state.connectors[number]
    known = state.known(id_tag)
    if connector.transaction is not None:
        return _present_to_stop(state, connector, id_tag, known, now)
    if connector.grant is not None and same_tag(connector.grant.id_tag, id_tag):
        # Presented a second time before the cable is in: the user has changed his mind (transition B1).
        connector.grant = None
        connector.expires_at = None
        return ACCEPTED
    if not connector.free:
        return deny(state, connector, id_tag, "the connector is out of service", now)
    return _authorize(state, connector, id_tag, None, now)


def _authorize(
    state: StationState, connector: Connector, id_tag: str, profile: Profile | None, now: float
) -> Outcome:
    known = state.known(id_tag)
    match local_verdict(known, state.online, state.parameters, state.station_time(now)):
        case True:
            grant(state, connector, Grant(id_tag, known.parent_id_tag if known else "", profile), now)
        case False:
            return deny(state, connector, id_tag, "not known as accepted, and nobody can be asked", now)
        case None:
            ask(state, connector, id_tag, profile)
    return ACCEPTED


def _present_to_stop(
    state: StationState, connector: Connector, id_tag: str, known: TokenInfo | None, now: float
) -> Outcome:
    transaction = connector.transaction
    assert transaction is not None
    if same_tag(id_tag, transaction.id_tag) or _same_group(transaction, known, state.station_time(now)):
        stop(state, connector, StopReason.LOCAL, now, id_tag)
    elif state.online:
        ask(state, connector, id_tag, None)
    else:
        return deny(state, connector, id_tag, "another id tag charges here, and nobody can be asked", now)
    return ACCEPTED


def _same_group(transaction: Transaction, info: TokenInfo | None, now: float) -> bool:
    return (
        info is not None
        and info.accepted(now)
        and bool(transaction.parent_id_tag)
        and same_tag(info.parent_id_tag, transaction.parent_id_tag)
    )


def ask(state: StationState, connector: Connector, id_tag: str, profile: Profile | None) -> None:
    """Ask the central system about ``id_tag``, once at a time for a connector."""
    if any(asked.connector == connector.number for asked in state.asked.values()):
        return
    state.last_request += 1
    state.asked[state.last_request] = Asked(connector.number, id_tag, profile)
    state.emit(AuthorizeWanted(state.last_request, id_tag))


def authorize_answered(state: StationState, request: int, info: TokenInfo | None, now: float) -> Outcome:
    """The verdict on an id tag that was asked about; without an answer the rules for offline hold."""
    asked = state.asked.pop(request, None)
    if asked is None:
        return Outcome(Verdict.REJECTED, "nothing was asked")
    connector = state.connectors[asked.connector]
    station_time = state.station_time(now)
    if info is not None:
        state.learn(asked.id_tag, info)
        accepted = info.accepted(station_time)
    else:
        info = state.known(asked.id_tag)
        accepted = bool(local_verdict(info, False, state.parameters, station_time))
    if connector.transaction is not None:
        if not _same_group(connector.transaction, info, station_time):
            return deny(state, connector, asked.id_tag, "another id tag charges here", now)
        stop(state, connector, StopReason.LOCAL, now, asked.id_tag)
    elif not accepted:
        status = info.status if info is not None else "unknown"
        return deny(state, connector, asked.id_tag, f"the verdict on it is {status}", now)
    elif connector.free:
        grant(state, connector, Grant(asked.id_tag, info.parent_id_tag if info else "", asked.profile), now)
    return ACCEPTED


def deny(state: StationState, connector: Connector, id_tag: str, reason: str, now: float) -> Outcome:
    """The id tag opens nothing."""
    state.emit(TokenDenied(connector.number, id_tag, reason, now))
    return Outcome(Verdict.REJECTED, reason)


def grant(state: StationState, connector: Connector, granted: Grant, now: float) -> None:
    """The id tag may charge: at once when the cable is in, otherwise for as long as the cable is waited for."""
    connector.grant = granted
    connector.finishing = False
    wait_for_the_other(state, connector, now)
    start(state, connector, now)


def wait_for_the_other(state: StationState, connector: Connector, now: float) -> None:
    """Either the cable or the authorization is there: the other may take ConnectionTimeOut."""
    timeout_s = state.parameters.connection_timeout_s
    connector.expires_at = now + timeout_s if timeout_s > 0 else None


def expire(state: StationState, connector: Connector, now: float) -> None:
    """The other did not come: an authorization is forgotten, a cable alone is Finishing (transition B6)."""
    connector.expires_at = None
    if connector.grant is not None:
        state.emit(TokenDenied(connector.number, connector.grant.id_tag, "no cable was plugged in in time", now))
        connector.grant = None
    elif connector.transaction is None and connector.car.plugged:
        connector.finishing = True
        state.touch(connector)


def start(state: StationState, connector: Connector, now: float) -> None:
    """Begin the transaction if all is there: authorization, cable, a connector in service."""
    granted = connector.grant
    if granted is None or not connector.car.plugged or not connector.free or state.faulted:
        return
    state.last_handle += 1
    transaction = Transaction(
        handle=state.last_handle,
        connector=connector.number,
        id_tag=granted.id_tag,
        parent_id_tag=granted.parent_id_tag,
        started_at=now,
        meter_start_wh=connector.meter.register_wh,
    )
    connector.transaction = transaction
    connector.grant = None
    connector.expires_at = None
    connector.finishing = False
    connector.sampled_at = now
    if granted.profile is not None:
        state.profiles.install(replace(granted.profile, connector=connector.number, transaction=transaction.handle))
        state.changed.add("profiles")
    state.changed.add("station")
    state.touch(connector)
    state.emit(TransactionStarted(transaction))


def stop(state: StationState, connector: Connector, reason: StopReason, now: float, id_tag: str = "") -> None:
    """End the connector's transaction; what waited for its end comes into force."""
    transaction = connector.transaction
    if transaction is None:
        return
    last = reading(state, connector, now)
    connector.transaction = None
    connector.finishing = connector.car.plugged
    if connector.operative_after is not None:
        connector.operative = connector.operative_after
        connector.operative_after = None
    if state.profiles.drop_transaction(connector.number):
        state.changed.add("profiles")
    state.touch(connector)
    state.emit(TransactionStopped(transaction, reason, id_tag, last))


def start_answered(state: StationState, command: StartAnswered, now: float) -> Outcome:
    """The central system took a start: its id, and whether the id tag is (still) welcome (section 4.8)."""
    state.learn(command.id_tag, command.info)
    connector = next((one for one in state.connectors.values() if _runs(one, command.handle)), None)
    if connector is None or connector.transaction is None:
        return ACCEPTED
    connector.transaction = replace(
        connector.transaction, central_id=command.central_id, parent_id_tag=command.info.parent_id_tag
    )
    state.touch(connector)
    if command.info.accepted(state.station_time(now)):
        return ACCEPTED
    if state.parameters.stop_on_invalid_id:
        stop(state, connector, StopReason.DE_AUTHORIZED, now)
    else:
        allowance_wh = state.parameters.max_energy_on_invalid_id_wh
        connector.transaction = replace(
            connector.transaction, refused=True, allowed_until_wh=connector.meter.energy_wh + allowance_wh
        )
    return ACCEPTED


def _runs(connector: Connector, handle: int) -> bool:
    return connector.transaction is not None and connector.transaction.handle == handle


def remote_start(state: StationState, command: RemoteStart, now: float) -> Outcome:
    """RemoteStartTransaction: accepted when a transaction can be tried (section 5.11)."""
    if not state.online:
        return Outcome(Verdict.REJECTED, "the central system has not accepted this station")
    if command.profile is not None and (
        command.profile.purpose is not Purpose.TX or command.profile.transaction is not None
    ):
        return Outcome(Verdict.REJECTED, "the charging profile is not one for a transaction to come")
    connector = _for_remote_start(state, command.connector)
    if connector is None:
        return Outcome(Verdict.REJECTED, "no such connector is free")
    if state.parameters.authorize_remote_start:
        _authorize(state, connector, command.id_tag, command.profile, now)
    else:
        grant(state, connector, Grant(command.id_tag, "", command.profile), now)
    return ACCEPTED


def _for_remote_start(state: StationState, number: int | None) -> Connector | None:
    if state.faulted or not state.operative:
        return None
    wanted = (
        state.connectors.values()
        if number is None
        else [state.connectors[n] for n in state.connectors if n == number]
    )
    free = [one for one in wanted if one.free and one.grant is None]
    # Without a connector in the request, the one that somebody has plugged into is meant.
    return min(free, key=lambda one: (not one.car.plugged, one.number), default=None)


def remote_stop(state: StationState, central_id: int, now: float) -> Outcome:
    """RemoteStopTransaction: accepted when that transaction runs here (section 5.12)."""
    connector = state.running(central_id)
    if connector is None:
        return Outcome(Verdict.REJECTED, f"no transaction {central_id} runs here")
    stop(state, connector, StopReason.REMOTE, now)
    return ACCEPTED
