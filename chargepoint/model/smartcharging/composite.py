"""All profiles together: the limit of a connector, the station's maximum, and both as a schedule ahead."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chargepoint.api.spec import CurrentType
from chargepoint.model.smartcharging.context import ConnectorContext, StationContext
from chargepoint.model.smartcharging.course import Course, stacked, steps, together
from chargepoint.model.smartcharging.limits import Limit, rate_in
from chargepoint.model.smartcharging.profiles import Period, Profile, Profiles, Purpose, RateUnit
from chargepoint.model.smartcharging.timeline import next_boundary

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
    return _limit(_course(profiles, connector, station), station, now)


def station_maximum_at(profiles: Profiles, station: StationContext, now: float) -> Limit:
    """What all connectors together may draw at ``now``: the leading STATION_MAX, never above the rating."""
    return _limit(_maximum(profiles, station), station, now)


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
    maximum = _maximum(profiles, station)
    courses = together(_course(profiles, connector, station) for connector in started)
    rates: dict[Course, float] = {}
    periods: list[Period] = []
    for moment, changed in steps([maximum, *courses], now, starts_at + duration_s):
        for course in changed:
            course.move(station, moment)
        for course in courses if maximum in changed else changed:
            rates[course] = course.count * rate_in(unit, course.limit.capped_by(maximum.limit), station)
        limit = _tenths(min(sum(rates.values()), rate_in(unit, maximum.limit, station)))
        phases = _phases(courses, maximum, station)
        if periods and (periods[-1].limit, periods[-1].phases) == (limit, phases):
            continue
        start_s = math.floor(moment) - starts_at
        if len(periods) == max_periods:
            duration_s = start_s
            break
        periods.append(Period(start_s, limit, phases))
    return CompositeSchedule(starts_at, duration_s, unit, tuple(periods))


def _phases(courses: Sequence[Course], maximum: Course, station: StationContext) -> int | None:
    if station.current is CurrentType.DC:
        return None
    return min(maximum.limit.phases, max(course.limit.phases for course in courses))


def _maximum(profiles: Profiles, station: StationContext) -> Course:
    return Course((stacked(_station_wide(profiles)),), None, Limit(station.station_rating, station.phases))


def _course(profiles: Profiles, connector: ConnectorContext, station: StationContext) -> Course:
    stacks = (
        stacked(_of_transaction(profiles, connector)),
        stacked(_of_any_transaction(profiles, connector)),
    )
    return Course(stacks, connector.started_at, Limit(station.connector_rating, station.phases))


def _limit(course: Course, station: StationContext, now: float) -> Limit:
    course.move(station, now)
    return course.limit


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


def _earliest(moments: Iterable[float | None]) -> float | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _tenths(rate: float) -> float:
    """``rate`` with one decimal, rounded down: what is announced is never more than what is allowed."""
    return math.floor(rate * 10 + _FLOAT_NOISE) / 10
