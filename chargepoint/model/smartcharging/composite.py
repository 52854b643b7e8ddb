"""All profiles together: the limit of a connector, the station's maximum, and both as a schedule ahead."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from chargepoint.api.spec import CurrentType
from chargepoint.model.smartcharging.context import ConnectorContext, StationContext
from chargepoint.model.smartcharging.limits import Limit, limit_of, rate_in
from chargepoint.model.smartcharging.profiles import Period, Profile, Profiles, Purpose, RateUnit
from chargepoint.model.smartcharging.timeline import next_boundary, period_at

LONGEST_COMPOSITE_S = 7 * 86_400
"""No composite schedule looks further ahead; a longer one that is asked for ends here."""

_FLOAT_NOISE = 1e-6


@dataclass(frozen=True, slots=True)
class CompositeSchedule:
    """What may be drawn from ``starts_at`` (whole POSIX seconds) on, complete for ``duration_s``.

    The first period starts at 0, no two neighbours are equal; limits have at most one decimal. ``phases`` of the
    periods is None on DC.
    """

    starts_at: int
    duration_s: int
    unit: RateUnit
    periods: tuple[Period, ...]


def limit_at(profiles: Profiles, connector: ConnectorContext, station: StationContext, now: float) -> Limit:
    """What ``connector`` may draw at ``now`` by its own profiles and rating; the station's maximum is not in it.

    TX rules while it has a period running, else TX_DEFAULT, else the rating; neither lifts the rating.
    """
    rating = Limit(station.connector_rating, station.phases)
    for stack in (_of_transaction(profiles, connector), _of_any_transaction(profiles, connector)):
        limit = _leading(stack, station, now, connector.started_at)
        if limit is not None:
            return limit.capped_by(rating)
    return rating


def station_maximum_at(profiles: Profiles, station: StationContext, now: float) -> Limit:
    """What all connectors together may draw at ``now``: the leading STATION_MAX, never above the rating."""
    rating = Limit(station.station_rating, station.phases)
    limit = _leading(_station_wide(profiles), station, now, None)
    return rating if limit is None else limit.capped_by(rating)


def next_change(profiles: Profiles, connector: ConnectorContext, now: float) -> float | None:
    """The next moment after ``now`` at which ``connector``'s limit or the station's maximum may change.

    None when neither ever will. It holds for these profiles and this transaction: ask again when either changes.
    """
    concerned = [
        *_station_wide(profiles),
        *_of_transaction(profiles, connector),
        *_of_any_transaction(profiles, connector),
    ]
    return _earliest(next_boundary(profile, now, connector.started_at) for profile in concerned)


def composite_schedule(
    profiles: Profiles,
    connectors: Sequence[ConnectorContext],
    station: StationContext,
    now: float,
    duration_s: int,
    unit: RateUnit,
    *,
    max_periods: int | None = None,
) -> CompositeSchedule:
    """What ``connectors``, at least one, may draw together from ``now`` on, the station's maximum included
    (OCPP 1.6 section 5.7).

    One connector gives its own schedule; all of them give that of connector 0: their sum under the maximum.
    A connector without a transaction counts as if one started now. The schedule is exact at ``now`` and at every
    whole second after it. It is shorter than ``duration_s`` only beyond LONGEST_COMPOSITE_S, or where one period
    more than ``max_periods`` would be needed.
    """
    starts_at = math.floor(now)
    duration_s = min(duration_s, LONGEST_COMPOSITE_S)
    started = [
        connector if connector.started_at is not None else replace(connector, started_at=starts_at)
        for connector in connectors
    ]
    periods: list[Period] = []
    for moment in _steps(profiles, started, now, starts_at + duration_s):
        start_s = math.floor(moment) - starts_at
        limit, phases = _total_at(profiles, started, station, moment, unit)
        if periods and (periods[-1].limit, periods[-1].phases) == (limit, phases):
            continue
        if len(periods) == max_periods:
            duration_s = start_s
            break
        periods.append(Period(start_s, limit, phases))
    return CompositeSchedule(starts_at, duration_s, unit, tuple(periods))


def _station_wide(profiles: Profiles) -> list[Profile]:
    return [profile for profile in profiles if profile.purpose is Purpose.STATION_MAX]


def _of_transaction(profiles: Profiles, connector: ConnectorContext) -> list[Profile]:
    if connector.transaction is None:
        return []
    return [
        profile
        for profile in profiles
        if profile.purpose is Purpose.TX
        and profile.connector == connector.connector
        and profile.transaction in (None, connector.transaction)
    ]


def _of_any_transaction(profiles: Profiles, connector: ConnectorContext) -> list[Profile]:
    """A default of the connector hides the one of the same stack level for all, whether it is active or not
    (OCPP 1.6 section 3.13.1); the other levels of both make one stack."""
    defaults = [profile for profile in profiles if profile.purpose is Purpose.TX_DEFAULT]
    own = [profile for profile in defaults if profile.connector == connector.connector]
    hidden = {profile.stack_level for profile in own}
    return own + [profile for profile in defaults if profile.connector == 0 and profile.stack_level not in hidden]


def _leading(
    profiles: Iterable[Profile], station: StationContext, now: float, tx_started_at: float | None
) -> Limit | None:
    """The limit of the highest stack level that has a period at ``now``; None when none has.

    OCPP 1.6 section 3.13.2 speaks of validity only; but in a gap of its schedule a valid profile has nothing to
    say, so there the level below it rules.
    """
    for profile in sorted(profiles, key=lambda profile: profile.stack_level, reverse=True):
        period = period_at(profile, now, tx_started_at)
        if period is not None:
            return limit_of(period, profile.schedule, station)
    return None


def _earliest(moments: Iterable[float | None]) -> float | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _steps(profiles: Profiles, connectors: Sequence[ConnectorContext], now: float, end: float) -> Iterator[float]:
    """``now``, and the whole seconds after it and before ``end`` from which something may be different.

    What changes within a second counts from the next one.
    """
    yield now
    while True:
        change = _earliest(next_change(profiles, connector, now) for connector in connectors)
        if change is None or change > end - 1:
            return
        now = math.ceil(change)
        yield now


def _total_at(
    profiles: Profiles, connectors: Sequence[ConnectorContext], station: StationContext, now: float, unit: RateUnit
) -> tuple[float, int | None]:
    maximum = station_maximum_at(profiles, station, now)
    limits = [limit_at(profiles, connector, station, now).capped_by(maximum) for connector in connectors]
    total = min(sum(rate_in(unit, limit, station) for limit in limits), rate_in(unit, maximum, station))
    phases = max(limit.phases for limit in limits) if station.current is CurrentType.AC else None
    return _tenths(total), phases


def _tenths(rate: float) -> float:
    """``rate`` with one decimal, rounded down: what is announced is never more than what is allowed."""
    return math.floor(rate * 10 + _FLOAT_NOISE) / 10
