"""SignedUpdateFirmware and SignedFirmwareStatusNotification (OCPP 1.6 security whitepaper, L01)."""

from __future__ import annotations

from typing import Any

from chargepoint.clock import iso
from tests.chargepoint.signers import manufacturer
from tests.support.bench import NOON, Bench

LOCATION = "http://files.test/fw-2.0.bin"
CONTENT = b'{"version": "2.0"}'
INSTALL_S = 5
ROOT = manufacturer()
SIGNER = ROOT.issue()


class SigningBench(Bench):
    """A bench whose station has the manufacturer's root installed."""

    def power_on(self) -> None:
        super().power_on()
        self.life.dialect.session.manufacturer_roots = lambda: [ROOT.pem]


def with_file(content: bytes = CONTENT, **entry: Any) -> Bench:
    bench = SigningBench({"firmware_version": "1.0", **entry})
    bench.world.files[LOCATION] = content
    return bench.connect()


def update(bench: Bench, request: int = 9, **firmware: Any) -> Any:
    firmware = {
        "location": LOCATION,
        "retrieveDateTime": iso(NOON),
        "signingCertificate": SIGNER.pem,
        "signature": SIGNER.sign(CONTENT),
        **firmware,
    }
    answer = bench.call("SignedUpdateFirmware", requestId=request, firmware=firmware)
    return answer["status"] if isinstance(answer, dict) else answer


def told(bench: Bench, request: int = 9) -> list[str]:
    calls = bench.calls("SignedFirmwareStatusNotification")
    return [one["status"] for one in calls if one["requestId"] == request]


def events(bench: Bench) -> list[str]:
    return [event.type for event in bench.life.station.state.security_log.between()]


def reboot(bench: Bench) -> None:
    assert bench.life.going_down is not None
    bench.power_on()
    bench.connect()


def test_a_signed_image_is_verified_and_installed() -> None:
    """TC_080_CS."""
    bench = with_file()
    bench.forget()
    assert update(bench) == "Accepted"
    assert bench.order()[:2] == ["answer", "SignedFirmwareStatusNotification"]
    bench.advance(INSTALL_S)
    reboot(bench)
    assert told(bench) == [
        "Downloading",
        "Downloaded",
        "SignatureVerified",
        "Installing",
        "InstallRebooting",
        "Installed",
    ]
    assert bench.calls("FirmwareStatusNotification") == []
    assert bench.calls("BootNotification")[-1]["firmwareVersion"] == "2.0"
    assert "FirmwareUpdated" in events(bench)


def test_an_image_that_was_not_signed_so_is_not_installed() -> None:
    """TC_081_CS."""
    bench = with_file(b'{"version": "evil"}')
    assert update(bench) == "Accepted"
    assert told(bench) == ["Downloading", "Downloaded", "InvalidSignature"]
    assert "InvalidFirmwareSignature" in events(bench)
    bench.advance(60)
    assert bench.life.going_down is None
    assert bench.statuses() == ["Available"]


def test_a_certificate_that_is_not_the_manufacturers_is_refused_before_anything_is_fetched() -> None:
    bench = with_file()
    stranger = manufacturer("Stranger").issue()
    answer = update(bench, signingCertificate=stranger.pem, signature=stranger.sign(CONTENT))
    assert answer == "InvalidCertificate"
    assert bench.world.asked == []
    assert told(bench) == []
    assert "InvalidFirmwareSigningCertificate" in events(bench)


def test_without_a_manufacturers_root_no_certificate_is_valid() -> None:
    bench = Bench().connect()
    assert update(bench) == "InvalidCertificate"


def test_download_and_installation_wait_for_their_moments() -> None:
    bench = with_file()
    update(bench, retrieveDateTime=iso(NOON + 100), installDateTime=iso(NOON + 200))
    assert told(bench) == ["DownloadScheduled"]
    bench.advance(100)
    assert told(bench)[1:] == ["Downloading", "Downloaded", "SignatureVerified", "InstallScheduled"]
    assert bench.statuses() == ["Available"]
    bench.advance(99)
    assert told(bench)[-1] == "InstallScheduled"
    bench.advance(1)
    assert told(bench)[-1] == "Installing"


def test_a_central_system_whose_clock_is_a_little_ahead_does_not_put_the_download_off() -> None:
    bench = with_file()
    update(bench, retrieveDateTime=iso(NOON + 1.9))
    assert told(bench)[0] == "Downloading"


def test_a_scheduled_installation_survives_a_power_cut_without_a_second_download() -> None:
    bench = with_file()
    update(bench, installDateTime=iso(NOON + 200))
    bench.power_cut()
    bench.connect()
    bench.advance(200)
    assert told(bench)[-1] == "Installing"
    assert len(bench.world.asked) == 1


def test_a_running_transaction_schedules_the_installation() -> None:
    bench = with_file()
    bench.charging()
    update(bench)
    assert told(bench)[-1] == "InstallScheduled"
    bench.tap()
    assert told(bench)[-1] == "Installing"


def test_a_newer_request_cancels_an_older_one() -> None:
    bench = with_file()
    bench.world.slow = True
    assert update(bench, 1) == "Accepted"
    assert update(bench, 2) == "AcceptedCanceled"
    bench.finish_transfers()
    assert told(bench, 1) == ["Downloading"]
    assert told(bench, 2)[-1] == "Installing"


def test_a_request_while_firmware_is_installed_is_rejected() -> None:
    bench = with_file()
    update(bench, 1)
    assert update(bench, 2) == "Rejected"
    assert told(bench, 2) == []


def test_an_image_that_does_not_pass_its_own_checks_is_told_so() -> None:
    content = b'{"version": "3", "install": "InstallVerificationFailed"}'
    bench = with_file(content)
    update(bench, signature=SIGNER.sign(content))
    bench.advance(INSTALL_S)
    assert told(bench)[-1] == "InstallVerificationFailed"
    assert bench.status().status == "Available"


def test_a_download_that_fails_is_told_with_the_request() -> None:
    bench = with_file()
    update(bench, location="http://files.test/nowhere")
    bench.advance(60)
    assert told(bench) == ["Downloading", "DownloadFailed"]


def test_an_extended_trigger_tells_the_present_status_with_its_request() -> None:
    bench = with_file()
    bench.world.slow = True
    bench.call("ExtendedTriggerMessage", requestedMessage="FirmwareStatusNotification")
    assert bench.calls("SignedFirmwareStatusNotification") == [{"status": "Idle"}]
    update(bench)
    bench.forget()
    bench.call("ExtendedTriggerMessage", requestedMessage="FirmwareStatusNotification")
    assert bench.sent == [("SignedFirmwareStatusNotification", {"status": "Downloading", "requestId": 9})]


def test_the_present_status_is_told_after_a_reconnection() -> None:
    bench = with_file()
    bench.world.slow = True
    update(bench)
    bench.disconnect()
    bench.finish_transfers()
    bench.forget()
    bench.connect()
    assert told(bench) == ["Installing"]
