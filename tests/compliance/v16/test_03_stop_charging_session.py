"""2.3 Stop charging session. What the lock does (TC_005_2_CS, TC_005_3_CS) is where the cable lock is tested."""

from __future__ import annotations

from tests.compliance.v16.tool import authorize, charging, ready, said, status, stop
from tests.support.bench import NOON, Bench, verdict


def test_TC_068_CS_stop_transaction_by_the_id_tag_of_its_start() -> None:
    bench = ready()
    transaction_id = charging(bench, "TAG")
    bench.advance(30)
    bench.tap("TAG")
    at = NOON + 30
    assert said(bench) == [stop(transaction_id, "Local", at=at, idTag="TAG"), status("Finishing", at=at)]
    bench.unplug()
    assert said(bench) == [status("Available", at=at)]


def test_TC_069_CS_stop_transaction_by_another_id_tag_of_its_parent() -> None:
    bench = Bench(script={"Authorize": lambda _: verdict("Accepted", parentIdTag="FAMILY")}).connect()
    transaction_id = charging(bench, "HERS")
    bench.tap("HIS")
    assert said(bench) == [authorize("HIS"), stop(transaction_id, "Local", idTag="HIS"), status("Finishing")]
    bench.unplug()
    assert said(bench) == [status("Available")]


def test_TC_005_1_CS_ev_side_disconnected_stops_and_unlocks() -> None:
    config = {"StopTransactionOnEVSideDisconnect": "true", "UnlockConnectorOnEVSideDisconnect": "true"}
    bench = ready(config=config)
    transaction_id = charging(bench)
    bench.unplug()
    stopped, finishing, available = said(bench)
    assert stopped == stop(transaction_id, "EVDisconnected")
    # The status may say why in its info.
    assert finishing[1]["status"] == "Finishing"
    assert available == status("Available")
