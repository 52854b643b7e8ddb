"""2.12 Core profile - unlocking, non-happy flow. A lock that is stuck (TC_030_CS) is where the lock is tested."""

from __future__ import annotations

from tests.compliance.v16.tool import answer, charging, ready, said


def test_TC_031_CS_unlock_connector_unknown_connector() -> None:
    bench = ready(nb_connectors=2)
    charging(bench)
    for connector in (3, 0, -3):
        bench.call("UnlockConnector", connectorId=connector)
        assert said(bench) == [answer(status="NotSupported")]
    assert bench.status().status == "Charging"
