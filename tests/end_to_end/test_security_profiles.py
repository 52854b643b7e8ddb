"""Security profiles between two real programs: what the central system changes is used, and survives kill -9."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from chargepoint.api.payloads import Registration
from csms.authority import Authority
from tests.chargepoint.brokers import RealBroker
from tests.csms.program import Program
from tests.end_to_end.central_system import CentralSystem, central_system
from tests.end_to_end.two_programs import Pair, pair
from tests.support.waiting import eventually_async

OLD, NEW = "00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"
TOLD = "SecurityEventNotification"


@pytest.fixture
def central(tmp_path: Path) -> Iterator[CentralSystem]:
    """A central system that is not started yet."""
    with central_system(tmp_path / "csms") as one:
        yield one


async def connected_again(two: Pair, before: str) -> None:
    """Wait for a connection that began later than ``before``."""

    async def newer() -> bool:
        return (await connected_at(two) or "") > before

    await eventually_async(newer, 20, "another connection")


async def connected_at(two: Pair) -> str | None:
    """When the present connection began; None while there is none."""
    response = await two.http.get(f"/charge-points/{two.id}")
    assert response.is_success, response.text
    moment: str | None = response.json()["connected_at"]
    return moment


async def test_from_profile_1_to_3_with_a_new_password_and_a_power_cut_at_every_stage(
    central: CentralSystem, broker: RealBroker, tmp_path: Path
) -> None:
    """Security whitepaper A00, A01, A02, A05, M05: the way that an operator goes with a station in the field."""
    ca = tmp_path / "ca"
    csms = central.start("--authorization-key", OLD, "--ca", str(ca))
    assert csms.ws.startswith("ws:")
    entry = {"security_profile": 1, "authorization_key": OLD, "serial": "SN-1"}
    # Long enough that the power goes before it has tried the new profile three times, and gone back.
    async with pair("Rises", csms, broker, tmp_path, entry=entry, RetryBackOffWaitMinimum=20) as two:
        two.process.start()
        await two.gets("BootNotification")
        since = await connected_at(two)
        assert since is not None

        # A new password: the station comes back with it, and does not boot.
        await two.configure("AuthorizationKey", NEW)
        await connected_again(two, since)
        assert len(await two.gets("BootNotification")) == 1

        # What it needs for profile 2 is the root certificate of the central system's authority.
        refused = await two.command("ChangeConfiguration", key="SecurityProfile", value="2")
        assert refused == {"status": "Rejected"}
        root = (await two.http.get("/ca/certificate")).text
        use = {"certificateType": "CentralSystemRootCertificate", "certificate": root}
        assert await two.command("InstallCertificate", **use) == {"status": "Accepted"}
        two.power_cut()
        await two.gets("BootNotification", 2)
        assert await two.key("SecurityProfile") == "1"

        # Profile 2: the power goes as soon as it is accepted.
        await two.configure("SecurityProfile", 2)
        two.process.kill()
        trusted = str(ca / "ca.pem")
        csms = central.restart("--authorization-key", NEW, "--ca", str(ca), "--tls", "--client-ca", trusted)
        assert csms.ws.startswith("wss:")
        two.process.start()
        await two.gets("BootNotification")
        assert await two.key("SecurityProfile") == "2"
        assert came_in(csms) == ["by TLSv1.3"]

        # Profile 3: it asks for a certificate of its own, and shows it from the next connection on.
        unprepared = await two.command("ChangeConfiguration", key="SecurityProfile", value="3")
        assert unprepared == {"status": "Rejected"}
        await two.configure("CpoName", "cp-simu")
        trigger = await two.command("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")
        assert trigger == {"status": "Accepted"}
        [request] = await two.gets("SignCertificate")
        assert request["answer"]["payload"] == {"status": "Accepted"}
        signed = await two.messages("CertificateSigned", count=1, answered="true", timeout=20)
        assert signed[0]["answer"]["payload"] == {"status": "Accepted"}
        await two.configure("SecurityProfile", 3)
        two.process.kill()

        # Without a password at the central system nobody gets in who shows no certificate.
        csms = central.restart("--ca", str(ca), "--tls", "--client-ca", trusted)
        two.process.start()
        await two.gets("BootNotification")
        assert await two.key("SecurityProfile") == "3"
        assert came_in(csms) == ["by TLSv1.3 with the certificate of SN-1"]
        lower = await two.command("ChangeConfiguration", key="SecurityProfile", value="1")
        assert lower == {"status": "Rejected"}
        assert await two.key("AuthorizationKey") is None

        assert {mode(file) for file in (tmp_path / "Rises").glob("state.jsonl*")} == {"-rw-------"}
        assert mode(ca / "ca-key.pem") == mode(ca / "server-key.pem") == "-rw-------"
        logged = two.process.log.read_text()
        assert OLD not in logged
        assert NEW not in logged
        assert "PRIVATE KEY" not in logged


def came_in(csms: Program) -> list[str]:
    """How the connections were secured that it has in its log."""
    return re.findall(r"connected from \(.*\) (by .*)", csms.said())


def mode(file: Path) -> str:
    """Who may do what with ``file``."""
    return stat.filemode(file.stat().st_mode)


async def test_a_certificate_may_be_signed_after_a_power_cut(
    central: CentralSystem, broker: RealBroker, tmp_path: Path
) -> None:
    """A02: an operator's authority may take its time; the private key waits for it on the station's disk."""
    csms = central.start("--ca", str(tmp_path / "ca"))
    async with pair("Waits", csms, broker, tmp_path, CpoName="cp-simu") as two:
        two.process.start()
        await two.gets("StatusNotification", 2)
        root = (await two.http.get("/ca/certificate")).text
        use = {"certificateType": "CentralSystemRootCertificate", "certificate": root}
        assert await two.command("InstallCertificate", **use) == {"status": "Accepted"}
        await two.behave("SignCertificate", answer={"status": "Accepted"}, carried_out=False)
        await two.command("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")
        [request] = await two.gets("SignCertificate")
        two.power_cut()
        await two.gets("BootNotification", 2)
        signed = (await two.http.post("/ca/sign", json={"csr": request["payload"]["csr"]})).json()
        assert await two.command("CertificateSigned", **signed) == {"status": "Accepted"}
        assert await two.command("CertificateSigned", **signed) == {"status": "Rejected"}, "its key is in use"


async def test_a_wrong_password_is_refused_until_the_central_system_knows_it(
    central: CentralSystem, broker: RealBroker, tmp_path: Path
) -> None:
    """Profile 1: HTTP 401 is told in the station's status, and in its security log."""
    csms = central.start("--authorization-key", OLD)
    entry = {"security_profile": 1, "authorization_key": NEW}
    async with pair("Wrong", csms, broker, tmp_path, entry=entry) as two:
        two.process.start()
        await two.is_told(Registration.DISCONNECTED, "HTTP 401")
        assert await two.messages() == []
        right = await two.http.put(f"/charge-points/{two.id}/authorization-key", json={"key": NEW})
        assert right.is_success, right.text
        await two.gets("BootNotification")
        place = {"remoteLocation": f"{csms.http}/files"}
        log = await two.command("GetLog", logType="SecurityLog", requestId=1, log=place)
        await two.tells("LogStatusNotification", "Uploaded")
        security_log = (await two.http.get(f"/files/{log['filename']}")).text
        assert security_log.count("FailedToAuthenticateAtCentralSystem") == 1


