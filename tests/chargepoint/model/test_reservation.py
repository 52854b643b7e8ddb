"""Reservations in a station without any dialect: the table of answers, whom they let in, and what always holds."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chargepoint.api.payloads import ConnectorState, ErrorCode
from chargepoint.model.authorization import TokenInfo, TokenStatus
from chargepoint.model.commands import (
    AvailabilityChanged,
    ClockSet,
    FaultChanged,
    Outcome,
    RemoteStart,
    ReservationCancelled,
    ReservationWanted,
    Verdict,
)
from chargepoint.model.facts import ConnectorChanged, ReservationEnded, TokenDenied, TransactionStarted
from chargepoint.model.reservation import Reservation, ReservationEnd, Reservations
from chargepoint.model.reserving import ANSWERS
from chargepoint.model.statuses import TRANSITIONS
from tests.chargepoint.model.scene import Scene

S = ConnectorState

TABLE = """
Available Accepted
Preparing Occupied
Charging Occupied
SuspendedEV Occupied
SuspendedEVSE Occupied
Finishing Occupied
Reserved Occupied
Unavailable Unavailable
Faulted Faulted
"""


def reserve(scene: Scene, connector: int = 1, *, id: int = 7, tag: str = "MINE", seconds: float = 600) -> Outcome:
    expires_at = scene.station.state.station_time(scene.now) + seconds
    return scene.tell(ReservationWanted(Reservation(id, connector, tag, "", expires_at)))


def ends(scene: Scene) -> list[tuple[int, ReservationEnd]]:
    return [(fact.reservation.id, fact.why) for fact in scene.of(ReservationEnded)]


def test_every_state_has_its_answer() -> None:
    assert {str(state): str(answer) for state, answer in ANSWERS.items()} == dict(
        line.split() for line in TABLE.split("\n") if line
    )


@pytest.mark.parametrize(
    ("id_tag", "parent", "lets_in"),
    [
        ("MINE", "", True),
        ("mine", "OTHER", True),
        ("CHILD", "family", True),
        ("FAMILY", "", False),
        ("CHILD", "", False),
        ("CHILD", "OTHER", False),
    ],
)
def test_a_reservation_is_for_its_tag_and_the_members_of_its_group(id_tag: str, parent: str, lets_in: bool) -> None:
    """The parent is no id tag by itself (ocpp.md section 2.2)."""
    assert Reservation(1, 1, "MINE", "FAMILY", 0.0).is_for(id_tag, parent) is lets_in


def test_without_a_group_nobody_is_a_member() -> None:
    assert not Reservation(1, 1, "MINE", "", 0.0).is_for("CHILD", "")


def test_reservations_come_back_from_their_records() -> None:
    known = [Reservation(-3, 0, "A", "", 1.5), Reservation(2**53 - 1, 2, "B", "C", 2.25)]
    again = Reservations(Reservation.from_record(record) for record in Reservations(known).to_records())
    assert list(again) == known


@pytest.mark.parametrize(
    ("come_to", "why"),
    [
        (lambda scene: scene.charge(), None),
        (lambda scene: scene.tap("MINE"), None),
        (lambda scene: (scene.plug(), scene.tap("MINE")), ReservationEnd.USED),
        (lambda scene: scene.tell(ReservationCancelled(7)), ReservationEnd.CANCELLED),
        (lambda scene: reserve(scene), ReservationEnd.REPLACED),
        (lambda scene: scene.advance(600), ReservationEnd.EXPIRED),
        (lambda scene: scene.tell(ClockSet(1e6)), ReservationEnd.EXPIRED),
        (lambda scene: scene.tell(FaultChanged(1, ErrorCode.GROUND_FAILURE)), ReservationEnd.FAULTED),
        (lambda scene: scene.tell(FaultChanged(0, ErrorCode.GROUND_FAILURE)), ReservationEnd.FAULTED),
        (lambda scene: scene.tell(AvailabilityChanged(1, False)), ReservationEnd.UNAVAILABLE),
        (lambda scene: scene.tell(AvailabilityChanged(0, False)), ReservationEnd.UNAVAILABLE),
    ],
)
@pytest.mark.parametrize("connector", [1, 0])
def test_a_reservation_ends_for_a_reason_that_is_told(
    come_to: object, why: ReservationEnd | None, connector: int
) -> None:
    assert callable(come_to)
    scene = Scene()
    assert reserve(scene, connector if why is not ReservationEnd.REPLACED else 1).accepted
    come_to(scene)
    assert ends(scene) == ([(7, why)] if why else [])


@pytest.mark.parametrize("offset_s", [0.0, 0.1, 1e-7, -1234.567, 1e9 / 3])
@pytest.mark.parametrize("seconds", [0.001, 1.0, 1e6 / 7])
def test_it_ends_at_its_moment_once_whatever_the_clock_shows(offset_s: float, seconds: float) -> None:
    scene = Scene()
    scene.tell(ClockSet(offset_s))
    assert reserve(scene, seconds=seconds).accepted
    scene.advance(10 * seconds)
    (end,) = scene.of(ReservationEnded)
    assert end.at == pytest.approx(scene.now - 9 * seconds, abs=1e-3)
    assert scene.states()[-2:] == [S.RESERVED, S.AVAILABLE]


def test_the_right_to_start_ends_with_the_reservation_only_for_others() -> None:
    scene = Scene()
    reserve(scene, seconds=30)
    scene.tap("MINE")
    scene.advance(30)
    scene.plug()
    (start,) = scene.of(TransactionStarted)
    assert start.transaction.reservation_id is None


def test_two_of_a_group_use_two_reservations() -> None:
    scene = Scene(connectors=3, verdict=TokenInfo(TokenStatus.ACCEPTED, "FAMILY"))
    for id in (1, 2):
        expires_at = scene.now + 600
        assert scene.tell(ReservationWanted(Reservation(id, 0, f"T{id}", "FAMILY", expires_at))).accepted
    scene.tap("ANNE", 1)
    scene.tap("BOB", 2)
    scene.plug(2)
    scene.plug(1)
    used = [fact.transaction.reservation_id for fact in scene.of(TransactionStarted)]
    assert sorted(one for one in used if one is not None) == [1, 2]


TAGS = st.sampled_from(["A", "B", "C"])
CONNECTORS = st.sampled_from([1, 2])


class AnyStory(RuleBasedStateMachine):
    """Two connectors, three people, and all that can happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self.scene = Scene(connectors=2)

    @rule(id=st.integers(1, 3), connector=st.integers(0, 3), tag=TAGS, seconds=st.sampled_from([-1, 0, 30, 90, 600]))
    def reserve(self, id: int, connector: int, tag: str, seconds: float) -> None:
        before = list(self.scene.station.state.reservations)
        outcome = reserve(self.scene, connector, id=id, tag=tag, seconds=seconds)
        if outcome.verdict is Verdict.ACCEPTED:
            assert self.scene.station.state.reservations.get(id) is not None
        else:
            assert list(self.scene.station.state.reservations) == before

    @rule(id=st.integers(1, 3))
    def cancel(self, id: int) -> None:
        known = self.scene.station.state.reservations.get(id) is not None
        assert self.scene.tell(ReservationCancelled(id)).accepted == known

    @rule(connector=CONNECTORS, tag=TAGS)
    def tap(self, connector: int, tag: str) -> None:
        self.scene.tap(tag, connector)

    @rule(connector=st.sampled_from([None, 1, 2]), tag=TAGS)
    def remote_start(self, connector: int | None, tag: str) -> None:
        self.scene.tell(RemoteStart(connector, tag))

    @rule(connector=CONNECTORS)
    def plug(self, connector: int) -> None:
        self.scene.plug(connector)

    @rule(connector=CONNECTORS)
    def unplug(self, connector: int) -> None:
        self.scene.unplug(connector)

    @rule(connector=st.integers(0, 2), error=st.sampled_from([ErrorCode.NO_ERROR, ErrorCode.OTHER_ERROR]))
    def fault(self, connector: int, error: ErrorCode) -> None:
        self.scene.tell(FaultChanged(connector, error))

    @rule(connector=st.integers(0, 2), operative=st.booleans())
    def availability(self, connector: int, operative: bool) -> None:
        self.scene.tell(AvailabilityChanged(connector, operative))

    @rule(offset_s=st.sampled_from([-100.0, 0.0, 100.0]))
    def set_clock(self, offset_s: float) -> None:
        self.scene.tell(ClockSet(offset_s))

    @rule(seconds=st.sampled_from([0.5, 30.0, 61.0, 1000.0]))
    def advance(self, seconds: float) -> None:
        self.scene.advance(seconds)

    @precondition(lambda self: len(self.scene.facts) > 0)
    @rule()
    def power_cut(self) -> None:
        before = list(self.scene.station.state.reservations)
        self.scene.facts.clear()
        self.scene.boot()
        # The transaction that ends at the boot may take the last connector with it, out of service.
        assert {why for _, why in ends(self.scene)} <= {ReservationEnd.UNAVAILABLE}
        ended = [id for id, _ in ends(self.scene)]
        assert list(self.scene.station.state.reservations) == [one for one in before if one.id not in ended]

    @invariant()
    def a_connector_is_reserved_exactly_while_it_is_kept_for_somebody_who_has_not_come(self) -> None:
        state = self.scene.station.state
        for connector in state.connectors.values():
            kept = state.reservations.at(connector.number) is not None
            assert (connector.status is S.RESERVED) == (kept and connector.grant is None)
            if kept:
                assert connector.transaction is None
                assert connector.status in (S.RESERVED, S.PREPARING)

    @invariant()
    def nobody_uses_what_is_kept_for_another(self) -> None:
        state = self.scene.station.state
        for connector in state.connectors.values():
            kept = state.reservations.at(connector.number)
            if kept is not None and connector.grant is not None:
                assert kept.is_for(connector.grant.id_tag, connector.grant.parent_id_tag)
        for before, fact in itertools.pairwise([None, *self.scene.facts]):
            if isinstance(fact, TransactionStarted) and fact.transaction.reservation_id is not None:
                assert isinstance(before, ReservationEnded)
                assert before.reservation.id == fact.transaction.reservation_id
                assert before.reservation.connector in (0, fact.transaction.connector)
                assert before.reservation.is_for(fact.transaction.id_tag, "")

    @invariant()
    def none_outlives_its_time(self) -> None:
        state = self.scene.station.state
        assert all(one.expires_at > state.station_time(self.scene.now) for one in state.reservations)

    @invariant()
    def states_are_told_along_legal_steps(self) -> None:
        for number in (1, 2):
            told = [fact.status for fact in self.scene.of(ConnectorChanged) if fact.connector == number]
            for here, there in itertools.pairwise(told):
                assert here is there or there in TRANSITIONS[here]

    @invariant()
    def who_is_denied_is_told_why(self) -> None:
        assert all(fact.reason for fact in self.scene.of(TokenDenied))


TestAnyStory = AnyStory.TestCase
TestAnyStory.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
