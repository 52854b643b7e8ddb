"""UpdateFirmware and FirmwareStatusNotification (OCPP 1.6 sections 5.19 and 4.5)."""

from __future__ import annotations

from typing import Any

import pytest

from chargepoint.api.payloads import ChargePointStatus
from chargepoint.clock import iso
from tests.support.bench import NOON, Bench, CallError

LOCATION = "http://files.test/firmware-2.0.bin"
INSTALL_S = 5


def update(bench: Bench, location: str = LOCATION, *, at: float = NOON, **more: Any) -> Any:
    return bench.call("UpdateFirmware", location=location, retrieveDate=iso(at), **more)


def told(bench: Bench) -> list[str]:
    return [one["status"] for one in bench.calls("FirmwareStatusNotification")]


def with_file(content: bytes = b"an image", **entry: Any) -> Bench:
    bench = Bench({"firmware_version": "1.0", **entry})
    bench.world.files[LOCATION] = content
    return bench.connect()


def reboot(bench: Bench) -> None:
    assert bench.life.going_down is not None
    bench.power_on()
    bench.connect()


def version_shown(bench: Bench) -> str:
    topic = "cp_simu/cps/CP1/status"
    last = [message.payload for message in bench.published if message.topic == topic][-1]
    return ChargePointStatus.from_json(last).firmware_version


def test_firmware_is_downloaded_and_installed_and_the_new_version_boots() -> None:
    """TC_044_1_CS."""
    bench = with_file()
    bench.forget()
    assert update(bench) == {}
    assert bench.order()[:2] == ["answer", "FirmwareStatusNotification"]
    assert told(bench) == ["Downloading", "Downloaded", "Installing"]
    assert bench.statuses() == ["Unavailable"]
    bench.advance(INSTALL_S)
    reboot(bench)
    assert told(bench) == ["Downloading", "Downloaded", "Installing", "Installed"]
    (boot,) = bench.calls("BootNotification")
    assert boot["firmwareVersion"] == "firmware-2.0"
    assert bench.actions().index("BootNotification") < len(bench.actions()) - 1
    assert bench.statuses() == ["Unavailable", "Available"]
    assert version_shown(bench) == "firmware-2.0"
    bench.power_cut()
    bench.forget()
    bench.connect()
    assert told(bench) == []
    assert bench.calls("BootNotification")[0]["firmwareVersion"] == "firmware-2.0"


def test_a_download_that_fails_is_told_after_its_retries() -> None:
    """TC_044_2_CS."""
    bench = Bench({"firmware_version": "1.0"}).connect()
    bench.forget()
    assert update(bench, retries=2, retryInterval=30) == {}
    bench.advance(59)
    assert told(bench) == ["Downloading"]
    assert len(bench.world.asked) == 2
    bench.advance(1)
    assert told(bench) == ["Downloading", "DownloadFailed"]
    assert len(bench.world.asked) == 3
    bench.advance(600)
    assert len(bench.world.asked) == 3
    assert bench.statuses() == []


def test_a_retry_may_succeed() -> None:
    bench = Bench().connect()
    update(bench, retries=1, retryInterval=30)
    bench.world.files[LOCATION] = b"now it is there"
    bench.advance(30)
    assert told(bench) == ["Downloading", "Downloaded", "Installing"]


def test_without_retries_given_the_station_tries_twice_and_with_none_once() -> None:
    for more, attempts in (({}, 2), ({"retries": 0}, 1)):
        bench = Bench().connect()
        update(bench, **more)
        bench.advance(60)
        assert len(bench.world.asked) == attempts


@pytest.mark.parametrize("content", [b"", b'{"version": "9", "install": "InstallationFailed"}', b'{"install": 1}'])
def test_an_installation_that_fails_leaves_the_old_version_and_the_station_in_service(content: bytes) -> None:
    """TC_044_3_CS."""
    bench = with_file(content)
    bench.forget()
    update(bench)
    bench.advance(INSTALL_S)
    assert told(bench) == ["Downloading", "Downloaded", "Installing", "InstallationFailed"]
    assert bench.life.going_down is None
    assert bench.statuses() == ["Unavailable", "Available"]
    bench.power_cut()
    bench.connect()
    assert bench.calls("BootNotification")[-1]["firmwareVersion"] == "1.0"
    assert told(bench)[-1] == "InstallationFailed"
    assert len(told(bench)) == 4


