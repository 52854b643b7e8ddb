"""The test vectors of our smart charging reference, by number: 230 V, three phases, 32 A.

Numbers 11 and 12 speak of sharing and of measured voltage and belong to the electrical model. The last two come
from the shape of the 1.6 certification cases TC_066_CS and TC_072_CS.
"""

from __future__ import annotations

import json

import pytest

from chargepoint.model.smartcharging.composite import (
    composite_schedule,
    limit_at,
    next_change,
    station_maximum_at,
)
from chargepoint.model.smartcharging.context import ConnectorContext
from chargepoint.model.smartcharging.limits import Limit
from chargepoint.model.smartcharging.profiles import Kind, Profile, Profiles, Purpose, RateUnit, Recurrency
from chargepoint.model.smartcharging.records import from_records, to_records
from chargepoint.model.smartcharging.validation import Rules, admit
from tests.chargepoint.model.smartcharging.builders import (
    AC_STATION,
    CHARGING,
    IDLE,
    NOW,
    Steps,
    at,
    profile,
    steps_of,
)


def composite(
    installed: Profiles,
    duration_s: int,
    connector: ConnectorContext = CHARGING,
    now: float = NOW,
    unit: RateUnit = RateUnit.A,
) -> Steps:
    return steps_of(composite_schedule(installed, [connector], AC_STATION, now, duration_s, unit))


@pytest.mark.parametrize(
    ("unit", "steps", "expected"),
    [
        (RateUnit.W, {0: 11_000, 28_800: 6_000, 72_000: 11_000}, {0: 11_000, 3600: 6_000}),
        (RateUnit.A, {0: 32, 28_800: 16, 72_000: 32}, {0: 32, 3600: 16}),
    ],
)
def test_less_by_day_than_by_night_asked_for_an_hour_before_the_day(
    unit: RateUnit, steps: Steps, expected: Steps
) -> None:
    """Vector 1."""
    daily = profile(
        Purpose.TX_DEFAULT,
        steps,
        unit=unit,
        kind=Kind.RECURRING,
        recurrency=Recurrency.DAILY,
        starts_at=at("2024-01-01T00:00:00Z"),
    )
    seven = at("2024-03-05T07:00:00Z")
    assert composite(Profiles([daily]), 7200, now=seven, unit=unit) == expected


def test_the_station_maximum_caps_the_transaction_which_overrules_the_default() -> None:
    """Vector 2."""
    installed = Profiles(
        [
            profile(Purpose.STATION_MAX, {0: 20}, id=1),
            profile(Purpose.TX_DEFAULT, {0: 16}, id=2),
            profile(Purpose.TX, {0: 32}, id=3),
        ]
    )
    assert composite(installed, 600) == {0: 20}
    assert limit_at(installed, CHARGING, AC_STATION, NOW).rate == 32
    assert station_maximum_at(installed, AC_STATION, NOW).rate == 20


def test_a_higher_level_rules_for_its_duration_and_then_the_lower_one() -> None:
    """Vector 3."""
    installed = Profiles(
        [
            profile(Purpose.TX_DEFAULT, {0: 10}, id=1, stack_level=1, duration_s=600),
            profile(Purpose.TX_DEFAULT, {0: 16}, id=2),
        ]
    )
    assert composite(installed, 1200) == {0: 10, 600: 16}


@pytest.mark.parametrize(("below", "expected"), [([16], {0: 10, 1800: 16}), ([], {0: 10, 1800: 32})])
def test_after_a_recurring_schedule_the_lower_level_rules_or_the_rating(below: list[float], expected: Steps) -> None:
    """Vector 4."""
    daily = profile(
        Purpose.TX_DEFAULT,
        {0: 10},
        stack_level=1,
        kind=Kind.RECURRING,
        recurrency=Recurrency.DAILY,
        duration_s=3600,
        starts_at=at("2024-01-01T12:00:00Z"),
    )
    installed = Profiles([daily, *(profile(Purpose.TX_DEFAULT, {0: limit}, id=2) for limit in below)])
    assert composite(installed, 3600, now=NOW + 1800) == expected


