"""Where power goes: limits become setpoints, setpoints become consumption, consumption becomes energy and states."""

from __future__ import annotations

from chargepoint.api.payloads import ConnectorState, ErrorCode
from chargepoint.model.commands import ACCEPTED, Outcome, ProfilesCleared, Verdict
from chargepoint.model.connector import Connector, Heat
from chargepoint.model.electrical import Offer, held_back, shared
from chargepoint.model.faults import blocks
from chargepoint.model.metering import when_shown
from chargepoint.model.ramp import STILL, Flow
from chargepoint.model.smartcharging.composite import (
    CompositeSchedule,
    composite_schedule,
    limit_at,
    next_change,
    station_maximum_at,
)
from chargepoint.model.smartcharging.context import ConnectorContext, StationContext
from chargepoint.model.smartcharging.limits import Limit
from chargepoint.model.smartcharging.profiles import Profile, RateUnit
from chargepoint.model.smartcharging.validation import Flaw, ProfileRefusal, admit
from chargepoint.model.state import StationState
from chargepoint.model.statuses import route, status_of
from chargepoint.model.thermal import warmed
from chargepoint.model.vehicle import FULL_PCT


def settle(state: StationState, now: float) -> None:
    """Make setpoints, consumptions and states what the facts amount to, and tell every state that changed."""
    _share(state, now)
    minimum = state.supply.minimum
    for connector in state.connectors.values():
        reserved = connector.grant is None and state.reservations.at(connector.number) is not None
        situation = connector.situation(
            minimum,
            faulted=blocks(state.faults_of(connector)),
            reserved=reserved,
            held=state.held,
            wants=_wants(state, connector),
        )
        _tell(state, connector, route(connector.status, status_of(situation)), now)
        connector.meter.flow = _flow(state, connector, now)
    _tell_station(state, now)


def _share(state: StationState, now: float) -> None:
    maximum = _station_maximum(state, now)
    offers, before = [], {}
    for connector in state.connectors.values():
        before[connector.number] = connector.setpoint if connector.status is ConnectorState.CHARGING else 0.0
        limit = _connector_limit(state, connector, now).capped_by(maximum)
        connector.ocpp_limit = limit.rate
        connector.phases_in_use = limit.phases
        connector.setpoint = _own_offer(state, connector, limit)
        if connector.setpoint and _wants(state, connector) and connector.transaction is not None:
            offers.append(Offer(connector.number, connector.setpoint, connector.transaction.handle))
    least = state.supply.minimum if state.supply.direct else max(state.supply.minimum, state.vehicle.ac_minimum_a)
    shares = shared(offers, maximum.rate, least)
    if state.vehicle.fall_s:
        flowing = {number: state.connectors[number].consumption.largest for number in shares}
        shares = held_back(shares, before, flowing, maximum.rate)
    for number, setpoint in shares.items():
        state.connectors[number].setpoint = setpoint


def _wants(state: StationState, connector: Connector) -> bool:
    starts = state.supply.direct or not 0 < connector.setpoint < state.vehicle.ac_minimum_a
    # A car whose phases are gone can want as it likes.
    supplied = state.damages is None or state.damages.flowing(connector, connector.car.demand).total > 0
    return starts and supplied and connector.car.wants


def _own_offer(state: StationState, connector: Connector, limit: Limit) -> float:
    transaction = connector.transaction
    if transaction is None or state.stopped(connector):
        return 0.0
    if transaction.spent(connector.meter.energy_wh):
        return 0.0
    offer = min(limit.rate, connector.car.cable) if connector.car.plugged else limit.rate
    if connector.heat is not Heat.COOL or state.damages is not None:
        offer = min(offer, _hampered(state, connector))
    return offer if offer >= max(state.supply.minimum, limit.min_rate) else 0.0


def _hampered(state: StationState, connector: Connector) -> float:
    """What ``connector`` can give, hot or broken as it is: in its heat, half of its limit."""
    share = 1.0 if state.damages is None else state.damages.share(connector)
    if connector.heat is not Heat.COOL:
        share = min(share, 0.5)
    return share * state.supply.connector_limit


def _welded(state: StationState, connector: Connector) -> bool:
    """Whether power flows although the relay should be open."""
    stuck = state.damages is not None and state.damages.stuck(connector)
    return (stuck or state.suffers(connector, ErrorCode.POWER_SWITCH_FAILURE)) and connector.car.wants


def _flow(state: StationState, connector: Connector, now: float) -> Flow:
    limit = connector.setpoint
    if connector.status is not ConnectorState.CHARGING:
        # The contactor is open, or should be.
        if not _welded(state, connector):
            return STILL
        limit = state.supply.connector_limit
    direct, vehicle = state.supply.direct, state.vehicle
    phases = min(connector.phases_in_use, state.supply.phases)
    accepted = vehicle.acceptance(direct, connector.car.soc_pct, state.supply.voltage_v)
    target = connector.car.demand.limited(limit, phases).capped_by(accepted)
    if state.damages is not None:
        target = state.damages.flowing(connector, target)
    return connector.meter.flow.towards(target, now, vehicle.rise(direct), vehicle.fall_s)


def _tell(state: StationState, connector: Connector, states: tuple[ConnectorState, ...], now: float) -> None:
    if not states and state.told_of(connector, connector.status) != connector.told:
        states = (connector.status,)
    for status in states:
        connector.status = status
        connector.told = state.told_of(connector, status)
        state.emit(state.shown(connector.number, now))


