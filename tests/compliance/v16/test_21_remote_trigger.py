"""2.21 Remote trigger."""

from __future__ import annotations

from tests.compliance.v16.tool import Message, answer, get_key, meter_values, ready, said, status
from tests.support.bench import Bench


def trigger(bench: Bench, message: str, **connector: int) -> list[Message]:
    bench.call("TriggerMessage", requestedMessage=message, **connector)
    return said(bench)


def test_TC_054_CS_trigger_message() -> None:
    bench = ready()
    yes = answer(status="Accepted")
    assert trigger(bench, "MeterValues", connectorId=1) == [yes, meter_values(1, "Trigger", at=bench.now)]
    assert trigger(bench, "Heartbeat") == [yes, ("Heartbeat", {})]
    assert trigger(bench, "StatusNotification", connectorId=1) == [yes, status("Available")]
    for message in ("DiagnosticsStatusNotification", "FirmwareStatusNotification"):
        if "FirmwareManagement" in get_key(bench, "SupportedFeatureProfiles"):
            assert trigger(bench, message) == [yes, (message, {"status": "Idle"})]
        else:
            assert trigger(bench, message) == [answer(status="NotImplemented")]


def test_TC_055_CS_trigger_message_rejected() -> None:
    bench = ready()
    assert trigger(bench, "MeterValues", connectorId=2) == [answer(status="Rejected")]
    assert trigger(bench, "StatusNotification", connectorId=2) == [answer(status="Rejected")]
    bench.advance(30)
    assert said(bench) == []
