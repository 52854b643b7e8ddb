"""Firmware, diagnostics and logs between two real programs: what is ordered is fetched, stored, told, and true."""

from __future__ import annotations

import json
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chargepoint.api.payloads import ChargePointStatus
from tests.chargepoint.brokers import RealBroker
from tests.csms.program import Program, running
from tests.end_to_end.central_system import central_system
from tests.end_to_end.two_programs import Pair, pair
from tests.support.file_servers import IN_A_URL, ftp_server

AT_ONCE = "2020-01-01T00:00:00Z"
PLAIN, SIGNED = "FirmwareStatusNotification", "SignedFirmwareStatusNotification"


@pytest.fixture(scope="module")
def csms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A central system with a certificate authority; each test has a charge point of its own."""
    folder = tmp_path_factory.mktemp("csms")
    with running(folder, "--ca", str(folder / "ca")) as program:
        yield program


@asynccontextmanager
async def booted(id: str, csms: Program, broker: RealBroker, folder: Path, **config: object) -> AsyncIterator[Pair]:
    """A station of version 1.0 that is accepted."""
    config = {"FirmwareInstallDuration": 0, **config}
    async with pair(id, csms, broker, folder, entry={"firmware_version": "1.0"}, **config) as two:
        two.process.start()
        await two.gets("StatusNotification", 2)
        yield two


async def keep(two: Pair, name: str, content: bytes) -> str:
    """Put a file into the central system's /files; its location."""
    response = await two.http.put(f"/files/{name}", content=content)
    assert response.status_code == 201, response.text
    return str(response.json()["location"])


async def text_of(two: Pair, name: str) -> str:
    """What /files has under ``name``."""
    response = await two.http.get(f"/files/{name}")
    assert response.status_code == 200, response.text
    return response.text


async def signed_firmware(two: Pair, name: str) -> Mapping[str, str]:
    """What SignedUpdateFirmware has to tell of a file in /files."""
    response = await two.http.post(f"/ca/sign-firmware/{name}")
    assert response.status_code == 200, response.text
    firmware: dict[str, str] = response.json()["firmware"]
    return {**firmware, "retrieveDateTime": AT_ONCE}


async def boots(two: Pair, count: int) -> list[str]:
    """The firmware versions of ``count`` BootNotifications."""
    return [message["payload"]["firmwareVersion"] for message in await two.gets("BootNotification", count)]


async def test_an_update_ends_with_a_boot_of_the_new_version_which_survives_kill_9(
    csms: Program, broker: RealBroker, tmp_path: Path
) -> None:
    """OCPP 1.6 sections 4.5 and 5.19: every step is told, connectors are Unavailable while it is installed."""
    async with booted("Updated", csms, broker, tmp_path) as two:
        location = await keep(two, "station-2.0.bin", json.dumps({"version": "2.0"}).encode())
        assert await two.command("UpdateFirmware", location=location, retrieveDate=AT_ONCE) == {}
        assert await two.tells(PLAIN, "Installed") == ["Downloading", "Downloaded", "Installing", "Installed"]
        assert await boots(two, 2) == ["1.0", "2.0"]

        def shows_it(payload: bytes) -> bool:
            return ChargePointStatus.from_json(payload).firmware_version == "2.0"

        await two.seen.sees(f"cp_simu/cps/{two.id}/status", shows_it, "version 2.0")
        two.power_cut()
        assert await boots(two, 3) == ["1.0", "2.0", "2.0"]
        # What was told once is not told again.
        assert await two.command("TriggerMessage", requestedMessage=PLAIN) == {"status": "Accepted"}
        assert (await two.tells(PLAIN, "Idle"))[-2:] == ["Installed", "Idle"]


async def test_a_power_cut_in_the_middle_of_installing_leaves_the_old_version(
    csms: Program, broker: RealBroker, tmp_path: Path
) -> None:
    """It says so after the boot, and takes the same image when it is told to again."""
    async with booted("Cut", csms, broker, tmp_path, FirmwareInstallDuration=3600) as two:
        location = await keep(two, "cut-2.0.bin", b"\x7fELF")
        await two.command("UpdateFirmware", location=location, retrieveDate=AT_ONCE)
        await two.tells(PLAIN, "Installing")
        two.power_cut()
        assert (await two.tells(PLAIN, "InstallationFailed"))[2:] == ["Installing", "InstallationFailed"]
        assert await boots(two, 2) == ["1.0", "1.0"]
        await two.configure("FirmwareInstallDuration", 0)
        await two.command("UpdateFirmware", location=location, retrieveDate=AT_ONCE)
        await two.tells(PLAIN, "Installed")
        assert await boots(two, 3) == ["1.0", "1.0", "cut-2.0"]


