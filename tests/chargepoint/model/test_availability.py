"""In and out of service, faults, locks, and going down, as the model has them."""

from __future__ import annotations

import pytest

from chargepoint.api.payloads import ErrorCode
from chargepoint.model.commands import (
    AvailabilityChanged,
    FaultChanged,
    RemoteStart,
    Reset,
    ShutDown,
    Unlock,
    Verdict,
)
from chargepoint.model.facts import ConnectorChanged, Rebooting, TransactionStarted, TransactionStopped
from chargepoint.model.transaction import StopReason
from tests.chargepoint.model.scene import Scene


def test_availability_is_scheduled_only_where_a_transaction_runs() -> None:
    scene = Scene(connectors=2)
    scene.charge(1)
    assert scene.tell(AvailabilityChanged(1, False)).verdict is Verdict.SCHEDULED
    assert scene.tell(AvailabilityChanged(2, False)).verdict is Verdict.ACCEPTED
    assert scene.tell(AvailabilityChanged(1, True)).verdict is Verdict.ACCEPTED
    assert scene.tell(AvailabilityChanged(0, False)).verdict is Verdict.SCHEDULED
    assert scene.tell(AvailabilityChanged(3, False)).verdict is Verdict.UNKNOWN_CONNECTOR
    assert scene.connector(1).operative


def test_the_station_has_states_of_its_own() -> None:
    scene = Scene()
    scene.tell(AvailabilityChanged(0, False))
    scene.tell(FaultChanged(0, ErrorCode.INTERNAL_ERROR))
    scene.tell(FaultChanged(0, ErrorCode.NO_ERROR))
    scene.tell(AvailabilityChanged(0, True))
    assert scene.states(0) == ["Unavailable", "Faulted", "Unavailable", "Available"]


@pytest.mark.parametrize("connector", [-1, 2])
def test_an_unknown_connector_has_no_fault_and_no_lock(connector: int) -> None:
    scene = Scene()
    assert scene.tell(FaultChanged(connector, ErrorCode.GROUND_FAILURE)).verdict is Verdict.UNKNOWN_CONNECTOR
    assert scene.tell(Unlock(connector)).verdict is Verdict.UNKNOWN_CONNECTOR
    assert scene.of(ConnectorChanged) == []


def test_two_faults_of_one_place_are_the_latest() -> None:
    scene = Scene()
    scene.tell(FaultChanged(1, ErrorCode.GROUND_FAILURE))
    scene.tell(FaultChanged(0, ErrorCode.OVER_VOLTAGE))
    scene.tell(FaultChanged(1, ErrorCode.NO_ERROR))
    told = [fact.error_code for fact in scene.of(ConnectorChanged) if fact.connector == 1]
    assert told == [ErrorCode.GROUND_FAILURE, ErrorCode.OVER_VOLTAGE]


def test_a_stuck_lock_ends_the_transaction_and_stays_shut() -> None:
    scene = Scene()
    scene.charge()
    scene.tell(FaultChanged(1, ErrorCode.CONNECTOR_LOCK_FAILURE))
    assert scene.tell(Unlock(1)).verdict is Verdict.REJECTED
    assert [fact.reason for fact in scene.of(TransactionStopped)] == [StopReason.UNLOCK_COMMAND]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (Reset(hard=True), StopReason.HARD_RESET),
        (Reset(hard=False), StopReason.SOFT_RESET),
        (ShutDown(), StopReason.REBOOT),
    ],
)
def test_going_down_ends_every_transaction_and_begins_none(command: Reset | ShutDown, reason: StopReason) -> None:
    scene = Scene(connectors=3)
    scene.charge(1)
    scene.charge(2)
    scene.tap(connector=3)
    scene.tell(command)
    assert [fact.reason for fact in scene.of(TransactionStopped)] == [reason, reason]
    assert scene.of(Rebooting) == [Rebooting(reason)]
    scene.plug(3)
    scene.tap(connector=1)
    assert scene.tell(RemoteStart(None, "TAG")).verdict is Verdict.REJECTED
    assert len(scene.of(TransactionStarted)) == 2
