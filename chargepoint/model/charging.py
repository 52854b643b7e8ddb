"""A charging session: cable and authorization in any order, then a transaction, then its end.

OCPP 1.6 sections 3.6 (order of plug and identification), 4.1 (Authorize), 4.8 (Start), 4.10 (Stop).
"""

from __future__ import annotations

from dataclasses import replace

from chargepoint.api.payloads import ErrorCode
from chargepoint.model.authorization import TokenInfo, local_verdict, same_tag
from chargepoint.model.commands import ACCEPTED, Outcome, StartAnswered, Verdict
from chargepoint.model.connector import Connector, Grant
from chargepoint.model.facts import AuthorizeWanted, TokenDenied, TransactionStarted, TransactionStopped
from chargepoint.model.lighting import Signal, signal
from chargepoint.model.lock import keep_locked, opens, release
from chargepoint.model.power import settle
from chargepoint.model.reading import reading
from chargepoint.model.reserving import claim, use
from chargepoint.model.smartcharging.profiles import Profile
from chargepoint.model.state import Asked, StationState
from chargepoint.model.transaction import StopReason, Transaction

RESERVED = "the connector is reserved for another id tag"


def present_token(state: StationState, number: int, id_tag: str, now: float) -> Outcome:
    """An id tag is held to the reader of connector ``number``."""
    connector = state.connectors[number]
    if state.suffers(connector, ErrorCode.READER_FAILURE):
        return deny(state, connector, id_tag, "the reader has failed", now)
    known = state.known(id_tag)
    if connector.transaction is not None:
        return _present_to_stop(state, connector, id_tag, known, now)
    if connector.hold is not None and opens(connector.hold, id_tag, state.group_of(id_tag)):
        hung = connector.hanging
        release(state, connector)
        if hung:
            signal(state, connector, Signal.ACCEPTED)
            return ACCEPTED
    if connector.hanging and state.online:
        ask(state, connector, id_tag, None)
        return ACCEPTED
    if connector.grant is not None and same_tag(connector.grant.id_tag, id_tag):
        # Presented a second time before the cable is in: the user has changed his mind (transition B1).
        connector.grant = None
        connector.waiting_since = None
        signal(state, connector, Signal.ACCEPTED)
        return ACCEPTED
    if not state.free(connector):
        return deny(state, connector, id_tag, "the connector is out of service", now)
    return authorize(state, connector, id_tag, None, now)


def authorize(state: StationState, connector: Connector, id_tag: str, profile: Profile | None, now: float) -> Outcome:
    """Find out whether ``id_tag`` may start a transaction, by the station itself or the central system."""
    if not state.accepted_once and not state.parameters.allow_offline_unknown_id:
        return deny(state, connector, id_tag, "no central system has ever accepted this station", now)
    known = state.known(id_tag)
    parent_id_tag = state.group_of(id_tag)
    claimed = claim(state, connector, id_tag, parent_id_tag)
    if claimed is False or (claimed is None and not state.online):
        return deny(state, connector, id_tag, RESERVED, now)
    match local_verdict(known, state.online, state.parameters, state.station_time(now)):
        case True if claimed:
            signal(state, connector, Signal.ACCEPTED)
            grant(state, connector, Grant(id_tag, parent_id_tag, profile), now)
        case False:
            return deny(state, connector, id_tag, "not known as accepted, and nobody can be asked", now)
        case _:
            # Also when all that is missing is its group, which may be the one that the connector is reserved for.
            ask(state, connector, id_tag, profile)
    return ACCEPTED


def _present_to_stop(
    state: StationState, connector: Connector, id_tag: str, known: TokenInfo | None, now: float
) -> Outcome:
    transaction = connector.transaction
    assert transaction is not None
    if same_tag(id_tag, transaction.id_tag) or _same_group(state, transaction, known, now):
        signal(state, connector, Signal.ACCEPTED)
        stop(state, connector, StopReason.LOCAL, now, id_tag)
    elif state.online:
        ask(state, connector, id_tag, None)
    else:
        return deny(state, connector, id_tag, "another id tag charges here, and nobody can be asked", now)
    return ACCEPTED


def _same_group(state: StationState, transaction: Transaction, info: TokenInfo | None, now: float) -> bool:
    # A transaction that the central system started, or accepted without naming the group, has it from the list.
    group = transaction.parent_id_tag or state.group_of(transaction.id_tag)
    return (
        info is not None
        and info.accepted(state.station_time(now))
        and bool(group)
        and same_tag(info.parent_id_tag, group)
    )