async def test_an_update_waits_for_the_transaction(csms: Program, broker: RealBroker, tmp_path: Path) -> None:
    """Nobody's charging is cut for an update; it goes on by itself when the driver has ended it."""
    async with booted("Waits", csms, broker, tmp_path) as two:
        await two.plug()
        await two.tap()
        await two.gets("StartTransaction")
        location = await keep(two, "waits-2.0.bin", b"\x7fELF")
        await two.command("UpdateFirmware", location=location, retrieveDate=AT_ONCE)
        assert await two.tells(PLAIN, "Downloaded") == ["Downloading", "Downloaded"]
        await two.tap()
        [stop] = await two.gets("StopTransaction")
        assert stop["payload"]["reason"] == "Local"
        assert (await two.tells(PLAIN, "Installed"))[2:] == ["Installing", "Installed"]
        assert await boots(two, 2) == ["1.0", "waits-2.0"]


async def test_what_is_not_there_or_cannot_be_installed_leaves_the_old_version(
    csms: Program, broker: RealBroker, tmp_path: Path
) -> None:
    """DownloadFailed after the retries, InstallationFailed; then the right image is still taken."""
    async with booted("Fails", csms, broker, tmp_path) as two:
        missing = f"{csms.http}/files/missing.bin"
        await two.command("UpdateFirmware", location=missing, retrieveDate=AT_ONCE, retries=1, retryInterval=0)
        assert await two.tells(PLAIN, "DownloadFailed") == ["Downloading", "DownloadFailed"]
        broken = await keep(two, "broken.bin", json.dumps({"version": "2", "install": "InstallationFailed"}).encode())
        await two.command("UpdateFirmware", location=broken, retrieveDate=AT_ONCE)
        installing = ["Downloading", "Downloaded", "Installing", "InstallationFailed"]
        assert (await two.tells(PLAIN, "InstallationFailed"))[2:] == installing
        # The connectors are in service again, and there was no boot.
        await two.plug()
        await two.tap()
        await two.gets("StartTransaction")
        assert await boots(two, 1) == ["1.0"]


async def test_firmware_signed_by_the_central_systems_authority_is_installed_and_no_other(
    csms: Program, broker: RealBroker, tmp_path: Path
) -> None:
    """Security whitepaper L01: InvalidCertificate before anything is fetched, InvalidSignature after."""
    events = {"SecurityEventNotificationEnabled": True}
    async with booted("Signed", csms, broker, tmp_path, **events) as two:
        await keep(two, "signed.bin", json.dumps({"version": "3.0"}).encode())
        firmware = await signed_firmware(two, "signed.bin")
        stranger = await two.command("SignedUpdateFirmware", requestId=1, firmware=firmware)
        assert stranger == {"status": "InvalidCertificate"}

        root = (await two.http.get("/ca/certificate")).text
        use = {"certificateType": "ManufacturerRootCertificate", "certificate": root}
        assert await two.command("InstallCertificate", **use) == {"status": "Accepted"}
        other = await keep(two, "other.bin", b"something else")
        swapped = {**firmware, "location": other}
        assert await two.command("SignedUpdateFirmware", requestId=2, firmware=swapped) == {"status": "Accepted"}
        assert await two.tells(SIGNED, "InvalidSignature") == ["Downloading", "Downloaded", "InvalidSignature"]

        assert await two.command("SignedUpdateFirmware", requestId=3, firmware=firmware) == {"status": "Accepted"}
        told = (await two.tells(SIGNED, "Installed"))[3:]
        assert told == [
            "Downloading",
            "Downloaded",
            "SignatureVerified",
            "Installing",
            "InstallRebooting",
            "Installed",
        ]
        requests = [message["payload"]["requestId"] for message in await two.messages(SIGNED)]
        assert requests == [2] * 3 + [3] * 6
        assert await boots(two, 2) == ["1.0", "3.0"]
        types = {"InvalidFirmwareSigningCertificate", "InvalidFirmwareSignature", "FirmwareUpdated"}

        def of_firmware(events: list[str]) -> list[str]:
            return [event for event in events if event in types]

        count = 1
        while len(got := of_firmware(await security_events(two, count))) < 3:
            count += 1
        assert got == ["InvalidFirmwareSigningCertificate", "InvalidFirmwareSignature", "FirmwareUpdated"]


async def security_events(two: Pair, count: int) -> list[str]:
    """The types of at least ``count`` security events, in order."""
    return [message["payload"]["type"] for message in await two.gets("SecurityEventNotification", count)]