async def test_a_central_system_of_a_stranger_is_refused_and_the_right_one_is_told_of_it(
    central: CentralSystem, broker: RealBroker, tmp_path: Path
) -> None:
    """Profile 2, A08: no word to whom the root certificate does not vouch for, and a security event afterwards."""
    root = tmp_path / "ca" / "ca.pem"
    Authority.open(root.parent)
    csms = central.start("--ca", str(tmp_path / "stranger"), "--tls", "--authorization-key", OLD)
    entry = {"security_profile": 2, "authorization_key": OLD, "central_system_root": str(root)}
    async with pair("Careful", csms, broker, tmp_path, entry=entry) as two:
        two.process.start()
        await two.is_told(Registration.DISCONNECTED, "certificate")
        assert await two.messages() == []
        central.restart("--ca", str(root.parent), "--tls", "--authorization-key", OLD)
        await two.gets("BootNotification")
        types: list[str] = []
        while "InvalidCentralSystemCertificate" not in types:
            types = [message["payload"]["type"] for message in await two.gets(TOLD, len(types) + 1)]


async def test_security_events_outlive_an_outage_and_power_cuts_and_come_in_order(
    central: CentralSystem, broker: RealBroker, tmp_path: Path
) -> None:
    """A04: guaranteed delivery, each once, the oldest first."""
    csms = central.start()
    async with pair("Patient", csms, broker, tmp_path, SecurityEventNotificationEnabled=True) as two:
        two.process.start()
        await two.gets(TOLD)
        central.end()
        for _ in range(3):
            two.power_cut()
            await two.is_told(Registration.DISCONNECTED, "Connect call failed")
        two.process.kill()
        central.start()
        await two.behave(TOLD, silent=True, times=1)
        two.process.start()
        await two.gets("BootNotification")
        await two.gets(TOLD, 1, answered=False)
        two.power_cut()
        # Five boots are not told yet; the first was told once without an answer.
        told = [message["payload"] for message in await two.gets(TOLD, 5)]
        assert [event["type"] for event in told] == ["StartupOfTheDevice"] * 5
        moments = [event["timestamp"] for event in told]
        assert moments == sorted(set(moments))
