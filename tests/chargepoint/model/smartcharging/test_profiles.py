"""The installed set: replacing, clearing, dropping, writing down."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.errors import InputError
from chargepoint.model.smartcharging.profiles import Profile, Profiles, Purpose
from chargepoint.model.smartcharging.records import from_records, to_records
from tests.chargepoint.model.smartcharging.builders import NOW, profile
from tests.chargepoint.model.smartcharging.strategies import profiles


def ids(profiles: Profiles) -> list[int]:
    return [profile.id for profile in profiles]


def some() -> Profiles:
    return Profiles(
        [
            profile(Purpose.STATION_MAX, {0: 25}, id=1),
            profile(Purpose.TX_DEFAULT, {0: 16}, id=2),
            profile(Purpose.TX_DEFAULT, {0: 13}, id=3, stack_level=1),
            profile(Purpose.TX_DEFAULT, {0: 10}, id=4, connector=1),
            profile(Purpose.TX, {0: 8}, id=5, connector=1),
            profile(Purpose.TX, {0: 6}, id=6, connector=2),
        ]
    )


def test_a_profile_replaces_that_of_the_same_id_even_of_another_purpose() -> None:
    installed = some()
    replaced = installed.install(profile(Purpose.TX_DEFAULT, {0: 20}, id=1, stack_level=5))
    assert [(old.id, old.purpose) for old in replaced] == [(1, Purpose.STATION_MAX)]
    assert ids(installed) == [2, 3, 4, 5, 6, 1]


def test_a_profile_replaces_that_of_the_same_purpose_stack_level_and_connector() -> None:
    installed = some()
    replaced = installed.install(profile(Purpose.TX_DEFAULT, {0: 20}, id=9))
    assert [old.id for old in replaced] == [2]
    assert ids(installed) == [1, 3, 4, 5, 6, 9]


def test_a_profile_can_replace_two() -> None:
    installed = some()
    replaced = installed.install(profile(Purpose.TX_DEFAULT, {0: 20}, id=1))
    assert [old.id for old in replaced] == [1, 2]


def test_the_same_stack_level_on_another_connector_stays() -> None:
    installed = some()
    assert not installed.install(profile(Purpose.TX_DEFAULT, {0: 20}, id=9, connector=2))


def test_an_id_clears_alone_whatever_else_is_asked_for() -> None:
    installed = some()
    cleared = installed.clear(id=3, connector=2, purpose=Purpose.TX, stack_level=7)
    assert [old.id for old in cleared] == [3]


def test_clear_by_stack_level_and_purpose_leaves_the_other_levels() -> None:
    """Vector 8."""
    installed = some()
    cleared = installed.clear(stack_level=0, purpose=Purpose.TX_DEFAULT)
    assert [old.id for old in cleared] == [2, 4]
    assert ids(installed) == [1, 3, 5, 6]


def test_connector_zero_is_a_place_not_a_wildcard() -> None:
    installed = some()
    assert [old.id for old in installed.clear(connector=0)] == [1, 2, 3]


def test_clear_without_criteria_clears_all() -> None:
    installed = some()
    assert len(installed.clear()) == 6
    assert len(installed) == 0


def test_clear_that_matches_nothing_says_so_and_changes_nothing() -> None:
    installed = some()
    assert installed.clear(id=99) == ()
    assert installed.clear(id=99, connector=0) == ()
    assert installed.clear(connector=7) == ()
    assert installed.clear(purpose=Purpose.TX, stack_level=4) == ()
    assert installed == some()


def test_the_end_of_a_transaction_drops_its_profiles_and_no_others() -> None:
    installed = some()
    assert [old.id for old in installed.drop_transaction(1)] == [5]
    assert ids(installed) == [1, 2, 3, 4, 6]


def test_expired_profiles_are_dropped_at_their_last_moment() -> None:
    installed = Profiles([profile(Purpose.TX_DEFAULT, {0: 16}, valid_to=NOW + 10)])
    assert not installed.drop_expired(NOW + 9.999)
    assert [old.id for old in installed.drop_expired(NOW + 10)] == [1]


@given(st.lists(profiles(), max_size=12))
def test_ids_and_places_are_unique_and_the_newest_is_always_there(arriving: list[Profile]) -> None:
    installed = Profiles()
    for arrived in arriving:
        before = list(installed)
        replaced = installed.install(arrived)
        assert list(installed)[-1] == arrived
        assert {*before, arrived} == {*installed, *replaced}
        assert len(set(ids(installed))) == len(installed)
        places = [(one.purpose, one.stack_level, one.connector) for one in installed]
        assert len(set(places)) == len(places)


@given(
    st.lists(profiles(), max_size=12),
    st.none() | st.integers(0, 2),
    st.none() | st.sampled_from(Purpose),
    st.none() | st.integers(0, 3),
)
def test_clearing_removes_exactly_what_meets_every_criterion(
    arriving: list[Profile], connector: int | None, purpose: Purpose | None, stack_level: int | None
) -> None:
    installed = Profiles(arriving)
    before = list(installed)
    cleared = installed.clear(connector=connector, purpose=purpose, stack_level=stack_level)
    for one in before:
        meets = (
            (connector is None or one.connector == connector)
            and (purpose is None or one.purpose == purpose)
            and (stack_level is None or one.stack_level == stack_level)
        )
        assert (one in cleared, one in list(installed)) == (meets, not meets)
    assert installed.clear(connector=connector, purpose=purpose, stack_level=stack_level) == ()


@given(st.lists(profiles(), max_size=6))
def test_what_is_written_down_is_read_back_as_it_was(arriving: list[Profile]) -> None:
    installed = Profiles(arriving)
    assert from_records(json.loads(json.dumps(to_records(installed)))) == installed


def test_a_numeric_transaction_stays_a_number_and_a_text_a_text() -> None:
    installed = Profiles(
        [
            profile(Purpose.TX, {0: 8}, id=1, transaction="17"),
            replace(profile(Purpose.TX, {0: 8}, id=2, connector=2), transaction=17),
        ]
    )
    assert [one.transaction for one in from_records(to_records(installed))] == ["17", 17]


def test_a_record_that_is_not_ours_is_refused_with_its_field() -> None:
    [record] = to_records(Profiles([profile(Purpose.TX, {0: 8})]))
    with pytest.raises(InputError, match="purpose: 'TxProfile' is not one of"):
        from_records([record | {"purpose": "TxProfile"}])