def ask(state: StationState, connector: Connector, id_tag: str, profile: Profile | None) -> None:
    """Ask the central system about ``id_tag``, once at a time for a connector."""
    if state.is_asking(connector):
        return
    state.last_request += 1
    state.asked[state.last_request] = Asked(connector.number, id_tag, connector.handle, profile)
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
    if connector.handle != asked.transaction:
        return deny(state, connector, asked.id_tag, "the session it was for began or ended meanwhile", now)
    if connector.transaction is not None:
        if not _same_group(state, connector.transaction, info, now):
            return deny(state, connector, asked.id_tag, "another id tag charges here", now)
        stop(state, connector, StopReason.LOCAL, now, asked.id_tag)
    elif connector.hanging:
        if connector.hold is None or info is None or not opens(connector.hold, asked.id_tag, info.parent_id_tag):
            return deny(state, connector, asked.id_tag, "the cable in the socket is that of another id tag", now)
        release(state, connector)
    elif not accepted:
        status = info.status if info is not None else "unknown"
        return deny(state, connector, asked.id_tag, f"the verdict on it is {status}", now)
    elif not claim(state, connector, asked.id_tag, info.parent_id_tag if info else ""):
        return deny(state, connector, asked.id_tag, RESERVED, now)
    elif not state.free(connector):
        return deny(state, connector, asked.id_tag, "the connector is out of service", now)
    else:
        grant(state, connector, Grant(asked.id_tag, info.parent_id_tag if info else "", asked.profile), now)
    signal(state, connector, Signal.ACCEPTED)
    return ACCEPTED


def deny(state: StationState, connector: Connector, id_tag: str, reason: str, now: float) -> Outcome:
    """The id tag opens nothing."""
    signal(state, connector, Signal.REFUSED)
    state.emit(TokenDenied(connector.number, id_tag, reason, now))
    return Outcome(Verdict.REJECTED, reason)


def grant(state: StationState, connector: Connector, granted: Grant, now: float) -> None:
    """The id tag may charge: at once when the cable is in, otherwise for as long as the cable is waited for."""
    connector.grant = granted
    connector.finishing = False
    wait_for_the_other(connector, now)
    # Whoever comes back to a cable that is still in (transition F2) is Preparing before the transaction starts.
    settle(state, now)
    start(state, connector, now)


def wait_for_the_other(connector: Connector, now: float) -> None:
    """Either the cable or the authorization is there: the other may take ConnectionTimeOut."""
    connector.waiting_since = now


def waits_until(state: StationState, connector: Connector) -> float | None:
    """When the other is no longer waited for; never with a ConnectionTimeOut of 0, or while firmware is installed."""
    timeout_s = state.parameters.connection_timeout_s
    if connector.waiting_since is None or timeout_s <= 0 or state.held:
        return None
    if connector.grant is None and state.reservations.at(connector.number) is not None:
        # A cable alone does not make a reserved connector Preparing: nothing is waited for.
        return None
    return max(connector.waiting_since + timeout_s, state.at)


def expire(state: StationState, connector: Connector, now: float) -> None:
    """The other did not come: an authorization is forgotten, a cable alone is Finishing (transition B6)."""
    connector.waiting_since = None
    if connector.grant is not None:
        state.emit(TokenDenied(connector.number, connector.grant.id_tag, "no cable was plugged in in time", now))
        connector.grant = None
    elif connector.transaction is None and connector.car.plugged:
        connector.finishing = True
        state.touch(connector)


def start(state: StationState, connector: Connector, now: float) -> None:
    """Begin the transaction if all is there: authorization, cable, a connector in service."""
    granted = connector.grant
    if granted is None or not connector.car.plugged or not state.free(connector):
        return
    state.last_handle += 1
    transaction = Transaction(
        handle=state.last_handle,
        connector=connector.number,
        id_tag=granted.id_tag,
        parent_id_tag=granted.parent_id_tag,
        started_at=now,
        meter_start_wh=connector.meter.register_wh,
        reservation_id=use(state, connector, now),
    )
    connector.transaction = transaction
    connector.grant = None
    connector.waiting_since = None
    connector.finishing = False
    connector.hold = None
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
    connector.interrupted = False
    keep_locked(state, connector, transaction, reason)
    connector.finishing = connector.car.plugged or connector.hold is not None
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
    connector = next((one for one in state.connectors.values() if one.handle == command.handle), None)
    if connector is None or connector.transaction is None:
        return ACCEPTED
    connector.transaction = replace(
        connector.transaction,
        central_id=command.central_id,
        # Many central systems name the group once, in Authorize.conf.
        parent_id_tag=command.info.parent_id_tag or connector.transaction.parent_id_tag,
    )
    state.touch(connector)
    if command.info.accepted(state.station_time(now)):
        return ACCEPTED
    allowance_wh = state.parameters.max_energy_on_invalid_id_wh
    connector.transaction = replace(
        connector.transaction, refused=True, allowed_until_wh=connector.meter.energy_wh + allowance_wh
    )
    stop_if_spent(state, connector, now)
    return ACCEPTED


def stop_if_spent(state: StationState, connector: Connector, now: float) -> None:
    """End a transaction that is refused and has taken all that it still may; the station may also just pause it."""
    transaction = connector.transaction
    if (
        transaction is not None
        and transaction.spent(connector.meter.energy_wh)
        and state.parameters.stop_on_invalid_id
    ):
        stop(state, connector, StopReason.DE_AUTHORIZED, now)