async def test_diagnostics_and_logs_are_uploaded_and_tell_what_happened(
    csms: Program, broker: RealBroker, tmp_path: Path
) -> None:
    """GetDiagnostics, GetLog of both kinds, and what a place that takes nothing makes of them."""
    async with booted("Told", csms, broker, tmp_path) as two:
        await two.plug()
        await two.tap("DRIVER")
        [start] = await two.gets("StartTransaction")
        place = f"{csms.http}/files"

        name = (await two.command("GetDiagnostics", location=place))["fileName"]
        assert await two.tells("DiagnosticsStatusNotification", "Uploaded") == ["Uploading", "Uploaded"]
        diagnostics = await text_of(two, name)
        assert diagnostics.startswith("Diagnostics of Told at ")
        for word in ("1.0", "Charging", str(start["answer"]["payload"]["transactionId"]), "HeartbeatInterval"):
            assert word in diagnostics, diagnostics

        for number, (kind, word) in enumerate(
            (("DiagnosticsLog", "Diagnostics of Told"), ("SecurityLog", "StartupOfTheDevice"))
        ):
            log = {"remoteLocation": place}
            answer = await two.command("GetLog", logType=kind, requestId=number, log=log)
            assert answer["status"] == "Accepted"
            await two.gets("LogStatusNotification", 2 * (number + 1))
            assert word in await text_of(two, answer["filename"])
        told = [message["payload"] for message in await two.messages("LogStatusNotification")]
        sequence = [(number, status) for number in (0, 1) for status in ("Uploading", "Uploaded")]
        assert [(payload["requestId"], payload["status"]) for payload in told] == sequence

        nowhere = f"{csms.http}/nowhere/"
        await two.command("GetDiagnostics", location=nowhere, retries=0)
        statuses = await two.tells("DiagnosticsStatusNotification", "UploadFailed")
        assert statuses[2:] == ["Uploading", "UploadFailed"]
        assert [transaction["running"] for transaction in await two.transactions()] == [True]


async def test_firmware_comes_from_and_diagnostics_go_to_an_ftp_server(
    csms: Program, broker: RealBroker, tmp_path: Path
) -> None:
    """FTP with user and password in the URL, in both directions."""
    served = tmp_path / "served"
    served.mkdir()
    (served / "ftp-4.0.bin").write_bytes(b"firmware")
    with ftp_server(served) as port:
        place = f"ftp://{IN_A_URL}@127.0.0.1:{port}"
        async with booted("Ftp", csms, broker, tmp_path) as two:
            await two.command("UpdateFirmware", location=f"{place}/ftp-4.0.bin", retrieveDate=AT_ONCE)
            await two.tells(PLAIN, "Installed")
            assert await boots(two, 2) == ["1.0", "ftp-4.0"]
            name = (await two.command("GetDiagnostics", location=f"{place}/"))["fileName"]
            await two.tells("DiagnosticsStatusNotification", "Uploaded")
            assert "ftp-4.0" in (served / name).read_text()
            wrong = f"ftp://nobody:wrong@127.0.0.1:{port}/"
            log = {"remoteLocation": wrong}
            await two.command("GetLog", logType="SecurityLog", requestId=7, retries=0, log=log)
            assert await two.tells("LogStatusNotification", "PermissionDenied") == ["Uploading", "PermissionDenied"]
            log_file = two.process.log.read_text()
            assert f"upload to ftp://127.0.0.1:{port}/: PermissionDenied FTP 530" in log_file


async def test_an_update_goes_on_without_the_central_system_which_is_told_of_it(
    broker: RealBroker, tmp_path: Path
) -> None:
    """The files are elsewhere: what was ordered happens, and the boot tells the new version."""
    served = tmp_path / "served"
    served.mkdir()
    (served / "alone-2.0.bin").write_bytes(b"firmware")
    with ftp_server(served) as port, central_system(tmp_path / "csms") as central:
        async with booted("Alone", central.start(), broker, tmp_path) as two:
            soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
            location = f"ftp://{IN_A_URL}@127.0.0.1:{port}/alone-2.0.bin"
            await two.command("UpdateFirmware", location=location, retrieveDate=soon)
            central.end(signal.SIGKILL)
            two.power_cut()

            def shows_it(payload: bytes) -> bool:
                return ChargePointStatus.from_json(payload).firmware_version == "alone-2.0"

            await two.seen.sees(f"cp_simu/cps/{two.id}/status", shows_it, "version 2.0")
            central.start()
            assert await boots(two, 1) == ["alone-2.0"]
            assert await two.tells(PLAIN, "Installed") == ["Installed"]
