"""GetLog, LogStatusNotification and ExtendedTriggerMessage (OCPP 1.6 security whitepaper, N01)."""

from __future__ import annotations

from typing import Any

import pytest

from chargepoint.clock import iso
from chargepoint.model.errands import Failed, TransferFailure
from tests.support.bench import NOON, Bench, CallError

LOCATION = "https://files.test/logs/"


def ask(bench: Bench, kind: str = "SecurityLog", request: int = 5, *, more: Any = None, **log: Any) -> Any:
    log = {"remoteLocation": LOCATION, **log}
    return bench.call("GetLog", logType=kind, requestId=request, log=log, **(more or {}))


def told(bench: Bench) -> list[tuple[str, int | None]]:
    return [(one["status"], one.get("requestId")) for one in bench.calls("LogStatusNotification")]


def test_the_security_log_is_uploaded() -> None:
    """TC_079_CS."""
    bench = Bench().connect()
    bench.life.station.state.record_security("TamperDetectionActivated", NOON, "the door")
    bench.forget()
    answer = ask(bench)
    assert answer["status"] == "Accepted"
    assert answer["filename"].startswith("CP1_security_2025")
    assert bench.order()[:2] == ["answer", "LogStatusNotification"]
    assert told(bench) == [("Uploading", 5), ("Uploaded", 5)]
    (content,) = bench.world.stored.values()
    assert f"{iso(NOON)} TamperDetectionActivated the door" in content.decode().splitlines()


def test_only_events_of_the_time_that_is_asked_for_are_in_it() -> None:
    bench = Bench().connect()
    for second in (10, 20, 30):
        bench.life.station.state.record_security("MemoryExhaustion", NOON + second)
    bench.advance(1)
    bench.power_cut()
    bench.connect()
    ask(bench, oldestTimestamp=iso(NOON + 15), latestTimestamp=iso(NOON + 20))
    (content,) = bench.world.stored.values()
    assert content.decode() == f"{iso(NOON + 20)} MemoryExhaustion\n"


def test_the_diagnostics_log_is_what_get_diagnostics_uploads() -> None:
    bench = Bench().connect()
    assert "_diagnostics_" in ask(bench, "DiagnosticsLog")["filename"]
    (content,) = bench.world.stored.values()
    assert content.startswith(b"Diagnostics of CP1 at ")


@pytest.mark.parametrize(
    ("why", "status"),
    [
        (TransferFailure.BAD_ADDRESS, "BadMessage"),
        (TransferFailure.UNKNOWN_PROTOCOL, "NotSupportedOperation"),
        (TransferFailure.DENIED, "PermissionDenied"),
        (TransferFailure.FAILED, "UploadFailure"),
    ],
)
def test_each_failure_has_its_status(why: TransferFailure, status: str) -> None:
    bench = Bench().connect()
    bench.world.failing = Failed(why, "no")
    ask(bench, more={"retries": 0})
    assert told(bench) == [("Uploading", 5), (status, 5)]


def test_a_newer_request_cancels_an_older_one() -> None:
    bench = Bench().connect()
    bench.world.slow = True
    assert ask(bench, request=1)["status"] == "Accepted"
    assert ask(bench, request=2)["status"] == "AcceptedCanceled"
    bench.finish_transfers()
    assert told(bench) == [("Uploading", 1), ("Uploading", 2), ("Uploaded", 2)]
    assert ask(bench, request=3)["status"] == "Accepted"


def test_diagnostics_and_log_are_uploaded_side_by_side() -> None:
    bench = Bench().connect()
    bench.world.slow = True
    ask(bench)
    bench.call("GetDiagnostics", location=LOCATION)
    bench.finish_transfers()
    assert len(bench.world.stored) == 2


def test_an_extended_trigger_tells_where_the_upload_stands() -> None:
    bench = Bench().connect()
    bench.world.slow = True
    ask(bench)
    for status in ({"status": "Uploading", "requestId": 5}, {"status": "Idle"}):
        bench.forget()
        answer = bench.call("ExtendedTriggerMessage", requestedMessage="LogStatusNotification")
        assert answer == {"status": "Accepted"}
        assert bench.sent == [("LogStatusNotification", status)]
        bench.finish_transfers()


@pytest.mark.parametrize("message", ["Heartbeat", "StatusNotification", "MeterValues", "FirmwareStatusNotification"])
def test_an_extended_trigger_has_the_others_sent_too(message: str) -> None:
    bench = Bench().connect()
    bench.forget()
    assert bench.call("ExtendedTriggerMessage", requestedMessage=message) == {"status": "Accepted"}
    wanted = "SignedFirmwareStatusNotification" if message == "FirmwareStatusNotification" else message
    assert bench.order()[:2] == ["answer", wanted]


def test_log_status_is_none_of_the_plain_triggers() -> None:
    answer = Bench().connect().call("TriggerMessage", requestedMessage="LogStatusNotification")
    assert isinstance(answer, CallError)
