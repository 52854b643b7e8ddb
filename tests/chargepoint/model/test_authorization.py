"""What the station decides by itself, and what it remembers (OCPP 1.6 sections 3.5 and 4.1)."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from chargepoint.model import authorization
from chargepoint.model.authorization import AuthorizationCache, TokenInfo, TokenStatus, local_verdict
from chargepoint.model.parameters import Parameters

ACCEPTED = TokenInfo(TokenStatus.ACCEPTED)
BLOCKED = TokenInfo(TokenStatus.BLOCKED)
EXPIRED = TokenInfo(TokenStatus.ACCEPTED, expires_at=100.0)


@pytest.mark.parametrize("known", [None, ACCEPTED, BLOCKED, EXPIRED])
def test_online_the_central_system_decides(known: TokenInfo | None) -> None:
    assert local_verdict(known, True, Parameters(local_pre_authorize=False), now=200) is None


@pytest.mark.parametrize(("known", "verdict"), [(None, None), (ACCEPTED, True), (BLOCKED, None), (EXPIRED, None)])
def test_with_local_pre_authorize_a_valid_tag_need_not_wait(known: TokenInfo | None, verdict: bool | None) -> None:
    """And an invalid one is asked about again."""
    assert local_verdict(known, True, Parameters(local_pre_authorize=True), now=200) is verdict


@pytest.mark.parametrize("unknown_allowed", [False, True])
@pytest.mark.parametrize(
    ("known", "offline_allowed", "verdict"),
    [
        (ACCEPTED, True, True),
        (ACCEPTED, False, False),
        (BLOCKED, True, False),
        (EXPIRED, True, False),
        (BLOCKED, False, False),
    ],
)
def test_offline_a_known_tag_is_taken_by_what_is_known_of_it(
    known: TokenInfo, offline_allowed: bool, verdict: bool, unknown_allowed: bool
) -> None:
    parameters = Parameters(local_authorize_offline=offline_allowed, allow_offline_unknown_id=unknown_allowed)
    assert local_verdict(known, False, parameters, now=200) is verdict


@pytest.mark.parametrize("allowed", [False, True])
def test_offline_an_unknown_tag_is_taken_by_its_own_key(allowed: bool) -> None:
    assert local_verdict(None, False, Parameters(allow_offline_unknown_id=allowed), now=0) is allowed


def test_a_tag_expires_at_its_very_moment() -> None:
    assert EXPIRED.accepted(99.999)
    assert not EXPIRED.accepted(100.0)


def test_the_cache_does_not_care_about_case() -> None:
    cache = AuthorizationCache()
    cache.learn("Tag-A", ACCEPTED)
    assert cache.find("tAG-a") == ACCEPTED


def test_the_latest_verdict_counts() -> None:
    cache = AuthorizationCache()
    cache.learn("TAG", ACCEPTED)
    cache.learn("TAG", BLOCKED)
    assert cache.find("TAG") == BLOCKED


def test_a_concurrent_transaction_says_nothing_about_the_tag() -> None:
    cache = AuthorizationCache()
    cache.learn("TAG", ACCEPTED)
    cache.learn("TAG", TokenInfo(TokenStatus.CONCURRENT_TX))
    assert cache.find("TAG") == ACCEPTED


def test_a_full_cache_forgets_invalid_tags_first_and_then_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorization, "CACHE_SIZE", 3)
    cache = AuthorizationCache()
    cache.learn("A", ACCEPTED)
    cache.learn("B", BLOCKED)
    cache.learn("C", ACCEPTED)
    cache.learn("A", ACCEPTED)
    cache.learn("D", ACCEPTED)
    assert [tag for tag in "ABCD" if cache.find(tag)] == ["A", "C", "D"]
    cache.learn("E", ACCEPTED)
    assert [tag for tag in "ACDE" if cache.find(tag)] == ["A", "D", "E"]


def test_the_cache_survives_being_stored() -> None:
    cache = AuthorizationCache()
    cache.learn("A", TokenInfo(TokenStatus.ACCEPTED, "GROUP", 1234.5))
    cache.learn("B", BLOCKED)
    again = AuthorizationCache()
    again.restore(cache.to_record())
    assert again.find("A") == TokenInfo(TokenStatus.ACCEPTED, "GROUP", 1234.5)
    assert again.to_record() == cache.to_record()
    again.clear()
    assert again.find("A") is None


def test_full_caches_of_many_stations_that_know_the_same_tags_share_all_but_their_order() -> None:
    """A place in a table for each tag, and another where it is stored: not a verdict, a record and a text."""
    tags = [f"TAG{number:04}" for number in range(authorization.CACHE_SIZE)]
    caches = [AuthorizationCache() for _ in range(11)]
    stored = []
    tracemalloc.start()
    try:
        for number, cache in enumerate(caches):
            if number == 1:
                of_one, _ = tracemalloc.get_traced_memory()
            for tag in tags:
                cache.learn(json.loads(json.dumps(tag)), TokenInfo(TokenStatus.ACCEPTED))
            stored.append(cache.to_record())
        of_all, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (of_all - of_one) / 10 / len(tags) < 100
