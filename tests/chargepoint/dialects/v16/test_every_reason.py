"""Every reason for which a transaction can end (OCPP 1.6 section 7.36), and what brings it about."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from chargepoint.api.payloads import ErrorCode
from chargepoint.model.transaction import StopReason
from tests.support.bench import Bench, verdict

R = StopReason


def order(bench: Bench, **order: object) -> None:
    bench.mqtt("cmd", json.dumps(order).encode())


def refused_later(bench: Bench) -> None:
    bench.script["StartTransaction"] = lambda _: {"transactionId": 2, **verdict("Invalid")}
    bench.tap()
    bench.forget()
    bench.tap("OTHER")


def power_comes_back(bench: Bench) -> None:
    bench.power_cut()
    bench.connect()


TRIGGERS: dict[StopReason, list[Callable[[Bench], object]]] = {
    R.DE_AUTHORIZED: [refused_later],
    R.EMERGENCY_STOP: [lambda bench: order(bench, type="damage", kind="emergency_stop")],
    R.EV_DISCONNECTED: [lambda bench: bench.unplug()],
    R.HARD_RESET: [lambda bench: bench.call("Reset", type="Hard")],
    R.LOCAL: [lambda bench: bench.tap()],
    R.OTHER: [lambda bench: bench.fault(1, ErrorCode.GROUND_FAILURE)],
    R.POWER_LOSS: [lambda bench: order(bench, type="power_loss"), power_comes_back],
    R.REBOOT: [lambda bench: order(bench, type="close")],
    R.REMOTE: [lambda bench: bench.call("RemoteStopTransaction", transactionId=1)],
    R.SOFT_RESET: [lambda bench: bench.call("Reset", type="Soft")],
    R.UNLOCK_COMMAND: [lambda bench: bench.call("UnlockConnector", connectorId=1)],
}


def test_the_table_is_complete() -> None:
    assert set(TRIGGERS) == set(StopReason)


@pytest.mark.parametrize(
    ("reason", "trigger"), [(reason, trigger) for reason, triggers in TRIGGERS.items() for trigger in triggers]
)
def test_every_reason_has_something_that_brings_it_about(
    reason: StopReason, trigger: Callable[[Bench], object]
) -> None:
    bench = Bench({"ocpp_config": {"StopTransactionOnFault": "true"}})
    bench.charging()
    bench.advance(60)
    trigger(bench)
    assert [stop["reason"] for stop in bench.calls("StopTransaction")] == [str(reason)]
    assert ("idTag" in bench.calls("StopTransaction")[0]) is (reason is R.LOCAL)
