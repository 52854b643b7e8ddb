"""Profiles as hypothesis makes them: what happens to them happens within minutes around NOW."""

from __future__ import annotations

from hypothesis import strategies as st

from chargepoint.model.smartcharging.context import ConnectorContext, StationContext
from chargepoint.model.smartcharging.profiles import (
    Kind,
    Period,
    Profile,
    Purpose,
    RateUnit,
    Recurrency,
    Schedule,
)
from tests.chargepoint.model.smartcharging.builders import AC_STATION, DC_STATION, NOW

DAY_S = 86_400

moments = st.integers(-300, 600).map(lambda tenths: NOW + tenths / 2)
"""Half seconds from NOW - 150 to NOW + 300."""

offsets = st.integers(1, 200) | st.integers(1, 100).map(lambda second: DAY_S - second)
"""Seconds into a schedule: its first minutes, or the last ones of a day."""


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    starts = [0, *sorted(draw(st.sets(offsets, max_size=4)))]
    days_ago = draw(st.sampled_from([0, 0, 1, 2, 7, 14]))
    return Schedule(
        unit=draw(st.sampled_from(RateUnit)),
        periods=tuple(
            Period(start, draw(st.sampled_from([0, 6, 7.4, 16, 2_300, 11_000])), draw(st.sampled_from([None, 1, 3])))
            for start in starts
        ),
        duration_s=draw(st.none() | offsets | st.just(0)),
        starts_at=draw(st.none() | moments.map(lambda moment: moment - days_ago * DAY_S)),
        min_rate=draw(st.none() | st.just(6.0)),
    )


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """What a station may have installed, on connectors 0 to 2."""
    purpose = draw(st.sampled_from(Purpose))
    kinds = [Kind.ABSOLUTE, Kind.RECURRING] + [Kind.RELATIVE] * (purpose is not Purpose.STATION_MAX)
    kind = draw(st.sampled_from(kinds))
    schedule = draw(schedules())
    if purpose is Purpose.STATION_MAX and schedule.starts_at is None:
        schedule = Schedule(schedule.unit, schedule.periods, schedule.duration_s, draw(moments))
    places = {Purpose.STATION_MAX: [0], Purpose.TX_DEFAULT: [0, 1, 2], Purpose.TX: [1, 2]}
    return Profile(
        id=draw(st.integers(1, 40)),
        connector=draw(st.sampled_from(places[purpose])),
        purpose=purpose,
        kind=kind,
        stack_level=draw(st.integers(0, 3)),
        schedule=schedule,
        transaction=draw(st.sampled_from([None, "tx-1", "tx-2"])) if purpose is Purpose.TX else None,
        recurrency=draw(st.sampled_from(Recurrency)) if kind is Kind.RECURRING else None,
        valid_from=draw(st.none() | moments),
        valid_to=draw(st.none() | moments),
    )


@st.composite
def connectors(draw: st.DrawFn, connector: int) -> ConnectorContext:
    """Connector ``connector``, idle or in its transaction."""
    if not draw(st.booleans()):
        return ConnectorContext(connector)
    return ConnectorContext(connector, f"tx-{connector}", draw(moments))


stations: st.SearchStrategy[StationContext] = st.sampled_from(
    [
        AC_STATION,
        StationContext(AC_STATION.current, 230.0, 1, 16.0, 20.0),
        DC_STATION,
        StationContext(DC_STATION.current, 400.0, 1, 10_000.0, 12_000.0),
    ]
)