def test_nothing_is_fetched_before_the_retrieve_date() -> None:
    bench = with_file()
    update(bench, at=NOON + 3600)
    bench.advance(3599)
    assert told(bench) == []
    assert bench.world.asked == []
    assert bench.call("TriggerMessage", requestedMessage="FirmwareStatusNotification") == {"status": "Accepted"}
    assert told(bench) == ["Idle"]
    bench.advance(1)
    assert told(bench) == ["Idle", "Downloading", "Downloaded", "Installing"]


def test_the_retrieve_date_is_by_the_clock_of_the_central_system() -> None:
    boot = {"status": "Accepted", "currentTime": iso(NOON + 1800), "interval": 86400}
    bench = Bench(script={"BootNotification": lambda _: boot}).connect()
    update(bench, at=NOON + 3600)
    bench.advance(1799)
    assert bench.world.asked == []
    bench.advance(1)
    assert len(bench.world.asked) == 1


def test_a_scheduled_update_survives_a_power_cut() -> None:
    bench = with_file()
    update(bench, at=NOON + 3600)
    bench.power_cut()
    bench.connect()
    bench.advance(3600)
    assert told(bench) == ["Downloading", "Downloaded", "Installing"]


def test_running_transactions_are_waited_for_and_idle_connectors_are_unavailable() -> None:
    bench = with_file(nb_connectors=2)
    bench.charging(1)
    bench.forget()
    update(bench)
    bench.advance(600)
    assert told(bench) == ["Downloading", "Downloaded"]
    assert (bench.statuses(1), bench.statuses(2)) == ([], ["Unavailable"])
    assert bench.status(1).status == "Charging"
    assert bench.call("RemoteStartTransaction", connectorId=2, idTag="T") == {"status": "Rejected"}
    bench.plug(2)
    bench.tap("T", 2)
    assert bench.calls("StartTransaction") == []
    bench.tap("TAG", 1)
    assert bench.calls("StopTransaction")
    assert told(bench)[-1] == "Installing"
    assert bench.status(1).status == "Unavailable"
    bench.advance(INSTALL_S)
    reboot(bench)
    assert told(bench)[-1] == "Installed"
    assert (bench.status(1).status, bench.status(2).status) == ("Finishing", "Preparing")


def test_an_installation_that_waited_for_a_transaction_goes_on_after_a_power_cut_by_itself() -> None:
    bench = with_file()
    bench.charging()
    update(bench)
    bench.advance(1)
    bench.power_on()
    bench.advance(INSTALL_S)
    assert bench.life.going_down is not None


def test_with_the_key_new_sessions_may_begin_while_a_transaction_is_waited_for() -> None:
    config = {"AllowNewSessionsPendingFirmwareUpdate": "true"}
    bench = with_file(nb_connectors=2, max_current=64, ocpp_config=config)
    bench.charging(1)
    update(bench)
    bench.charging(2)
    bench.tap("TAG", 1)
    assert told(bench)[-1] == "Downloaded"
    bench.tap("TAG", 2)
    assert told(bench)[-1] == "Installing"


def test_a_reservation_outlasts_an_update() -> None:
    bench = with_file()
    bench.call("ReserveNow", connectorId=1, expiryDate=iso(NOON + 3600), idTag="HER", reservationId=7)
    update(bench)
    assert bench.status().status == "Unavailable"
    bench.advance(INSTALL_S)
    reboot(bench)
    assert bench.status().status == "Reserved"


def test_a_cable_that_waits_for_the_end_of_an_update_does_not_wait_in_vain() -> None:
    bench = with_file(b"", nb_connectors=2)
    bench.charging(1)
    update(bench)
    bench.plug(2)
    bench.advance(600)
    bench.tap("TAG", 1)
    bench.advance(INSTALL_S)
    assert told(bench)[-1] == "InstallationFailed"
    assert (bench.status(1).status, bench.status(2).status) == ("Finishing", "Preparing")


def test_a_cable_that_came_while_it_failed_to_install_waits_for_an_id_tag() -> None:
    bench = with_file(b"")
    update(bench)
    bench.plug()
    assert bench.status().status == "Unavailable"
    bench.advance(INSTALL_S)
    assert bench.status().status == "Preparing"
    bench.tap()
    assert bench.status().status == "Charging"


@pytest.mark.parametrize("kind", ["Hard", "Soft"])
def test_a_reset_is_rejected_while_firmware_is_installed(kind: str) -> None:
    bench = with_file()
    update(bench)
    assert bench.call("Reset", type=kind) == {"status": "Rejected"}
    assert bench.life.going_down is None


