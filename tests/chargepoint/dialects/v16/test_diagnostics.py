"""GetDiagnostics and DiagnosticsStatusNotification (OCPP 1.6 sections 5.9 and 4.4)."""

from __future__ import annotations

from typing import Any

from chargepoint.clock import iso
from chargepoint.model.errands import Failed, TransferFailure
from tests.support.bench import NOON, Bench

LOCATION = "ftp://files.test/diagnostics/"
LOST = Failed(TransferFailure.FAILED, "connection reset")


def ask(bench: Bench, **more: Any) -> Any:
    return bench.call("GetDiagnostics", location=LOCATION, **more)


def told(bench: Bench) -> list[str]:
    return [one["status"] for one in bench.calls("DiagnosticsStatusNotification")]


def test_diagnostics_are_uploaded_under_the_name_that_is_answered() -> None:
    """TC_045_1_CS."""
    bench = Bench().connect()
    bench.forget()
    answer = ask(bench)
    assert answer["fileName"].startswith("CP1_diagnostics_2025")
    assert bench.order()[:2] == ["answer", "DiagnosticsStatusNotification"]
    assert told(bench) == ["Uploading", "Uploaded"]
    assert list(bench.world.stored) == [answer["fileName"]]
    assert bench.world.asked[0].location == LOCATION


def test_an_upload_that_fails_is_told_after_its_retries() -> None:
    """TC_045_2_CS."""
    bench = Bench().connect()
    bench.world.failing = LOST
    ask(bench, retries=2, retryInterval=20)
    bench.advance(39)
    assert told(bench) == ["Uploading"]
    bench.advance(1)
    assert told(bench) == ["Uploading", "UploadFailed"]
    assert len(bench.world.asked) == 3
    bench.advance(600)
    assert len(bench.world.asked) == 3


def test_a_location_that_cannot_be_used_is_not_tried_again() -> None:
    bench = Bench().connect()
    bench.world.failing = Failed(TransferFailure.UNKNOWN_PROTOCOL, "gopher")
    ask(bench, retries=5, retryInterval=1)
    assert told(bench) == ["Uploading", "UploadFailed"]


def test_the_log_of_the_station_says_why_an_upload_failed_and_not_the_password() -> None:
    bench = Bench().connect()
    bench.world.failing = Failed(TransferFailure.DENIED, "FTP 530 Login incorrect")
    bench.call("GetDiagnostics", location="ftp://me:secret@files.test/in/", retries=0)
    assert "upload to ftp://files.test/in/: PermissionDenied FTP 530 Login incorrect" in bench.notes
    assert not [note for note in bench.notes if "secret" in note]


def test_they_tell_who_the_station_is_what_it_does_and_what_it_went_through() -> None:
    bench = Bench({"nb_connectors": 2, "firmware_version": "1.0", "ocpp_config": {"AuthorizationKey": "secret"}})
    bench.charging(2)
    bench.advance(60)
    ask(bench)
    (content,) = bench.world.stored.values()
    lines = content.decode().splitlines()
    assert "firmware = 1.0" in lines
    assert "1: Available NoError, 0 Wh, 0 W, setpoint 0" in lines
    assert any(line.startswith("2: Charging NoError, ") and line.endswith("transaction 1 of TAG") for line in lines)
    assert "NumberOfConnectors = 2" in lines
    assert f"{iso(NOON)} connector 2: transaction of TAG starts" in lines
    assert b"secret" not in content


def test_what_no_file_can_hold_is_escaped_in_it() -> None:
    """JSON can spell half a character, and a central system that does so must not end the station."""
    bench = Bench().connect()
    bench.receive(r'[2,"1","RemoteStartTransaction",{"connectorId":1,"idTag":"\ud800"}]')
    bench.plug()
    bench.call("GetDiagnostics", location="ftp://files.test/")
    assert bench.calls("DiagnosticsStatusNotification")[-1] == {"status": "Uploaded"}


def test_the_log_in_it_is_of_the_time_that_is_asked_for() -> None:
    bench = Bench()
    bench.charging()
    bench.advance(60)
    bench.tap()
    ask(bench, startTime=iso(NOON + 1), stopTime=iso(NOON + 60))
    (content,) = bench.world.stored.values()
    log = content.decode().partition("[log]\n")[2].splitlines()
    assert log == [f"{iso(NOON + 60)} connector 1: transaction stops: Local"]


def test_a_newer_request_takes_the_place_of_an_older_one() -> None:
    bench = Bench().connect()
    bench.world.slow = True
    ask(bench)
    bench.advance(1)
    name = ask(bench)["fileName"]
    bench.finish_transfers()
    assert list(bench.world.stored) == [name]
    assert told(bench) == ["Uploading", "Uploading", "Uploaded"]


def test_an_upload_begins_anew_after_a_power_cut() -> None:
    bench = Bench().connect()
    bench.world.slow = True
    name = ask(bench)["fileName"]
    bench.power_cut()
    bench.connect()
    bench.advance(1)
    bench.finish_transfers()
    assert list(bench.world.stored) == [name]
    assert told(bench) == ["Uploading", "Uploaded"]


def test_its_end_while_offline_is_told_after_the_reconnection_and_once() -> None:
    bench = Bench().connect()
    bench.world.slow = True
    ask(bench)
    bench.disconnect()
    bench.finish_transfers()
    bench.forget()
    bench.power_cut()
    bench.connect()
    assert told(bench) == ["Uploaded"]
    bench.power_cut()
    bench.connect()
    assert told(bench) == ["Uploaded"]


def test_a_trigger_tells_what_goes_on() -> None:
    bench = Bench().connect()
    bench.world.slow = True
    ask(bench)
    for status in ("Uploading", "Idle"):
        bench.forget()
        bench.call("TriggerMessage", requestedMessage="DiagnosticsStatusNotification")
        assert bench.sent == [("DiagnosticsStatusNotification", {"status": status})]
        bench.finish_transfers()
