"""2.7 Core profile - unlocking, happy flow."""

from __future__ import annotations

from tests.compliance.v16.tool import answer, charging, ready, said, status, stop


def test_TC_017_1_CS_unlock_connector_no_charging_session_running() -> None:
    bench = ready()
    bench.call("UnlockConnector", connectorId=1)
    assert said(bench) == [answer(status="Unlocked")]


def test_TC_017_2_CS_unlock_connector_no_charging_session_running_fixed_cable() -> None:
    bench = ready(fixed_cable=True)
    bench.call("UnlockConnector", connectorId=1)
    assert said(bench) == [answer(status="NotSupported")]


def test_TC_018_1_CS_unlock_connector_with_charging_session() -> None:
    bench = ready()
    transaction_id = charging(bench)
    bench.call("UnlockConnector", connectorId=1)
    assert said(bench) == [answer(status="Unlocked"), stop(transaction_id, "UnlockCommand"), status("Finishing")]
    bench.unplug()
    assert said(bench) == [status("Available")]


def test_TC_018_2_CS_unlock_connector_with_charging_session_fixed_cable() -> None:
    bench = ready(fixed_cable=True)
    charging(bench)
    bench.call("UnlockConnector", connectorId=1)
    assert said(bench) == [answer(status="NotSupported")]
    assert bench.status().status == "Charging"
