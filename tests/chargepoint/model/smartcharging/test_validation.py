"""Which profiles are taken, with what filled in, and what is said of the others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.model.smartcharging.context import ConnectorContext
from chargepoint.model.smartcharging.profiles import Kind, Period, Profile, Profiles, Purpose, RateUnit
from chargepoint.model.smartcharging.validation import Flaw, MissingStart, ProfileRefusal, Rules, admit
from tests.chargepoint.model.smartcharging.builders import CHARGING, NOW, profile, schedule
from tests.chargepoint.model.smartcharging.strategies import profiles

BOTH = [CHARGING, ConnectorContext(2)]


def verdict(
    one: Profile, rules: Rules | None = None, installed: Profiles | None = None, starting: bool = False
) -> Profile | ProfileRefusal:
    return admit(one, installed or Profiles(), BOTH, rules or Rules(), NOW, starting=starting)


@pytest.mark.parametrize(
    ("one", "flaw", "reason"),
    [
        (
            profile(Purpose.TX_DEFAULT, {0: 16}, connector=3),
            Flaw.UNKNOWN_CONNECTOR,
            "connector 3 is not one of 0 to 2",
        ),
        (
            profile(Purpose.STATION_MAX, {0: 16}, connector=1),
            Flaw.PURPOSE,
            "a station maximum belongs to connector 0, not to 1",
        ),
        (
            profile(Purpose.TX, {0: 16}, connector=0),
            Flaw.PURPOSE,
            "a transaction's profile belongs to its connector, not to connector 0",
        ),
        (
            profile(Purpose.TX, {0: 16}, connector=2),
            Flaw.TRANSACTION,
            "no transaction is running on connector 2",
        ),
        (
            profile(Purpose.TX, {0: 16}, transaction="tx-7"),
            Flaw.TRANSACTION,
            "transaction tx-7 does not run on connector 1",
        ),
        (
            profile(Purpose.STATION_MAX, {0: 16}, kind=Kind.RELATIVE),
            Flaw.KIND,
            "a station maximum has no transaction to be relative to",
        ),
        (
            profile(Purpose.TX_DEFAULT, {0: 16}, kind=Kind.RECURRING),
            Flaw.KIND,
            "a recurring profile must say whether it recurs daily or weekly",
        ),
        (profile(Purpose.TX_DEFAULT, {0: 16}, valid_to=NOW), Flaw.VALIDITY, "its validity is over already"),
        (
            profile(Purpose.TX_DEFAULT, {0: 16}, valid_from=NOW + 20, valid_to=NOW + 20),
            Flaw.VALIDITY,
            "its validity ends before it begins",
        ),
        (profile(Purpose.TX_DEFAULT, {}), Flaw.SCHEDULE, "a schedule needs at least one period"),
        (profile(Purpose.TX_DEFAULT, {5: 16}), Flaw.SCHEDULE, "the first period starts at 5 s, not at 0"),
        (
            profile(Purpose.TX_DEFAULT, {0: 16, 60: 10, 30: 6}),
            Flaw.SCHEDULE,
            "periods must follow each other: 30 s comes after 60 s",
        ),
        (
            replace(
                profile(Purpose.TX_DEFAULT, {0: 16}), schedule=replace(schedule({}), periods=(Period(0, 6),) * 2)
            ),
            Flaw.SCHEDULE,
            "periods must follow each other: 0 s comes after 0 s",
        ),
        (profile(Purpose.TX_DEFAULT, {0: 16, 60: -1}), Flaw.SCHEDULE, "limit -1 is below 0"),
        (profile(Purpose.TX_DEFAULT, {0: 16}, phases=4), Flaw.SCHEDULE, "4 phases are not 1, 2 or 3"),
        (profile(Purpose.TX_DEFAULT, {0: 16}, phases=0), Flaw.SCHEDULE, "0 phases are not 1, 2 or 3"),
        (profile(Purpose.TX_DEFAULT, {0: 16}, duration_s=-1), Flaw.SCHEDULE, "duration -1 s is below 0"),
        (
            profile(Purpose.TX_DEFAULT, dict.fromkeys(range(25), 16)),
            Flaw.TOO_MANY,
            "25 periods are more than 24",
        ),
        (
            profile(Purpose.TX_DEFAULT, {0: 16}, stack_level=9),
            Flaw.STACK_LEVEL,
            "stack level 9 is not from 0 to 8",
        ),
        (
            profile(Purpose.TX_DEFAULT, {0: 16}, stack_level=-1),
            Flaw.STACK_LEVEL,
            "stack level -1 is not from 0 to 8",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_profile_is_refused_with_the_reason(one: Profile, flaw: Flaw, reason: str) -> None:
    assert verdict(one) == ProfileRefusal(flaw, reason)


def test_at_the_limits_a_profile_is_taken() -> None:
    one = profile(
        Purpose.TX_DEFAULT,
        dict.fromkeys(range(24), 0.0),
        stack_level=8,
        duration_s=0,
        valid_from=NOW,
        valid_to=NOW + 1,
    )
    assert verdict(one) == one


def test_a_unit_the_station_does_not_take_is_refused() -> None:
    rules = Rules(units=frozenset({RateUnit.A}))
    refusal = verdict(profile(Purpose.TX_DEFAULT, {0: 11_000}, unit=RateUnit.W), rules)
    assert refusal == ProfileRefusal(Flaw.UNIT, "limits in W are not supported here")


def test_a_full_station_still_takes_what_replaces_something() -> None:
    installed = Profiles(profile(Purpose.TX_DEFAULT, {0: 16}, id=level, stack_level=level) for level in range(3))
    rules = Rules(max_profiles=3)
    assert verdict(profile(Purpose.TX_DEFAULT, {0: 10}, id=9, stack_level=4), rules, installed) == ProfileRefusal(
        Flaw.TOO_MANY, "3 profiles are installed already, there is room for 3"
    )
    assert isinstance(verdict(profile(Purpose.TX_DEFAULT, {0: 10}, id=9, stack_level=1), rules, installed), Profile)
    assert isinstance(verdict(profile(Purpose.STATION_MAX, {0: 10}, id=2), rules, installed), Profile)


def test_a_profile_for_the_running_transaction_names_it_from_then_on() -> None:
    one = profile(Purpose.TX, {0: 16})
    assert verdict(one) == replace(one, transaction="tx-1")


def test_a_transaction_is_dropped_from_a_profile_that_is_not_for_one() -> None:
    one = profile(Purpose.TX_DEFAULT, {0: 16}, connector=1, transaction="tx-7")
    assert verdict(one) == replace(one, transaction=None)


def test_a_remote_start_brings_a_transactions_profile_that_names_none() -> None:
    one = profile(Purpose.TX, {0: 16}, connector=2)
    assert verdict(one, starting=True) == one
    assert verdict(replace(one, transaction="tx-2"), starting=True) == ProfileRefusal(
        Flaw.TRANSACTION, "transaction tx-2 is named before it has started"
    )
    assert verdict(profile(Purpose.TX_DEFAULT, {0: 16}), starting=True) == ProfileRefusal(
        Flaw.PURPOSE, "a transaction is started with a profile of its own, not a tx-default one"
    )


@pytest.mark.parametrize("kind", [Kind.ABSOLUTE, Kind.RELATIVE])
def test_the_start_of_a_relative_schedule_is_ignored_that_of_another_kept(kind: Kind) -> None:
    admitted = verdict(profile(Purpose.TX_DEFAULT, {0: 16}, kind=kind, starts_at=NOW - 60))
    assert isinstance(admitted, Profile)
    assert admitted.schedule.starts_at == (NOW - 60 if kind is Kind.ABSOLUTE else None)


def test_a_missing_start_is_the_reception_or_the_transaction_or_refused_as_the_rules_say() -> None:
    one = profile(Purpose.TX_DEFAULT, {0: 16}, starts_at=None)
    received = verdict(one, Rules(missing_start=MissingStart.RECEPTION))
    assert isinstance(received, Profile)
    assert received.schedule.starts_at == NOW
    assert verdict(one, Rules(missing_start=MissingStart.TRANSACTION)) == one
    assert verdict(one, Rules(missing_start=MissingStart.REFUSE)) == ProfileRefusal(
        Flaw.SCHEDULE, "a schedule that is absolute must say when it starts"
    )


def test_a_station_maximum_cannot_start_with_a_transaction() -> None:
    one = profile(Purpose.STATION_MAX, {0: 16}, starts_at=None)
    assert verdict(one, Rules(missing_start=MissingStart.TRANSACTION)) == ProfileRefusal(
        Flaw.SCHEDULE, "a station maximum must say when it starts: it has no transaction"
    )


@given(st.lists(profiles(), max_size=12), st.sampled_from(MissingStart))
def test_what_is_admitted_fits_is_complete_and_is_admitted_again(
    arriving: list[Profile], missing_start: MissingStart
) -> None:
    rules = Rules(max_profiles=4, missing_start=missing_start)
    installed = Profiles()
    for one in arriving:
        admitted = admit(one, installed, BOTH, rules, NOW)
        if isinstance(admitted, ProfileRefusal):
            assert admitted.reason
            continue
        assert admit(admitted, installed, BOTH, rules, NOW) == admitted
        installed.install(admitted)
        assert len(installed) <= rules.max_profiles
