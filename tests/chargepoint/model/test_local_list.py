"""The local authorization list by itself: versions, limits, all or nothing (OCPP 1.6 sections 3.5.2, 5.10, 5.15)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.payloads import ConnectorState, ErrorCode
from chargepoint.model.authorization import TokenInfo, TokenStatus
from chargepoint.model.commands import ListSent, Outcome, Verdict
from chargepoint.model.facts import AuthorizeWanted, ConnectorChanged
from chargepoint.model.local_list import LocalList
from tests.chargepoint.model.scene import Scene

ACCEPTED = TokenInfo(TokenStatus.ACCEPTED)
BLOCKED = TokenInfo(TokenStatus.BLOCKED)
EXPIRING = TokenInfo(TokenStatus.ACCEPTED, expires_at=100.0)


def full(version: int, **entries: TokenInfo | None) -> ListSent:
    return ListSent(version, tuple(entries.items()), full=True)


def change(version: int, **entries: TokenInfo | None) -> ListSent:
    return ListSent(version, tuple(entries.items()), full=False)


def take(known: LocalList, sent: ListSent) -> Outcome:
    return known.take(sent, max_length=4, max_sent=3)


def listing(version: int, **entries: TokenInfo) -> LocalList:
    known = LocalList()
    assert take(known, full(version, **entries)).accepted
    return known


def test_a_full_list_replaces_the_one_before() -> None:
    known = listing(7, A=ACCEPTED, B=ACCEPTED)
    assert take(known, full(3, B=BLOCKED, C=ACCEPTED)).accepted
    assert [known.find(tag) for tag in "ABC"] == [None, BLOCKED, ACCEPTED]
    assert known.version == 3


def test_changes_add_replace_and_remove() -> None:
    known = listing(1, A=ACCEPTED, B=ACCEPTED)
    assert take(known, change(2, A=None, B=BLOCKED, C=ACCEPTED)).accepted
    assert [known.find(tag) for tag in "ABC"] == [None, BLOCKED, ACCEPTED]
    assert known.version == 2


def test_removing_a_tag_that_is_not_there_changes_nothing() -> None:
    known = listing(1, A=ACCEPTED)
    assert take(known, change(2, Z=None)).accepted
    assert len(known) == 1


def test_no_changes_are_a_new_version_of_the_same_list() -> None:
    known = listing(1, A=ACCEPTED)
    assert take(known, change(5)).accepted
    assert (known.version, known.find("A")) == (5, ACCEPTED)


def test_an_empty_list_has_version_0_however_it_became_empty() -> None:
    assert LocalList().version == 0
    assert listing(9).version == 0
    known = listing(1, A=ACCEPTED)
    assert take(known, change(2, A=None)).accepted
    assert known.version == 0
    assert take(known, change(1, A=ACCEPTED)).accepted
    assert known.version == 1


def test_id_tags_are_the_same_in_any_case() -> None:
    known = listing(1, TagA=ACCEPTED)
    assert known.find("tAGa") == ACCEPTED
    assert "TAGA" in known
    assert take(known, change(2, taga=None)).accepted
    assert len(known) == 0


@pytest.mark.parametrize(
    ("sent", "verdict"),
    [
        (change(2, B=ACCEPTED), Verdict.OUTDATED),
        (change(1, B=ACCEPTED), Verdict.OUTDATED),
        (change(0, B=ACCEPTED), Verdict.OUTDATED),
        (full(0, B=ACCEPTED), Verdict.REJECTED),
        (full(0), Verdict.REJECTED),
        (full(-1, B=ACCEPTED), Verdict.REJECTED),
        (full(3, B=ACCEPTED, C=None), Verdict.REJECTED),
        (full(3, B=ACCEPTED, b=ACCEPTED), Verdict.REJECTED),
        (change(3, B=ACCEPTED, b=None), Verdict.REJECTED),
        (full(3, B=ACCEPTED, C=ACCEPTED, D=ACCEPTED, E=ACCEPTED), Verdict.REJECTED),
        (change(3, A=None, C=ACCEPTED, D=ACCEPTED, E=ACCEPTED), Verdict.REJECTED),
        (change(3, C=ACCEPTED, D=ACCEPTED, E=ACCEPTED), Verdict.REJECTED),
    ],
)
def test_what_is_refused_changes_nothing(sent: ListSent, verdict: Verdict) -> None:
    known = listing(2, A=ACCEPTED, B=BLOCKED)
    before = known.to_record()
    outcome = take(known, sent)
    assert outcome.verdict is verdict
    assert outcome.reason
    assert known.to_record() == before


def test_changes_may_fill_the_list_to_its_last_place() -> None:
    known = listing(1, A=ACCEPTED, B=ACCEPTED, C=ACCEPTED)
    assert take(known, change(2, A=None, D=ACCEPTED, E=ACCEPTED)).accepted
    assert len(known) == 4


@pytest.mark.parametrize(
    ("entry", "verdict", "contradicts"),
    [
        (ACCEPTED, ACCEPTED, False),
        (ACCEPTED, BLOCKED, True),
        (BLOCKED, ACCEPTED, True),
        (BLOCKED, TokenInfo(TokenStatus.INVALID), False),
        (EXPIRING, ACCEPTED, True),
        (EXPIRING, TokenInfo(TokenStatus.EXPIRED), False),
        (ACCEPTED, TokenInfo(TokenStatus.CONCURRENT_TX), False),
        (ACCEPTED, TokenInfo(TokenStatus.ACCEPTED, "OTHER GROUP"), False),
    ],
)
def test_a_verdict_contradicts_the_list_when_one_says_valid_and_the_other_does_not(
    entry: TokenInfo, verdict: TokenInfo, contradicts: bool
) -> None:
    known = listing(1, A=entry)
    assert known.compare("a", verdict, now=200) is contradicts
    assert known.in_conflict is contradicts
    assert known.find("A") == entry


def test_a_tag_that_is_not_in_the_list_contradicts_nothing() -> None:
    assert not listing(1, A=ACCEPTED).compare("B", BLOCKED, now=0)


def test_a_conflict_ends_with_a_verdict_that_agrees_or_another_list() -> None:
    known = listing(1, A=ACCEPTED)
    known.compare("A", BLOCKED, now=0)
    known.compare("A", TokenInfo(TokenStatus.CONCURRENT_TX), now=0)
    assert known.in_conflict
    known.compare("A", ACCEPTED, now=0)
    assert not known.in_conflict
    known.compare("A", BLOCKED, now=0)
    take(known, change(2))
    assert not known.in_conflict


INFOS = st.builds(
    TokenInfo, st.sampled_from(TokenStatus), st.sampled_from(["", "GROUP"]), st.sampled_from([None, 100.0])
)
SENT = st.builds(
    ListSent,
    st.integers(-1, 6),
    st.lists(st.tuples(st.sampled_from("AaBCDEF"), st.none() | INFOS), max_size=4).map(tuple),
    st.booleans(),
)


@given(st.lists(SENT, max_size=8))
def test_whatever_is_sent_the_list_keeps_its_limits_and_its_record_is_the_list(story: list[ListSent]) -> None:
    known = LocalList()
    for sent in story:
        before = (known.version, known.to_record())
        outcome = take(known, sent)
        if not outcome.accepted:
            assert (known.version, known.to_record()) == before
            assert outcome.reason
        else:
            assert known.version == (sent.version if len(known) else 0)
            assert all(known.find(tag) == info for tag, info in sent.entries)
        assert len(known) <= 4
        again = LocalList()
        again.restore(json.loads(json.dumps(known.to_record())))
        assert (again.version, again.to_record()) == (known.version, known.to_record())


def station_errors(scene: Scene) -> list[tuple[ConnectorState, ErrorCode]]:
    return [(fact.status, fact.error_code) for fact in scene.of(ConnectorChanged) if fact.connector == 0]


def test_a_listed_tag_is_not_cached_and_one_that_was_is_forgotten() -> None:
    scene = Scene()
    scene.tap()
    assert scene.station.state.cache.find("TAG") is not None
    scene.tell(full(1, TAG=BLOCKED))
    assert scene.station.state.cache.find("TAG") is None
    scene.tap()
    scene.tap()
    assert scene.station.state.cache.find("TAG") is None


def test_a_list_that_is_switched_off_leaves_the_cache_alone() -> None:
    scene = Scene()
    scene.station.state.parameters.list_enabled = False
    scene.tap()
    scene.tell(full(1, TAG=BLOCKED))
    assert scene.station.state.known("TAG") == ACCEPTED
    scene.station.state.parameters.list_enabled = True
    assert scene.station.state.known("TAG") == BLOCKED


def test_a_conflict_is_told_of_the_station_and_ends_with_the_next_list() -> None:
    scene = Scene(verdict=BLOCKED)
    scene.tell(full(1, TAG=ACCEPTED))
    scene.tap()
    scene.tap()
    conflict = (ConnectorState.AVAILABLE, ErrorCode.LOCAL_LIST_CONFLICT)
    assert station_errors(scene) == [conflict, conflict]
    scene.tell(full(2, TAG=BLOCKED))
    assert station_errors(scene)[2:] == [(ConnectorState.AVAILABLE, ErrorCode.NO_ERROR)]


def test_the_list_outlives_power_cuts() -> None:
    scene = Scene()
    scene.tell(full(4, TAG=TokenInfo(TokenStatus.ACCEPTED, "GROUP", scene.now + 9)))
    scene.boot()
    assert scene.station.state.local_list.version == 4
    assert scene.station.state.known("tag") == TokenInfo(TokenStatus.ACCEPTED, "GROUP", scene.now + 9)


def test_a_valid_tag_of_the_list_need_not_wait_with_local_pre_authorize() -> None:
    scene = Scene()
    scene.station.state.parameters.local_pre_authorize = True
    scene.tell(full(1, TAG=ACCEPTED))
    scene.charge()
    assert scene.of(AuthorizeWanted) == []
    assert scene.connector().transaction is not None
