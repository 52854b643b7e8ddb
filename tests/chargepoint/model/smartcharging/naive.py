"""Smart charging a second time, the slow and obvious way: no boundaries, no windows, one question at a time."""

from __future__ import annotations

from collections.abc import Iterable

from chargepoint.api.spec import CurrentType
from chargepoint.model.smartcharging.context import ConnectorContext, StationContext
from chargepoint.model.smartcharging.profiles import Kind, Period, Profile, Purpose, RateUnit, Recurrency

Amperes = tuple[float, int]
"""Per phase, and phases; on DC watts, and 1."""


def running_period(profile: Profile, now: float, tx_started_at: float | None) -> Period | None:
    if profile.valid_from is not None and now < profile.valid_from:
        return None
    if profile.valid_to is not None and now >= profile.valid_to:
        return None

    start = profile.schedule.starts_at
    if profile.kind == Kind.RELATIVE or start is None:
        start = now if tx_started_at is None else tx_started_at
    elapsed = now // 1 - start // 1
    if elapsed < 0:
        return None

    duration = profile.schedule.duration_s
    if profile.kind == Kind.RECURRING:
        interval = 86_400 if profile.recurrency == Recurrency.DAILY else 604_800
        while elapsed >= interval:
            elapsed -= interval
    if duration is not None and elapsed >= duration:
        return None

    found = None
    for period in profile.schedule.periods:
        if period.start_s <= elapsed:
            found = period
    return found


def own_unit(profile: Profile, period: Period, station: StationContext) -> Amperes:
    if station.current == CurrentType.DC:
        return period.limit * (station.voltage_v if profile.schedule.unit == RateUnit.A else 1), 1
    phases = station.phases if period.phases is None else period.phases
    per_phase = period.limit if profile.schedule.unit == RateUnit.A else period.limit / station.voltage_v / phases
    return per_phase, phases if phases < station.phases else station.phases


def highest(
    candidates: Iterable[Profile], station: StationContext, now: float, tx_started_at: float | None
) -> Amperes | None:
    best_level = -1
    best = None
    for profile in candidates:
        period = running_period(profile, now, tx_started_at)
        if period is not None and profile.stack_level > best_level:
            best_level = profile.stack_level
            best = own_unit(profile, period, station)
    return best


def naive_limit(
    profiles: Iterable[Profile], connector: ConnectorContext, station: StationContext, now: float
) -> Amperes:
    tx, default = [], []
    for profile in profiles:
        if profile.purpose == Purpose.TX and profile.connector == connector.connector:
            running = connector.transaction is not None
            if running and (profile.transaction is None or profile.transaction == connector.transaction):
                tx.append(profile)
        if profile.purpose == Purpose.TX_DEFAULT and profile.connector == connector.connector:
            default.append(profile)
    own_levels = [profile.stack_level for profile in default]
    for profile in profiles:
        if profile.purpose == Purpose.TX_DEFAULT and profile.connector == 0 and profile.stack_level not in own_levels:
            default.append(profile)

    limit = highest(tx, station, now, connector.started_at)
    if limit is None:
        limit = highest(default, station, now, connector.started_at)
    if limit is None:
        return station.connector_rating, station.phases
    return min(limit[0], station.connector_rating), limit[1]


def naive_maximum(profiles: Iterable[Profile], station: StationContext, now: float) -> Amperes:
    limit = highest([one for one in profiles if one.purpose == Purpose.STATION_MAX], station, now, None)
    if limit is None:
        return station.station_rating, station.phases
    return min(limit[0], station.station_rating), limit[1]


def naive_total(
    profiles: list[Profile],
    connectors: list[ConnectorContext],
    station: StationContext,
    now: float,
    unit: RateUnit,
) -> float:
    def shown(limit: Amperes) -> float:
        if station.current == CurrentType.DC:
            return limit[0] if unit == RateUnit.W else limit[0] / station.voltage_v
        return limit[0] if unit == RateUnit.A else limit[0] * station.voltage_v * limit[1]

    maximum = naive_maximum(profiles, station, now)
    total = 0.0
    for connector in connectors:
        limit = naive_limit(profiles, connector, station, now)
        total += shown((min(limit[0], maximum[0]), min(limit[1], maximum[1])))
    return min(total, shown(maximum))
