"""Which profile rules, and what the composite schedule makes of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chargepoint.model.smartcharging.composite import (
    LONGEST_COMPOSITE_S,
    composite_schedule,
    limit_at,
    next_change,
    station_maximum_at,
)
from chargepoint.model.smartcharging.context import ConnectorContext, StationContext
from chargepoint.model.smartcharging.limits import Limit
from chargepoint.model.smartcharging.profiles import Kind, Period, Profile, Profiles, Purpose, RateUnit, Recurrency
from tests.chargepoint.model.smartcharging.builders import (
    AC_STATION,
    CHARGING,
    DC_STATION,
    IDLE,
    NOW,
    profile,
    steps_of,
)
from tests.chargepoint.model.smartcharging.naive import naive_limit, naive_maximum, naive_total
from tests.chargepoint.model.smartcharging.strategies import connectors, moments, profiles, stations

OTHER = ConnectorContext(2, transaction="tx-2", started_at=NOW)


def rate(installed: Profiles, connector: ConnectorContext = CHARGING, now: float = NOW) -> float:
    return limit_at(installed, connector, AC_STATION, now).rate


def test_without_profiles_the_hardware_is_the_limit() -> None:
    assert limit_at(Profiles(), CHARGING, AC_STATION, NOW) == Limit(32, 3)
    assert station_maximum_at(Profiles(), AC_STATION, NOW) == Limit(32, 3)
    assert next_change(Profiles(), CHARGING, NOW) is None


def test_no_profile_lifts_the_rating() -> None:
    installed = Profiles([profile(Purpose.STATION_MAX, {0: 99}, id=1), profile(Purpose.TX, {0: 80}, id=2)])
    assert rate(installed) == 32
    assert station_maximum_at(installed, AC_STATION, NOW).rate == 32


def test_a_gap_in_the_transactions_profile_lets_the_default_rule() -> None:
    installed = Profiles(
        [
            profile(Purpose.TX, {0: 20}, id=1, duration_s=60),
            profile(Purpose.TX_DEFAULT, {0: 13}, id=2, stack_level=5),
        ]
    )
    assert rate(installed) == 20
    assert rate(installed, now=NOW + 60) == 13


def test_the_default_of_a_connector_hides_that_of_all_on_its_level() -> None:
    installed = Profiles(
        [
            profile(Purpose.TX_DEFAULT, {0: 10}, id=1),
            profile(Purpose.TX_DEFAULT, {0: 20}, id=2, connector=1),
        ]
    )
    assert rate(installed, CHARGING) == 20
    assert rate(installed, OTHER) == 10


def test_it_hides_it_even_while_it_is_not_active() -> None:
    installed = Profiles(
        [
            profile(Purpose.TX_DEFAULT, {0: 10}, id=1),
            profile(Purpose.TX_DEFAULT, {0: 20}, id=2, connector=1, valid_from=NOW + 60),
        ]
    )
    assert rate(installed) == 32


def test_on_other_levels_the_defaults_of_all_and_of_the_connector_are_one_stack() -> None:
    installed = Profiles(
        [
            profile(Purpose.TX_DEFAULT, {0: 10}, id=1, stack_level=2, duration_s=60),
            profile(Purpose.TX_DEFAULT, {0: 20}, id=2, stack_level=1, connector=1),
        ]
    )
    assert rate(installed) == 10
    assert rate(installed, now=NOW + 60) == 20


def test_the_profile_of_another_transaction_or_connector_does_not_count() -> None:
    installed = Profiles([profile(Purpose.TX, {0: 6}, transaction="tx-9")])
    assert rate(installed) == 32
    assert rate(Profiles([profile(Purpose.TX, {0: 6})]), OTHER) == 32


def test_phases_are_limited_too() -> None:
    installed = Profiles([profile(Purpose.TX, {0: 16}, phases=1)])
    assert limit_at(installed, CHARGING, AC_STATION, NOW) == Limit(16, 1)
    composite = composite_schedule(installed, [CHARGING], AC_STATION, NOW, 60, RateUnit.W)
    assert composite.periods == (Period(0, 3680.0, 1),)


def test_the_station_is_the_sum_of_its_connectors_under_its_maximum() -> None:
    installed = Profiles(
        [
            profile(Purpose.STATION_MAX, {0: 30, 120: 32}, id=1),
            profile(Purpose.TX, {0: 10, 60: 20}, id=2, connector=1),
            profile(Purpose.TX, {0: 6, 60: 16}, id=3, connector=2),
        ]
    )
    composite = composite_schedule(installed, [CHARGING, OTHER], AC_STATION, NOW, 600, RateUnit.A)
    assert steps_of(composite) == {0: 16, 60: 30, 120: 32}


def test_watts_of_connectors_with_different_phases_add_up() -> None:
    installed = Profiles(
        [
            profile(Purpose.TX, {0: 10}, id=2, connector=1, phases=1),
            profile(Purpose.TX, {0: 6}, id=3, connector=2),
        ]
    )
    composite = composite_schedule(installed, [CHARGING, OTHER], AC_STATION, NOW, 600, RateUnit.W)
    assert composite.periods == (Period(0, 2300.0 + 4140.0, 3),)


def test_the_phases_of_the_station_maximum_count_for_its_connectors() -> None:
    installed = Profiles(
        [
            profile(Purpose.STATION_MAX, {0: 7360}, id=1, unit=RateUnit.W, phases=1),
            profile(Purpose.TX, {0: 16}, id=2),
        ]
    )
    composite = composite_schedule(installed, [CHARGING], AC_STATION, NOW, 60, RateUnit.W)
    assert composite.periods == (Period(0, 3680.0, 1),)


def test_without_a_transaction_the_composite_is_for_one_that_starts_now() -> None:
    installed = Profiles([profile(Purpose.TX_DEFAULT, {0: 16, 600: 10}, kind=Kind.RELATIVE, starts_at=None)])
    composite = composite_schedule(installed, [IDLE], AC_STATION, NOW + 5000.7, 1200, RateUnit.A)
    assert (composite.starts_at, steps_of(composite)) == (NOW + 5000, {0: 16, 600: 10})


def test_what_was_installed_within_the_second_is_in_the_composite_of_the_same_second() -> None:
    installed = Profiles([profile(Purpose.TX_DEFAULT, {0: 16}, starts_at=NOW + 0.3, valid_from=NOW + 0.3)])
    composite = composite_schedule(installed, [IDLE], AC_STATION, NOW + 0.8, 60, RateUnit.A)
    assert steps_of(composite) == {0: 16}


def test_a_composite_of_no_duration_says_what_holds_now() -> None:
    composite = composite_schedule(Profiles(), [IDLE], AC_STATION, NOW, 0, RateUnit.A)
    assert (composite.duration_s, composite.periods) == (0, (Period(0, 32.0, 3),))


def test_more_periods_than_fit_shorten_the_duration() -> None:
    installed = Profiles([profile(Purpose.TX, {0: 6, 60: 7, 120: 8})])
    composite = composite_schedule(installed, [CHARGING], AC_STATION, NOW, 600, RateUnit.A, max_periods=2)
    assert (composite.duration_s, steps_of(composite)) == (120, {0: 6, 60: 7})
    composite = composite_schedule(installed, [CHARGING], AC_STATION, NOW, 600, RateUnit.A, max_periods=3)
    assert composite.duration_s == 600


def test_no_composite_looks_further_ahead_than_a_week() -> None:
    hourly = profile(Purpose.TX_DEFAULT, {0: 16, 3600: 6}, kind=Kind.RECURRING, recurrency=Recurrency.DAILY)
    composite = composite_schedule(Profiles([hourly]), [IDLE], AC_STATION, NOW, 2**31, RateUnit.A)
    assert composite.duration_s == LONGEST_COMPOSITE_S
    assert len(composite.periods) == 14


def test_announced_limits_have_one_decimal_and_never_exceed_the_real_one() -> None:
    installed = Profiles([profile(Purpose.TX, {0: 7360}, unit=RateUnit.W)])
    composite = composite_schedule(installed, [CHARGING], AC_STATION, NOW, 60, RateUnit.A)
    assert steps_of(composite) == {0: 10.6}


def test_watts_are_announced_as_they_were_set() -> None:
    installed = Profiles([profile(Purpose.TX, {0: 1900}, unit=RateUnit.W, phases=1)])
    composite = composite_schedule(installed, [CHARGING], AC_STATION, NOW, 60, RateUnit.W)
    assert steps_of(composite) == {0: 1900.0}


def test_a_direct_current_station_has_no_phases_to_announce() -> None:
    installed = Profiles([profile(Purpose.TX, {0: 20_000}, unit=RateUnit.W, phases=3)])
    composite = composite_schedule(installed, [CHARGING], DC_STATION, NOW, 60, RateUnit.A)
    assert composite.periods == (Period(0, 50.0, None),)


@given(st.lists(profiles(), max_size=6), connectors(1), stations, moments)
def test_the_limit_is_that_of_the_naive_evaluation(
    arriving: list[Profile], connector: ConnectorContext, station: StationContext, now: float
) -> None:
    installed = Profiles(arriving)
    limit = limit_at(installed, connector, station, now)
    maximum = station_maximum_at(installed, station, now)
    naive, phases = naive_limit(installed, connector, station, now)
    assert (limit.rate, limit.phases) == (_close(naive, limit.rate), phases)
    naive, phases = naive_maximum(installed, station, now)
    assert (maximum.rate, maximum.phases) == (_close(naive, maximum.rate), phases)


@given(st.lists(profiles(), max_size=6), connectors(1), stations, moments)
def test_nothing_changes_strictly_before_the_next_change(
    arriving: list[Profile], connector: ConnectorContext, station: StationContext, now: float
) -> None:
    installed = Profiles(arriving)
    change = next_change(installed, connector, now)
    end = now + 10 * 86_400 if change is None else change
    assert end > now

    def holds(moment: float) -> tuple[object, object]:
        return (
            naive_limit(installed, connector, station, moment),
            naive_maximum(installed, station, moment),
        )

    at_first = holds(now)
    for moment in [end - 0.001, (now + end) / 2, *(now + step / 2 for step in range(1, 200))]:
        if now < moment < end:
            assert holds(moment) == at_first


@given(
    st.lists(profiles(), max_size=6),
    st.tuples(connectors(1), connectors(2)).flatmap(
        lambda both: st.sampled_from([[both[0]], [both[1]], [both[0], both[1]]])
    ),
    stations,
    moments,
    st.integers(0, 250),
    st.sampled_from(RateUnit),
)
def test_the_composite_is_the_naive_evaluation_second_by_second(
    arriving: list[Profile],
    asked: list[ConnectorContext],
    station: StationContext,
    now: float,
    duration_s: int,
    unit: RateUnit,
) -> None:
    installed = Profiles(arriving)
    composite = composite_schedule(installed, asked, station, now, duration_s, unit)

    assert composite.duration_s == duration_s
    assert composite.starts_at == now // 1
    starts = [period.start_s for period in composite.periods]
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    assert starts[-1] < max(1, duration_s)
    for earlier, later in zip(composite.periods, composite.periods[1:], strict=False):
        assert (earlier.limit, earlier.phases) != (later.limit, later.phases)

    started = [
        one if one.started_at is not None else ConnectorContext(one.connector, None, composite.starts_at)
        for one in asked
    ]
    for second in range(duration_s):
        announced = [period.limit for period in composite.periods if period.start_s <= second][-1]
        real = naive_total(list(installed), started, station, max(now, composite.starts_at + second), unit)
        assert -1e-5 < real - announced < 0.1 + 1e-5


def _close(naive: float, rate: float) -> float:
    """``rate`` when it is ``naive`` but for the last bits of a float, else ``naive``."""
    return rate if abs(naive - rate) < 1e-9 * max(1.0, naive) else naive
