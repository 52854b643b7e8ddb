"""A whole station whose central system changes its password, its profile and its certificates, over real sockets."""

from __future__ import annotations

import asyncio
import logging
import ssl
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from chargepoint.adapters.credentials import read_credentials
from chargepoint.adapters.store import Store
from chargepoint.api.spec import parse_spec
from chargepoint.api.topics import Topics
from chargepoint.clock import Clock
from chargepoint.runtime import Runtime
from tests.chargepoint.adapters.test_secure_link import demands
from tests.chargepoint.central import Central, central_system
from tests.support.authority import Authority
from tests.support.waiting import eventually_async

ROOT = Authority("Central CA")
OLD, NEW = "00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"


@asynccontextmanager
async def living(folder: Path, central: Central, **entry: Any) -> AsyncIterator[Runtime]:
    """A station with its store in ``folder``; it is killed at the end of the block, without a word."""
    retries = {"RetryBackOffWaitMinimum": 0, "RetryBackOffRandomRange": 0}
    url = central.url.replace("127.0.0.1", "localhost")
    spec = parse_spec({"id": "CP1", "central_system": url, "ocpp_config": retries, **entry})
    with closing(Store(folder / "state.jsonl")) as store:
        credentials = read_credentials(spec.security)
        runtime = Runtime(spec, store, Clock(), Topics(), lambda message: None, credentials=credentials)
        task = asyncio.create_task(runtime.run())
        try:
            yield runtime
            assert not task.done(), task
        finally:
            task.cancel()
            await asyncio.wait([task])


def commissioned(folder: Path, profile: int) -> dict[str, object]:
    """The entry of a station that knows ``ROOT`` and a password."""
    (folder / "root.pem").write_text(ROOT.pem)
    return {"security_profile": profile, "authorization_key": OLD, "central_system_root": str(folder / "root.pem")}


async def connected(central: Central, connections: int) -> Any:
    """Wait for the ``connections``-th connection, and return it."""
    await eventually_async(lambda: len(central.connections) >= connections, 20, f"connection {connections}")
    return central.connections[connections - 1]


async def change(central: Central, key: str, value: object) -> None:
    """ChangeConfiguration, accepted."""
    answer = await central.ask("ChangeConfiguration", key=key, value=str(value))
    assert answer == {"status": "Accepted"}


async def profile(central: Central) -> str:
    """SecurityProfile, as the station tells."""
    answer = await central.ask("GetConfiguration", key=["SecurityProfile"])
    return str(answer["configurationKey"][0]["value"])


async def test_a_new_password_is_used_at_once_and_after_kill_9(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """TC_073_CS."""
    caplog.set_level(logging.DEBUG)
    passwords = [OLD]
    async with central_system() as central:
        await central.stop()

        def check(connection: Any, request: Any) -> Any:
            return demands("CP1", bytes.fromhex(passwords[0]))(connection, request)

        await central.start(process_request=check)
        async with living(tmp_path, central, security_profile=1, authorization_key=OLD):
            await central.gets("BootNotification")
            await change(central, "AuthorizationKey", NEW)
            passwords[0] = NEW
            await connected(central, 2)
            assert len(central.got("BootNotification")) == 1
        async with living(tmp_path, central, security_profile=1, authorization_key=OLD):
            await central.gets("BootNotification", 2)
    # The log of websockets itself stays below debug in our processes.
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("chargepoint")]
    assert any("ChangeConfiguration" in line for line in ours)
    assert not any(NEW in line or OLD in line for line in ours)


