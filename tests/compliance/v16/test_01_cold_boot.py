"""2.1 Cold boot."""

from __future__ import annotations

from chargepoint.clock import iso
from tests.compliance.v16.tool import answer, boot, get_key, said, status
from tests.support.bench import NOON, Bench, Payload


def registering(bench: Bench, answered: str, interval: int) -> None:
    """The tool answers BootNotification from now on with ``answered``."""

    def registration(_: Payload) -> Payload:
        return {"status": answered, "currentTime": iso(bench.now), "interval": interval}

    bench.script["BootNotification"] = registration


def test_TC_001_CS_cold_boot() -> None:
    bench = Bench({"nb_connectors": 2})
    registering(bench, "Accepted", 30)
    bench.connect()
    assert said(bench) == boot(2)
    assert get_key(bench, "HeartbeatInterval") == "30"
    bench.advance(90)
    assert said(bench) == [("Heartbeat", {})] * 3


def test_TC_002_CS_cold_boot_pending() -> None:
    bench = Bench()
    registering(bench, "Pending", 60)
    bench.connect()
    assert [action for action, _ in said(bench)] == ["BootNotification"]

    [(kind, configuration)] = said_after(bench, "GetConfiguration")
    assert kind == "answer"
    assert configuration["configurationKey"]
    changed = said_after(bench, "ChangeConfiguration", key="MeterValueSampleInterval", value="15")
    assert changed == [answer(status="Accepted")]
    triggered = said_after(bench, "TriggerMessage", requestedMessage="StatusNotification", connectorId=1)
    assert triggered == [answer(status="Accepted"), status("Available")]
    refused = said_after(bench, "RemoteStartTransaction", idTag="TAG", connectorId=1)
    assert refused == [answer(status="Rejected")]

    bench.plug()
    bench.tap()
    bench.advance(59)
    assert said(bench) == [], "nothing that was not asked for"
    bench.unplug()

    registering(bench, "Accepted", 300)
    bench.advance(1)
    assert said(bench) == boot(at=NOON + 60)
    assert get_key(bench, "MeterValueSampleInterval") == "15"


def said_after(bench: Bench, action: str, **payload: object) -> list[tuple[str, Payload]]:
    bench.call(action, **payload)
    return said(bench)