def test_a_reset_in_the_middle_of_a_download_begins_it_anew() -> None:
    bench = with_file()
    bench.world.slow = True
    update(bench)
    assert bench.call("Reset", type="Soft") == {"status": "Accepted"}
    reboot(bench)
    bench.finish_transfers()
    assert told(bench) == ["Downloading", "Downloaded", "Installing"]


def test_a_download_that_ends_while_the_station_goes_down_is_installed_after_the_boot() -> None:
    bench = with_file()
    bench.world.slow = True
    update(bench)
    bench.call("Reset", type="Soft")
    bench.finish_transfers()
    assert told(bench)[-1] == "Downloaded"
    reboot(bench)
    assert told(bench)[-1] == "Installing"
    assert len(bench.world.asked) == 1


def test_how_long_the_installation_takes_is_a_key() -> None:
    bench = with_file()
    assert bench.call("ChangeConfiguration", key="FirmwareInstallDuration", value="60") == {"status": "Accepted"}
    update(bench)
    bench.advance(59)
    assert bench.life.going_down is None
    bench.advance(1)
    assert bench.life.going_down is not None


def test_power_that_goes_in_the_middle_of_installing_is_a_failed_installation() -> None:
    bench = with_file()
    update(bench)
    bench.power_cut()
    bench.connect()
    assert told(bench)[-1] == "InstallationFailed"
    assert bench.calls("BootNotification")[-1]["firmwareVersion"] == "1.0"
    assert bench.status().status == "Available"


def test_a_newer_request_takes_the_place_of_an_older_one() -> None:
    bench = with_file()
    bench.world.slow = True
    update(bench, "http://files.test/old.bin")
    update(bench)
    (errand,) = bench.world.under_way.values()
    assert errand.location == LOCATION
    bench.finish_transfers()
    assert told(bench) == ["Downloading", "Downloading", "Downloaded", "Installing"]


def test_a_request_while_firmware_is_installed_changes_nothing() -> None:
    bench = with_file()
    update(bench)
    assert update(bench, "http://files.test/other.bin") == {}
    bench.advance(INSTALL_S)
    reboot(bench)
    assert bench.calls("BootNotification")[-1]["firmwareVersion"] == "firmware-2.0"
    assert told(bench)[-1] == "Installed"


def test_offline_it_goes_on_and_after_the_reconnection_the_present_status_is_told() -> None:
    bench = with_file()
    bench.world.slow = True
    update(bench)
    bench.disconnect()
    bench.finish_transfers()
    bench.forget()
    bench.connect()
    assert told(bench) == ["Installing"]
    bench.disconnect()
    bench.connect()
    assert told(bench) == ["Installing"]


def test_an_installed_status_that_got_no_answer_is_told_again() -> None:
    bench = with_file()
    update(bench)
    bench.advance(INSTALL_S)
    bench.script["FirmwareStatusNotification"] = lambda _: None
    reboot(bench)
    assert told(bench)[-1] == "Installed"
    bench.forget()
    bench.power_cut()
    bench.script.clear()
    bench.connect()
    assert told(bench) == ["Installed"]


def test_a_trigger_tells_the_present_status() -> None:
    bench = with_file()
    bench.world.slow = True
    update(bench)
    bench.forget()
    assert bench.call("TriggerMessage", requestedMessage="FirmwareStatusNotification") == {"status": "Accepted"}
    assert bench.order() == ["answer", "FirmwareStatusNotification"]
    assert told(bench) == ["Downloading"]


def test_a_station_that_wants_signatures_does_not_support_updates_without() -> None:
    """Security whitepaper L01.FR.20."""
    bench = with_file(ocpp_config={"AllowUnsignedFirmware": "false"})
    answer = update(bench)
    assert isinstance(answer, CallError)
    assert answer.code == "NotSupported"
    assert bench.world.asked == []


def test_a_retrieve_date_that_is_no_date_is_refused() -> None:
    answer = with_file().call("UpdateFirmware", location=LOCATION, retrieveDate="2025-13-45T00:00:00Z")
    assert isinstance(answer, CallError)


def test_the_log_names_the_location_without_its_password() -> None:
    bench = Bench().connect()
    update(bench, "ftp://me:secret@files.test/x.bin")
    notes = [note for note in bench.notes if note.startswith("firmware")]
    assert notes[0] == "firmware ftp://files.test/x.bin: Downloading"
    assert "secret" not in "".join(bench.notes)