@pytest.mark.parametrize(("phases", "expected"), [(1, Limit(32.0, 1)), (None, Limit(7360 / 690, 3))])
def test_watts_are_amperes_over_the_phases_of_the_period(phases: int | None, expected: Limit) -> None:
    """Vector 5."""
    installed = Profiles([profile(Purpose.TX, {0: 7360}, unit=RateUnit.W, phases=phases)])
    assert limit_at(installed, CHARGING, AC_STATION, NOW) == expected


def test_a_limit_too_low_to_charge_is_told_as_it_is() -> None:
    """Vector 6: that the connector pauses below 6 A is for the electrical model to decide."""
    installed = Profiles([profile(Purpose.TX, {0: 5, 60: 0.0, 120: 6.0})])
    limits = [limit_at(installed, CHARGING, AC_STATION, NOW + second).rate for second in (0, 60, 120)]
    assert limits == [5.0, 0.0, 6.0]


def test_a_replacement_valid_later_leaves_no_limit_until_then() -> None:
    """Vector 7."""
    installed = Profiles([profile(Purpose.TX_DEFAULT, {0: 10}, id=1)])
    installed.install(profile(Purpose.TX_DEFAULT, {0: 16}, id=2, valid_from=NOW + 300))
    assert composite(installed, 600) == {0: 32, 300: 16}


def test_a_profile_that_came_with_the_remote_start_is_applied_and_replaced_by_a_later_one() -> None:
    """Vector 9."""
    installed = Profiles()
    came = profile(Purpose.TX, {0: 12}, id=1, starts_at=None, kind=Kind.RELATIVE)
    admitted = admit(came, installed, [IDLE], Rules(), NOW, starting=True)
    assert isinstance(admitted, Profile)
    installed.install(admitted)
    assert limit_at(installed, IDLE, AC_STATION, NOW).rate == 32, "it waits for its transaction"
    assert limit_at(installed, CHARGING, AC_STATION, NOW).rate == 12

    later = admit(profile(Purpose.TX, {0: 9}, id=2, transaction="tx-1"), installed, [CHARGING], Rules(), NOW)
    assert isinstance(later, Profile)
    assert installed.install(later) == (admitted,)
    assert limit_at(installed, CHARGING, AC_STATION, NOW).rate == 9


def test_after_a_restart_schedules_go_on_where_they_were() -> None:
    """Vector 10."""
    installed = Profiles(
        [
            profile(Purpose.STATION_MAX, {0: 30, 1000: 20}, id=1),
            profile(Purpose.TX, {0: 16, 600: 10}, id=2, kind=Kind.RELATIVE, starts_at=None),
        ]
    )
    again = from_records(json.loads(json.dumps(to_records(installed))))
    assert composite(again, 600, now=NOW + 500) == {0: 16, 100: 10}
    assert station_maximum_at(again, AC_STATION, NOW + 1000).rate == 20


def test_three_purposes_together() -> None:
    """Asked 4 s after their start; equal neighbours under the maximum are one period."""
    installed = Profiles(
        [
            profile(Purpose.STATION_MAX, {0: 10}, id=1, duration_s=86_404),
            profile(Purpose.TX_DEFAULT, {0: 6, 60: 10, 120: 8, 180: 25, 260: 8}, id=2, duration_s=304),
            profile(Purpose.TX, {0: 8, 50: 11, 140: 16, 200: 6, 240: 12}, id=3, duration_s=264),
        ]
    )
    expected = {0: 8, 46: 10, 196: 6, 236: 10, 260: 8, 300: 10}
    assert composite(installed, 400, now=NOW + 4) == expected


def test_two_stack_levels_of_the_default() -> None:
    """Both on the connector, asked without a transaction."""
    installed = Profiles(
        [
            profile(Purpose.TX_DEFAULT, {0: 6, 100: 8, 200: 10}, id=1, connector=1, duration_s=400),
            profile(Purpose.TX_DEFAULT, {0: 7, 100: 9}, id=2, connector=1, stack_level=1, duration_s=150),
        ]
    )
    assert composite(installed, 350, connector=IDLE) == {0: 7, 100: 9, 150: 8, 200: 10}
    assert next_change(installed, IDLE, NOW) == NOW + 100
