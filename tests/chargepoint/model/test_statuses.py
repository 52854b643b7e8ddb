"""The nine states of a connector: which one follows from a situation, and the table of OCPP 1.6 section 4.9."""

from __future__ import annotations

import itertools

import pytest

from chargepoint.api.payloads import ConnectorState
from chargepoint.model.statuses import TRANSITIONS, Situation, route, status_of

S = ConnectorState

ROWS = {
    "Available": "Preparing Charging SuspendedEV SuspendedEVSE Reserved Unavailable Faulted",
    "Preparing": "Available Charging SuspendedEV SuspendedEVSE Finishing Faulted",
    "Charging": "Available SuspendedEV SuspendedEVSE Finishing Unavailable Faulted",
    "SuspendedEV": "Available Charging SuspendedEVSE Finishing Unavailable Faulted",
    "SuspendedEVSE": "Available Charging SuspendedEV Finishing Unavailable Faulted",
    "Finishing": "Available Preparing Unavailable Faulted",
    "Reserved": "Available Preparing Unavailable Faulted",
    "Unavailable": "Available Preparing Charging SuspendedEV SuspendedEVSE Faulted",
    "Faulted": "Available Preparing Charging SuspendedEV SuspendedEVSE Finishing Reserved Unavailable",
}


def test_the_table_is_that_of_the_standard() -> None:
    assert {str(old): {str(new) for new in news} for old, news in TRANSITIONS.items()} == {
        old: set(news.split()) for old, news in ROWS.items()
    }


@pytest.mark.parametrize(("old", "new"), list(itertools.permutations(S, 2)))
def test_every_change_is_reported_along_legal_steps(old: ConnectorState, new: ConnectorState) -> None:
    steps = route(old, new)
    assert steps[-1] is new
    for here, there in itertools.pairwise((old, *steps)):
        assert there in TRANSITIONS[here]


def test_a_legal_change_is_one_step_and_no_change_is_none() -> None:
    for old, news in TRANSITIONS.items():
        assert route(old, old) == ()
        for new in news:
            assert route(old, new) == (new,)


@pytest.mark.parametrize(
    ("old", "new", "steps"),
    [
        (S.PREPARING, S.UNAVAILABLE, (S.AVAILABLE, S.UNAVAILABLE)),
        (S.AVAILABLE, S.FINISHING, (S.PREPARING, S.FINISHING)),
        (S.FINISHING, S.CHARGING, (S.PREPARING, S.CHARGING)),
        (S.UNAVAILABLE, S.FINISHING, (S.PREPARING, S.FINISHING)),
        (S.CHARGING, S.PREPARING, (S.AVAILABLE, S.PREPARING)),
        (S.PREPARING, S.RESERVED, (S.AVAILABLE, S.RESERVED)),
    ],
)
def test_a_change_the_table_does_not_have_takes_the_shortest_way(
    old: ConnectorState, new: ConnectorState, steps: tuple[ConnectorState, ...]
) -> None:
    assert route(old, new) == steps


@pytest.mark.parametrize(
    ("situation", "status"),
    [
        (Situation(), S.AVAILABLE),
        (Situation(preparing=True), S.PREPARING),
        (Situation(reserved=True), S.RESERVED),
        (Situation(reserved=True, preparing=True), S.RESERVED),
        (Situation(reserved=True, operative=False), S.UNAVAILABLE),
        (Situation(reserved=True, faulted=True), S.FAULTED),
        (Situation(preparing=True, finishing=True), S.FINISHING),
        (Situation(operative=False, preparing=True, finishing=True), S.UNAVAILABLE),
        (Situation(transaction=True, offers=True, wants=True), S.CHARGING),
        (Situation(transaction=True, offers=True), S.SUSPENDED_EV),
        (Situation(transaction=True, wants=True), S.SUSPENDED_EVSE),
        (Situation(transaction=True), S.SUSPENDED_EVSE),
        (Situation(transaction=True, offers=True, wants=True, operative=False), S.CHARGING),
        (Situation(faulted=True, transaction=True, offers=True, wants=True), S.FAULTED),
        (Situation(faulted=True, operative=False), S.FAULTED),
    ],
)
def test_a_state_is_what_the_facts_amount_to(situation: Situation, status: ConnectorState) -> None:
    assert status_of(situation) is status
