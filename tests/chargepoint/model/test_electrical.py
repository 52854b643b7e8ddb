"""Phases, supplies, and the sharing of a station's limit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.spec import CurrentType
from chargepoint.model.electrical import Offer, Phases, Supply, shared

AC = Supply(CurrentType.AC, 3, 230.0, 32.0, 32.0)
DC = Supply(CurrentType.DC, 1, 400.0, 50_000.0, 50_000.0)


def offers(*limits: float) -> list[Offer]:
    return [Offer(number, limit, number) for number, limit in enumerate(limits, 1)]


def test_power_is_voltage_times_the_current_of_every_phase() -> None:
    assert AC.watts(1.0) * Phases(16, 16, 10).total == 230 * 42
    assert AC.watts(0.9) == pytest.approx(207)


def test_direct_current_is_counted_in_watts_and_shown_in_amperes() -> None:
    assert DC.watts(1.0) * Phases(40_000).total == 40_000
    assert DC.current_a(Phases(40_000)) == Phases(100)


def test_a_limit_holds_on_every_phase_and_forbids_the_phases_beyond() -> None:
    assert Phases(20, 10, 16).limited(16, 2) == Phases(16, 10, 0)


def test_two_20_a_connectors_of_a_32_a_station_get_16_a_each() -> None:
    """S0-37, measured on the original."""
    assert shared(offers(20, 20), 32, 6) == {1: 16, 2: 16}


def test_what_fits_is_not_cut() -> None:
    assert shared(offers(16, 10), 32, 6) == {1: 16, 2: 10}


def test_who_began_last_pauses_when_the_shares_are_too_small() -> None:
    assert shared(offers(16, 16, 16), 16, 6) == {1: 8, 2: 8, 3: 0}
    late_first = [Offer(1, 16, 9), Offer(2, 16, 2)]
    assert shared(late_first, 10, 6) == {1: 0, 2: 10}


def test_nobody_gets_anything_from_a_station_that_gives_nothing() -> None:
    assert shared(offers(16, 16), 0, 6) == {1: 0, 2: 0}
    assert shared([], 32, 6) == {}


@pytest.mark.parametrize("count", range(1, 65))
@pytest.mark.parametrize("limit", [13.0, 16.1, 20.0, 32.0, 63.3])
def test_a_share_of_exactly_the_minimum_is_no_pause(count: int, limit: float) -> None:
    setpoints = shared(offers(*[limit] * count), 6.0 * count, 6)
    assert list(setpoints.values()) == pytest.approx([min(limit, 6.0)] * count)
    assert min(setpoints.values()) >= 6.0


@given(
    st.lists(st.floats(0, 100), max_size=8),
    st.floats(0, 200),
    st.sampled_from([1.0, 6.0]),
)
def test_shares_never_exceed_the_station_nor_their_own_limit_and_are_all_or_nothing(
    limits: list[float], station: float, minimum: float
) -> None:
    setpoints = shared(offers(*limits), station, minimum)
    assert sum(setpoints.values()) <= station + 1e-6
    for limit, setpoint in zip(limits, setpoints.values(), strict=True):
        assert setpoint <= limit + 1e-9
        assert setpoint == 0 or setpoint >= minimum
    possible = [limit for limit in limits if limit >= minimum]
    if possible and station >= minimum:
        assert max(setpoints.values()) > 0
