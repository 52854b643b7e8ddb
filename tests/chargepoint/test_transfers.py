"""A whole station that fetches and stores files: real central system, real servers of files, real time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from chargepoint.adapters.store import Store
from chargepoint.api.payloads import ChargePointStatus
from chargepoint.api.spec import parse_spec
from chargepoint.api.topics import Topics
from chargepoint.bus import Message
from chargepoint.clock import Clock
from chargepoint.runtime import Runtime
from tests.chargepoint.central import Central, central_system
from tests.chargepoint.processes import ChargePoint
from tests.support.file_servers import IN_A_URL, HttpFiles, ftp_server, http_server
from tests.support.waiting import eventually_async

LONG_AGO = "2020-01-01T00:00:00Z"
CONFIG = {"RetryBackOffWaitMinimum": "0", "RetryBackOffRandomRange": "0", "FirmwareInstallDuration": "0"}


@pytest.fixture
async def central() -> AsyncIterator[Central]:
    """A central system."""
    async with central_system() as one:
        yield one


@pytest.fixture
def server() -> Iterator[HttpFiles]:
    """A server of files."""
    with http_server() as one:
        yield one


class Alive:
    """A running station, and what it published."""

    def __init__(self, folder: Path, central: Central) -> None:
        entry = {"id": "CP1", "central_system": central.url, "firmware_version": "1.0", "ocpp_config": CONFIG}
        self.published: list[Message] = []
        self.store = Store(folder / "state.jsonl")
        self.runtime = Runtime(parse_spec(entry), self.store, Clock(), Topics(), self.published.append)
        self.task = asyncio.create_task(self.runtime.run())

    def install_root(self, pem: str) -> None:
        self.runtime._life.dialect.session.central_system_roots = lambda: [pem]

    def version_shown(self) -> str:
        payloads = [one.payload for one in self.published if one.topic == "cp_simu/cps/CP1/status"]
        return ChargePointStatus.from_json(payloads[-1]).firmware_version


@asynccontextmanager
async def station(folder: Path, central: Central) -> AsyncIterator[Alive]:
    """A station that is accepted, until the end of the block, in good order."""
    alive = Alive(folder, central)
    try:
        await central.gets("StatusNotification", 2)
        yield alive
        alive.runtime.end()
        await asyncio.wait_for(alive.task, 20)
    finally:
        alive.task.cancel()
        await asyncio.wait([alive.task])
        alive.store.close()


async def told(central: Central, action: str, last: str) -> list[str]:
    """Wait until ``action`` tells ``last``, and return all it told."""

    def right(payload: dict[str, Any]) -> bool:
        return bool(payload["status"] == last)

    await central.gets(action, 1, right)
    return [payload["status"] for payload in central.got(action)]


async def test_firmware_comes_over_http_and_the_new_version_boots_and_is_shown(
    tmp_path: Path, central: Central, server: HttpFiles
) -> None:
    """TC_044_1_CS."""
    server.files["/fw.bin"] = json.dumps({"version": "2.0"}).encode()
    location = f"http://127.0.0.1:{server.port}/fw.bin"
    async with station(tmp_path, central) as alive:
        assert await central.ask("UpdateFirmware", location=location, retrieveDate=LONG_AGO) == {}
        statuses = await told(central, "FirmwareStatusNotification", "Installed")
        assert statuses == ["Downloading", "Downloaded", "Installing", "Installed"]
        assert [boot["firmwareVersion"] for boot in central.got("BootNotification")] == ["1.0", "2.0"]
        await eventually_async(lambda: alive.version_shown() == "2.0", 20, "the new version")


async def test_diagnostics_go_to_an_ftp_server(tmp_path: Path, central: Central) -> None:
    """TC_045_1_CS."""
    folder = tmp_path / "served"
    folder.mkdir()
    with ftp_server(folder) as port:
        async with station(tmp_path, central):
            answer = await central.ask("GetDiagnostics", location=f"ftp://{IN_A_URL}@127.0.0.1:{port}/")
            statuses = await told(central, "DiagnosticsStatusNotification", "Uploaded")
    assert statuses == ["Uploading", "Uploaded"]
    assert (folder / answer["fileName"]).read_text().startswith("Diagnostics of CP1 at 2030-01-01T12:")


async def test_a_log_goes_to_an_http_server_and_what_that_refuses_is_told(
    tmp_path: Path, central: Central, server: HttpFiles
) -> None:
    """TC_079_CS."""
    log = {"remoteLocation": f"http://127.0.0.1:{server.port}/logs/"}
    async with station(tmp_path, central):
        answer = await central.ask("GetLog", logType="SecurityLog", requestId=1, log=log)
        await told(central, "LogStatusNotification", "Uploaded")
        assert list(server.files) == [f"/logs/{answer['filename']}"]
        server.needs_login = True
        await central.ask("GetLog", logType="SecurityLog", requestId=2, retries=0, log=log)
        await told(central, "LogStatusNotification", "PermissionDenied")
        await central.ask("GetLog", logType="SecurityLog", requestId=3, log={"remoteLocation": "nowhere"})
        await told(central, "LogStatusNotification", "BadMessage")
        await central.ask("GetLog", logType="SecurityLog", requestId=4, log={"remoteLocation": "scp://a/b"})
        await told(central, "LogStatusNotification", "NotSupportedOperation")


async def test_a_server_is_trusted_by_the_roots_that_are_installed(tmp_path: Path, central: Central) -> None:
    ca = trustme.CA()
    with http_server(ca.issue_cert("127.0.0.1")) as server:
        log = {"remoteLocation": f"https://127.0.0.1:{server.port}/"}
        async with station(tmp_path, central) as alive:
            await central.ask("GetLog", logType="SecurityLog", requestId=1, retries=0, log=log)
            await told(central, "LogStatusNotification", "UploadFailure")
            alive.install_root(ca.cert_pem.bytes().decode())
            await central.ask("GetLog", logType="SecurityLog", requestId=2, retries=0, log=log)
            await told(central, "LogStatusNotification", "Uploaded")


@pytest.mark.parametrize("scheme", ["http", "ftp"])
async def test_a_transfer_under_way_keeps_nobody_waiting(tmp_path: Path, central: Central, scheme: str) -> None:
    """It is abandoned for a newer one, and when the station ends."""
    connections: list[str] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append("opened")
        await reader.read()
        connections.append("closed")
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as listening:
        location = f"{scheme}://127.0.0.1:{listening.sockets[0].getsockname()[1]}/fw.bin"
        async with station(tmp_path, central):
            for opened in (1, 2):
                await central.ask("UpdateFirmware", location=location, retrieveDate=LONG_AGO)
                await eventually_async(
                    lambda opened=opened: connections.count("opened") == opened, 20, "a connection"
                )
            await eventually_async(lambda: connections.count("closed") == 1, 20, "the end of the first")
        await eventually_async(lambda: connections.count("closed") == 2, 20, "the end of the second")


async def test_a_process_killed_in_the_middle_of_a_download_begins_it_anew(tmp_path: Path, central: Central) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        writer.close()

    connected = asyncio.Event()
    process = ChargePoint(tmp_path / "CP1", central.url, None, firmware_version="1.0", ocpp_config=CONFIG)
    try:
        process.start()
        await central.gets("StatusNotification", 2)
        async with await asyncio.start_server(silent, "127.0.0.1", 0) as listening:
            location = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/fw-2.bin"
            await central.ask("UpdateFirmware", location=location, retrieveDate=LONG_AGO)
            await asyncio.wait_for(connected.wait(), 20)
            connected.clear()
            process.kill()
            process.start()
            await asyncio.wait_for(connected.wait(), 20)
        await central.gets("BootNotification", 2)
        assert central.got("FirmwareStatusNotification") == [{"status": "Downloading"}]
    finally:
        process.kill()
