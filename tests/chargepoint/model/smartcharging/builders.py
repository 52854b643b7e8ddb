"""Profiles, stations and moments in few words, for these tests."""

from __future__ import annotations

from datetime import datetime

from chargepoint.api.spec import CurrentType
from chargepoint.model.smartcharging.composite import CompositeSchedule
from chargepoint.model.smartcharging.context import ConnectorContext, StationContext
from chargepoint.model.smartcharging.profiles import Kind, Period, Profile, Purpose, RateUnit, Recurrency, Schedule

AC_STATION = StationContext(
    current=CurrentType.AC, voltage_v=230.0, phases=3, connector_rating=32.0, station_rating=32.0
)
DC_STATION = StationContext(
    current=CurrentType.DC, voltage_v=400.0, phases=1, connector_rating=50_000.0, station_rating=50_000.0
)

Steps = dict[int, float]


def at(moment: str) -> float:
    """POSIX seconds of an ISO 8601 moment."""
    return datetime.fromisoformat(moment).timestamp()


NOW = at("2024-03-05T12:00:00Z")

IDLE = ConnectorContext(1)
CHARGING = ConnectorContext(1, transaction="tx-1", started_at=NOW)


def schedule(
    steps: Steps,
    unit: RateUnit = RateUnit.A,
    phases: int | None = None,
    duration_s: int | None = None,
    starts_at: float | None = NOW,
    min_rate: float | None = None,
) -> Schedule:
    """A schedule whose periods are ``steps``: start_s to limit."""
    periods = tuple(Period(start_s, limit, phases) for start_s, limit in steps.items())
    return Schedule(unit, periods, duration_s, starts_at, min_rate)


def profile(
    purpose: Purpose,
    steps: Steps,
    *,
    id: int = 1,
    connector: int | None = None,
    stack_level: int = 0,
    kind: Kind = Kind.ABSOLUTE,
    recurrency: Recurrency | None = None,
    transaction: str | None = None,
    unit: RateUnit = RateUnit.A,
    phases: int | None = None,
    duration_s: int | None = None,
    starts_at: float | None = NOW,
    min_rate: float | None = None,
    valid_from: float | None = None,
    valid_to: float | None = None,
) -> Profile:
    """A profile; by default a TX one is on connector 1, any other on 0, and it starts at NOW."""
    return Profile(
        id=id,
        connector=connector if connector is not None else int(purpose is Purpose.TX),
        purpose=purpose,
        kind=kind,
        stack_level=stack_level,
        schedule=schedule(steps, unit, phases, duration_s, starts_at, min_rate),
        transaction=transaction,
        recurrency=recurrency,
        valid_from=valid_from,
        valid_to=valid_to,
    )


def steps_of(composite: CompositeSchedule) -> Steps:
    """The periods as start_s to limit."""
    return {period.start_s: period.limit for period in composite.periods}
