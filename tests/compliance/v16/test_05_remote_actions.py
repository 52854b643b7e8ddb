"""2.5 Core profile - remote actions, happy flow."""

from __future__ import annotations

from tests.compliance.v16.tool import answer, authorize, charging, ready, said, start, status, stop
from tests.support.bench import NOON


def test_TC_010_CS_remote_start_charging_session_cable_plugged_in_first() -> None:
    for asks in ("false", "true"):
        bench = ready(config={"AuthorizeRemoteTxRequests": asks})
        bench.plug()
        assert said(bench) == [status("Preparing")]
        bench.call("RemoteStartTransaction", idTag="REMOTE", connectorId=1)
        asked = [authorize("REMOTE")] if asks == "true" else []
        assert said(bench) == [answer(status="Accepted"), *asked, start("REMOTE"), status("Charging")]


def test_TC_011_1_CS_remote_start_charging_session_remote_start_first() -> None:
    bench = ready()
    bench.call("RemoteStartTransaction", idTag="REMOTE", connectorId=1)
    assert said(bench) == [answer(status="Accepted"), status("Preparing")]
    bench.advance(30)
    bench.plug()
    assert said(bench) == [start("REMOTE", at=NOON + 30), status("Charging", at=NOON + 30)]


def test_TC_011_2_CS_remote_start_charging_session_time_out() -> None:
    bench = ready(config={"ConnectionTimeOut": "15"})
    bench.call("RemoteStartTransaction", idTag="REMOTE", connectorId=1)
    assert said(bench) == [answer(status="Accepted"), status("Preparing")]
    bench.advance(15)
    assert said(bench) == [status("Available", at=NOON + 15)]
    bench.plug()
    assert said(bench) == [status("Preparing", at=NOON + 15)]


def test_TC_012_CS_remote_stop_charging_session() -> None:
    bench = ready()
    transaction_id = charging(bench)
    bench.call("RemoteStopTransaction", transactionId=transaction_id)
    assert said(bench) == [answer(status="Accepted"), stop(transaction_id, "Remote"), status("Finishing")]
    bench.unplug()
    assert said(bench) == [status("Available")]
