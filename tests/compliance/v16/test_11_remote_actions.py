"""2.11 Core profile - remote actions, non-happy flow."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.compliance.v16.tool import answer, charging, ready, said
from tests.support.bench import Bench


def asking(bench: Bench) -> None:
    bench.script["Authorize"] = lambda _: None
    bench.tap("OTHER")


BUSY: dict[str, Callable[[Bench], object]] = {
    "it charges": charging,
    "somebody else's cable is waited for": lambda bench: bench.tap("OTHER"),
    "it is reserved for somebody else": lambda bench: bench.call(
        "ReserveNow", connectorId=1, idTag="OTHER", reservationId=1, expiryDate="2030-01-01T00:00:00Z"
    ),
    "somebody else's id tag is asked about": asking,
    "it is out of service": lambda bench: bench.call("ChangeAvailability", connectorId=1, type="Inoperative"),
    "it is faulted": lambda bench: bench.fault(1),
    "the station is faulted": lambda bench: bench.fault(0),
}


@pytest.mark.parametrize("why", BUSY)
def test_TC_026_CS_remote_start_charging_session_rejected(why: str) -> None:
    bench = ready()
    BUSY[why](bench)
    bench.forget()
    for where in ({"connectorId": 1}, {}):
        bench.call("RemoteStartTransaction", idTag="REMOTE", **where)
        assert said(bench) == [answer(status="Rejected")]
    bench.advance(60)
    assert "StartTransaction" not in bench.actions()


def test_TC_027_CS_remote_start_transaction_connector_id_shall_not_be_0() -> None:
    bench = ready()
    bench.call("RemoteStartTransaction", idTag="REMOTE", connectorId=0)
    assert said(bench) == [answer(status="Rejected")]
    bench.plug()
    bench.advance(30)
    assert "StartTransaction" not in bench.actions()


def test_TC_028_CS_remote_stop_transaction_rejected() -> None:
    bench = ready()
    transaction_id = charging(bench)
    for other in (transaction_id + 1, -1):
        bench.call("RemoteStopTransaction", transactionId=other)
        assert said(bench) == [answer(status="Rejected")]
    assert bench.status().status == "Charging"
    bench.tap()
    bench.forget()
    bench.call("RemoteStopTransaction", transactionId=transaction_id)
    assert said(bench) == [answer(status="Rejected")], "it has ended"