def _tell_station(state: StationState, now: float) -> None:
    if state.faulted:
        status = ConnectorState.FAULTED
    else:
        status = ConnectorState.AVAILABLE if state.operative else ConnectorState.UNAVAILABLE
    if (status, state.station_fault) != (state.status, state.told):
        state.status, state.told = status, state.station_fault
        state.emit(state.shown(0, now))


def integrate(state: StationState, now: float) -> None:
    """Count the energy that flowed until ``now``, into the register and into the car's battery."""
    elapsed_s = now - state.at
    state.at = max(state.at, now)
    for connector in state.connectors.values():
        if elapsed_s > 0:
            load = connector.consumption.largest / state.supply.connector_limit
            connector.temperature_c = warmed(connector.temperature_c, load, elapsed_s, connector.ambient_c)
        energy_wh = connector.meter.advance(now)
        if energy_wh > 0:
            gained_pct = state.vehicle.soc_gain_pct(energy_wh, state.supply.direct)
            connector.car = connector.car.at_soc(min(FULL_PCT, connector.car.soc_pct + gained_pct))
            state.touch(connector)


def next_power_change(state: StationState) -> float | None:
    """The next moment at which a limit, a ramp, the battery or a spent allowance changes what flows."""
    moments = []
    for connector in state.connectors.values():
        meter = connector.meter
        if (bend := meter.flow.next_bend(meter.at)) is not None:
            moments.append(bend)
        if meter.flows:
            moments.append(meter.moment_of(_energy_to_next_step_wh(state, connector)))
            if connector.transaction is not None and connector.transaction.refused and meter.gain:
                left_wh = connector.transaction.allowed_until_wh - meter.energy_wh
                moments.append(meter.moment_of(left_wh / meter.gain))
        if (change := _next_limit_change(state, connector)) is not None:
            moments.append(change)
    return min(moments, default=None)


def _energy_to_next_step_wh(state: StationState, connector: Connector) -> float:
    direct, soc_pct = state.supply.direct, connector.car.soc_pct
    missing_pct = state.vehicle.next_step_pct(direct, soc_pct) - soc_pct
    return state.vehicle.energy_for_wh(missing_pct, direct)


def _next_limit_change(state: StationState, connector: Connector) -> float | None:
    if not len(state.profiles):
        return None
    change = next_change(state.profiles, _context(state, connector), state.station_time(connector.meter.at))
    if change is None:
        return None
    return when_shown(change, state.clock_offset_s)


def set_profile(state: StationState, profile: Profile, now: float) -> Outcome:
    """Install a charging profile, or say why not."""
    admitted = admit_profile(state, profile, now)
    if isinstance(admitted, ProfileRefusal):
        unknown = admitted.flaw is Flaw.UNKNOWN_CONNECTOR
        return Outcome(Verdict.UNKNOWN_CONNECTOR if unknown else Verdict.REJECTED, admitted.reason)
    state.profiles.install(admitted)
    state.changed.add("profiles")
    return ACCEPTED


def admit_profile(
    state: StationState, profile: Profile, now: float, *, starting: bool = False
) -> Profile | ProfileRefusal:
    """``profile`` as it can be installed, or why not; ``starting``: for a transaction that is about to start."""
    at = state.station_time(now)
    if state.profiles.drop_expired(at):
        state.changed.add("profiles")
    contexts = [_context(state, connector) for connector in state.connectors.values()]
    return admit(profile, state.profiles, contexts, state.profile_rules, at, starting=starting)


def clear_profiles(state: StationState, command: ProfilesCleared) -> Outcome:
    """Remove the charging profiles that match; Rejected when there is none."""
    cleared = state.profiles.clear(
        id=command.id, connector=command.connector, purpose=command.purpose, stack_level=command.stack_level
    )
    if not cleared:
        return Outcome(Verdict.REJECTED, "no charging profile matches")
    state.changed.add("profiles")
    return ACCEPTED


def composite(
    state: StationState, number: int, duration_s: int, unit: RateUnit, now: float
) -> CompositeSchedule | None:
    """The schedule ahead of connector ``number`` (0: the station); None when there is no such connector."""
    if number != 0 and number not in state.connectors:
        return None
    concerned = state.connectors.values() if number == 0 else [state.connectors[number]]
    return composite_schedule(
        state.profiles,
        [_context(state, connector) for connector in concerned],
        _station_context(state),
        state.station_time(now),
        duration_s,
        unit,
        max_periods=state.profile_rules.max_periods,
    )


def _connector_limit(state: StationState, connector: Connector, now: float) -> Limit:
    if not len(state.profiles):
        return Limit(state.supply.connector_limit, state.supply.phases)
    at = state.station_time(now)
    return limit_at(state.profiles, _context(state, connector), _station_context(state), at)


def _station_maximum(state: StationState, now: float) -> Limit:
    if not len(state.profiles):
        return Limit(state.supply.station_limit, state.supply.phases)
    return station_maximum_at(state.profiles, _station_context(state), state.station_time(now))


def _context(state: StationState, connector: Connector) -> ConnectorContext:
    transaction = connector.transaction
    if transaction is None:
        return ConnectorContext(connector.number)
    return ConnectorContext(connector.number, transaction.handle, state.station_time(transaction.started_at))


def _station_context(state: StationState) -> StationContext:
    supply = state.supply
    return StationContext(supply.type, supply.voltage_v, supply.phases, supply.connector_limit, supply.station_limit)
