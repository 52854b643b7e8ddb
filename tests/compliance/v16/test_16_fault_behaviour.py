"""2.16 Core profile - fault behaviour, non-happy flow."""

from __future__ import annotations

from chargepoint.api.payloads import ErrorCode
from tests.compliance.v16.tool import answer, charging, ready, said, status
from tests.support.bench import NOON


def test_TC_041_CS_fault_behaviour() -> None:
    bench = ready()
    bench.fault(1, ErrorCode.GROUND_FAILURE)
    assert said(bench) == [status("Faulted", error="GroundFailure")]
    bench.plug()
    bench.tap("TAG")
    bench.call("RemoteStartTransaction", idTag="TAG", connectorId=1)
    assert said(bench) == [answer(status="Rejected")], "nothing starts while it lasts"
    bench.unplug()
    bench.advance(10)
    bench.clear_fault(1)
    assert said(bench) == [status("Available", at=NOON + 10)]
    charging(bench)
    bench.fault(1, ErrorCode.GROUND_FAILURE)
    # A meter reading of the interruption may go before it.
    told = [message for message in said(bench) if message[0] != "MeterValues"]
    assert told == [status("Faulted", error="GroundFailure", at=NOON + 10)]
    assert bench.status().power_w == 0
