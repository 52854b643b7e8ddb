"""Sessions as the model has them, without a word of OCPP on the wire."""

from __future__ import annotations

import pytest

from chargepoint.model.authorization import TokenInfo, TokenStatus
from chargepoint.model.commands import (
    AuthorizeAnswered,
    LinkChanged,
    RemoteStart,
    RemoteStop,
    StartAnswered,
    Unlock,
    Verdict,
)
from chargepoint.model.facts import AuthorizeWanted, TokenDenied, TransactionStarted, TransactionStopped
from chargepoint.model.transaction import StopReason
from tests.chargepoint.model.scene import ACCEPTED, NOON, Scene


@pytest.mark.parametrize("order", ["plug then tap", "tap then plug", "remote then plug", "plug then remote"])
def test_cable_and_authorization_come_in_any_order(order: str) -> None:
    scene = Scene()
    for what in order.split(" then "):
        match what:
            case "plug":
                scene.plug()
            case "tap":
                scene.tap()
            case "remote":
                scene.tell(RemoteStart(1, "TAG"))
        scene.advance(5)
    assert scene.states() == ["Preparing", "Charging"]
    (started,) = scene.of(TransactionStarted)
    assert (started.transaction.started_at, started.transaction.meter_start_wh) == (NOON + 5, 0)


def test_a_session_ends_by_the_same_tag_in_any_case_of_letters() -> None:
    scene = Scene()
    scene.charge()
    scene.tap("tag")
    (stopped,) = scene.of(TransactionStopped)
    assert (stopped.reason, stopped.id_tag) == (StopReason.LOCAL, "tag")
    assert len(scene.of(AuthorizeWanted)) == 1


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (lambda scene: scene.unplug(), StopReason.EV_DISCONNECTED),
        (lambda scene: scene.tell(RemoteStop(101)), StopReason.REMOTE),
        (lambda scene: scene.tell(Unlock(1)), StopReason.UNLOCK_COMMAND),
        (lambda scene: scene.tap(), StopReason.LOCAL),
    ],
)
def test_every_end_has_its_reason_and_its_reading(end: object, reason: StopReason) -> None:
    scene = Scene()
    scene.charge()
    scene.advance(1800)
    assert callable(end)
    end(scene)
    (stopped,) = scene.of(TransactionStopped)
    assert stopped.reason is reason
    assert stopped.reading.at == NOON + 1800
    assert stopped.reading.energy_wh == pytest.approx(5520)


def test_an_answer_nobody_waits_for_is_refused() -> None:
    scene = Scene()
    assert scene.tell(AuthorizeAnswered(77, ACCEPTED)).verdict is Verdict.REJECTED
    assert scene.states() == []


def test_an_answer_to_the_start_of_a_transaction_that_is_over_changes_nothing() -> None:
    scene = Scene()
    scene.charge()
    scene.unplug()
    scene.charge()
    scene.tell(StartAnswered(1, 999, "TAG", TokenInfo(TokenStatus.BLOCKED)))
    running = scene.connector().transaction
    assert running is not None
    assert (running.handle, running.central_id) == (2, 102)


def test_the_group_of_the_authorization_is_kept_when_the_start_names_none() -> None:
    scene = Scene(verdict=TokenInfo(TokenStatus.ACCEPTED, "FAMILY"))
    scene.plug()
    scene.tap("HER")
    scene.tell(StartAnswered(1, 101, "HER", ACCEPTED))
    scene.tap("HIS")
    assert [fact.id_tag for fact in scene.of(TransactionStopped)] == ["HIS"]


def test_a_denied_tag_says_why() -> None:
    scene = Scene(verdict=TokenInfo(TokenStatus.EXPIRED))
    scene.tap("OLD")
    scene.tell(LinkChanged(False))
    scene.tap("NEW")
    reasons = [fact.reason for fact in scene.of(TokenDenied)]
    assert "Expired" in reasons[0]
    assert "nobody can be asked" in reasons[1]


def test_a_grant_that_waits_in_vain_is_told_as_denied() -> None:
    scene = Scene()
    scene.tap()
    scene.advance(60)
    (denied,) = scene.of(TokenDenied)
    assert (denied.id_tag, denied.at) == ("TAG", NOON + 60)
    assert scene.states() == ["Preparing", "Available"]


def test_another_tag_takes_over_a_connector_that_waits_for_a_cable() -> None:
    scene = Scene()
    scene.tap("ONE")
    scene.advance(50)
    scene.tap("TWO")
    scene.advance(50)
    scene.plug()
    assert [fact.transaction.id_tag for fact in scene.of(TransactionStarted)] == ["TWO"]


def test_handles_of_transactions_are_never_used_twice() -> None:
    scene = Scene()
    for _ in range(3):
        scene.charge()
        scene.boot()
        scene.unplug()
    assert [fact.transaction.handle for fact in scene.of(TransactionStarted)] == [1, 2, 3]
