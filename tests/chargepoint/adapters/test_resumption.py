"""TLS sessions on real sockets: who takes them up again, and that nobody is the worse for it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection

from chargepoint.adapters.link_settings import LinkSettings
from chargepoint.security.link import LinkTarget
from tests.chargepoint.adapters.links import AT_ONCE, Link, central_system, linked
from tests.support.authority import Authority
from tests.support.waiting import eventually_async

ROOT = Authority()
RESUMES, BEGINS_ANEW = LinkSettings(tls_session_resumption=True), LinkSettings()
VERSIONS = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


@dataclass
class Host:
    """A central system behind TLS: of each connection, whether it took up a session."""

    url: str = ""
    context: ssl.SSLContext | None = None
    resumed: list[bool] = field(default_factory=list)
    open: list[ServerConnection] = field(default_factory=list)

    async def talk(self, connection: ServerConnection) -> None:
        """Say something, so that a ticket that comes after the handshake is read, and stay."""
        self.resumed.append(connection.transport.get_extra_info("ssl_object").session_reused)
        self.open.append(connection)
        await connection.send("x")
        await connection.wait_closed()

    async def connected(self, times: int) -> None:
        """Wait until so many have been there."""
        await eventually_async(lambda: len(self.resumed) == times, what=f"{times} connections")

    @property
    def target(self) -> LinkTarget:
        """How to get there."""
        return LinkTarget(self.url, roots=(ROOT.pem,))


@asynccontextmanager
async def host(folder: Path, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> AsyncIterator[Host]:
    """One that speaks ``version``."""
    one = Host(context=ROOT.server_context(folder))
    assert one.context is not None
    one.context.maximum_version = version
    async with central_system(one.talk, ssl=one.context) as url:
        one.url = url
        yield one


async def heard(link: Link, times: int) -> None:
    """Wait for what the host says."""
    await eventually_async(lambda: len(link.texts()) == times, what=f"{times} texts")


@VERSIONS
@pytest.mark.parametrize("how", ["closed", "cut"])
async def test_a_session_is_taken_up_again_however_the_connection_ended(
    tmp_path: Path, version: ssl.TLSVersion, how: str
) -> None:
    async with host(tmp_path, version) as central, linked(central.target, AT_ONCE, settings=RESUMES) as link:
        for times in (1, 2, 3):
            await heard(link, times)
            if how == "cut":
                central.open[-1].transport.abort()
            else:
                await central.open[-1].close()
        await central.connected(4)
    assert central.resumed == [False, True, True, True]


async def test_nobody_does_so_who_was_not_told_to(tmp_path: Path) -> None:
    async with host(tmp_path) as central, linked(central.target, AT_ONCE, settings=BEGINS_ANEW) as link:
        await heard(link, 1)
        await central.open[-1].close()
        await central.connected(2)
    assert central.resumed == [False, False]


@VERSIONS
async def test_a_station_has_its_own_sessions_and_shows_its_own_certificate(
    tmp_path: Path, version: ssl.TLSVersion
) -> None:
    shown: list[str] = []
    async with host(tmp_path, version) as central:
        assert central.context is not None
        central.context.verify_mode = ssl.CERT_REQUIRED
        central.context.load_verify_locations(cadata=ROOT.pem)
        targets = []
        for name in ("CP1", "CP2"):
            certificate, key = ROOT.issue(name)
            targets.append(replace(central.target, certificate=certificate, key=key))
        for target in targets:
            async with linked(target, AT_ONCE, settings=RESUMES) as link:
                for times in (1, 2):
                    await heard(link, times)
                    certificate_of = central.open[-1].transport.get_extra_info("ssl_object").getpeercert()
                    shown.append(dict(part[0] for part in certificate_of["subject"])["commonName"])
                    await central.open[-1].close() if times == 1 else None
    assert central.resumed == [False, True, False, True]
    assert shown == ["CP1", "CP1", "CP2", "CP2"]


async def test_a_session_of_other_credentials_is_not_shown(tmp_path: Path) -> None:
    async with host(tmp_path) as central, linked(central.target, AT_ONCE, settings=RESUMES) as link:
        await heard(link, 1)
        certificate, key = ROOT.issue("CP1")
        link.target = replace(link.target, certificate=certificate, key=key)
        await central.open[-1].close()
        await central.connected(2)
    assert central.resumed == [False, False]


async def test_a_host_that_knows_no_session_any_more_gets_a_whole_handshake(tmp_path: Path) -> None:
    """As after a restart, or behind another load balancer."""
    async with (
        host(tmp_path) as central,
        host(tmp_path) as other,
        linked(central.target, AT_ONCE, settings=RESUMES) as link,
    ):
        await heard(link, 1)
        link.target = other.target
        await central.open[-1].close()
        await other.connected(1)
        await heard(link, 2)
        await other.open[-1].close()
        await other.connected(2)
    assert other.resumed == [False, True]