async def test_the_profile_rises_to_2_and_to_3_and_falls_back_when_it_cannot_be_used(tmp_path: Path) -> None:
    """TC_083_CS, TC_074_CS, TC_086_CS, TC_087_CS."""
    basic = demands("CP1", bytes.fromhex(OLD))
    async with central_system() as central:
        await central.stop()
        await central.start(process_request=basic)
        async with living(tmp_path, central, **commissioned(tmp_path, 1)):
            await central.gets("BootNotification")

            # The central system speaks no TLS: the station comes back as it was.
            await change(central, "SecurityProfile", 2)
            connection = await connected(central, 2)
            assert connection.transport.get_extra_info("ssl_object") is None
            assert await profile(central) == "1"

            # Now it does, as soon as it is up: the station's three attempts take three seconds from here on.
            await change(central, "RetryBackOffWaitMinimum", 1)
            await change(central, "SecurityProfile", 2)
            await central.stop()
            await central.start(process_request=basic, ssl=ROOT.server_context(tmp_path))
            before = len(central.connections)
            connection = await connected(central, before + 1)
            assert connection.transport.get_extra_info("ssl_object").version() == "TLSv1.3"
            assert await profile(central) == "2"

            # It signs a certificate of the station's own, and from now on wants to see it.
            await change(central, "CpoName", "Operator Ltd")
            trigger = await central.ask("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")
            assert trigger == {"status": "Accepted"}
            [request] = await central.gets("SignCertificate")
            answer = await central.ask("CertificateSigned", certificateChain=ROOT.sign(request["csr"]))
            assert answer == {"status": "Accepted"}
            await change(central, "SecurityProfile", 3)
            before = len(central.connections)
            await central.stop()
            await central.start(ssl=mutual(tmp_path))
            assert subject(await connected(central, before + 1)) == {
                "commonName": "S/NCP1",
                "organizationName": "Operator Ltd",
            }
            await central.gets("SecurityEventNotification")

        # kill -9: the profile and the certificate are still there.
        before = len(central.connections)
        (tmp_path / "root.pem").write_text(Authority("Nobody").pem)
        async with living(tmp_path, central, **commissioned(tmp_path, 1)):
            assert subject(await connected(central, before + 1))["commonName"] == "S/NCP1"
            await central.gets("BootNotification", 2)
            assert await profile(central) == "3"


async def test_in_profile_3_a_new_certificate_is_shown_at_once(tmp_path: Path) -> None:
    """TC_074_CS, TC_077_CS."""
    certificate, key = ROOT.issue("the first one")
    (tmp_path / "cp.pem").write_text(certificate)
    (tmp_path / "cp.key").write_text(key)
    paths = {"client_certificate": str(tmp_path / "cp.pem"), "client_key": str(tmp_path / "cp.key")}
    async with central_system() as central:
        await central.stop()
        await central.start(ssl=mutual(tmp_path))
        async with living(tmp_path, central, **commissioned(tmp_path, 3), **paths):
            assert subject(await connected(central, 1)) == {"commonName": "the first one"}
            await central.gets("BootNotification")
            await central.ask("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")
            [request] = await central.gets("SignCertificate")
            wrong = await central.ask("CertificateSigned", certificateChain=Authority().sign(request["csr"]))
            assert wrong == {"status": "Rejected"}
            events = await central.gets(
                "SecurityEventNotification", right=lambda one: one["type"] == "InvalidChargePointCertificate"
            )
            assert len(events) == 1
            right = await central.ask("CertificateSigned", certificateChain=ROOT.sign(request["csr"]))
            assert right == {"status": "Accepted"}
            assert subject(await connected(central, 2)) == {"commonName": "S/NCP1"}
            assert modes(tmp_path) == {"state.jsonl": 0o600}


async def test_a_central_system_with_a_certificate_of_nobody_is_told_of_later(tmp_path: Path) -> None:
    """TC_086_CS."""
    async with central_system() as central:
        await central.stop()
        await central.start(ssl=Authority("Nobody").server_context(tmp_path))
        async with living(tmp_path, central, **commissioned(tmp_path, 2)) as runtime:
            log = runtime._life.station.state.security_log
            await eventually_async(
                lambda: "CentralSystemFailedToAuthenticate" in [event.type for event in log.between()]
            )
            assert central.connections == []
            await central.stop()
            await central.start(ssl=ROOT.server_context(tmp_path))
            await central.gets("BootNotification")
            await central.gets(
                "SecurityEventNotification", right=lambda one: one["type"] == "InvalidCentralSystemCertificate"
            )


def modes(folder: Path) -> dict[str, int]:
    """Who may read what the station stores."""
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.glob("state.jsonl*")}


def mutual(folder: Path) -> ssl.SSLContext:
    """A central system that wants to see a certificate of ``ROOT``."""
    context = ROOT.server_context(folder)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=ROOT.pem)
    return context


def subject(connection: Any) -> dict[str, str]:
    """Who the station says it is."""
    pairs = connection.transport.get_extra_info("peercert")["subject"]
    return {name: value for ((name, value),) in pairs}
