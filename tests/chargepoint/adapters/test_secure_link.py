"""Passwords and TLS on real sockets: what the station shows, what it demands, and what it makes of a refusal."""

from __future__ import annotations

import base64
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from chargepoint.adapters.link_events import Closed, Opened
from chargepoint.adapters.link_settings import BackOff
from chargepoint.adapters.tls import WHITEPAPER_SUITES, client_context
from chargepoint.api.security import TlsSuites
from chargepoint.security.link import LinkFailure, LinkTarget
from chargepoint.wire import TLS_BUFFER
from tests.chargepoint.adapters.links import AT_ONCE, Link, central_system, linked, stay
from tests.support.authority import DAY_S, LONG_AGO, Authority, server_context
from tests.support.waiting import eventually_async

ROOT = Authority()
OTHER = Authority("Another CA")

Check = Callable[[ServerConnection, Request], Response | None]


def demands(user: str, password: bytes) -> Check:
    """A central system that lets in nobody else."""
    right = "Basic " + base64.b64encode(user.encode() + b":" + password).decode()

    def check(connection: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Authorization") == right:
            return None
        return connection.respond(HTTPStatus.UNAUTHORIZED, "who are you?\n")

    return check


async def why_closed(link: Link) -> LinkFailure | None:
    """Wait until a connection could not be made, and return why."""
    await link.closed()
    assert Opened() not in link.events
    return next(event.why for event in link.events if isinstance(event, Closed))


def reason(link: Link) -> str:
    """Why a connection could not be made, in words."""
    return next(event.reason for event in link.events if isinstance(event, Closed))


# HTTP Basic authentication


@pytest.mark.parametrize("password", [b"a password as a text", bytes(range(16)), "pässwörd: 🔑".encode()])
async def test_the_password_is_shown_as_basic_authentication(password: bytes) -> None:
    """TC_085_CS."""
    async with central_system(stay, process_request=demands("CP1", password)) as url:
        async with linked(LinkTarget(url, "CP1", password)) as link:
            await link.opened()
        async with linked(LinkTarget(url, "CP1", b"another")) as link:
            assert await why_closed(link) is LinkFailure.UNAUTHORIZED
            assert "HTTP 401" in link.reasons()[0]
        async with linked(LinkTarget(url, "CP1")) as link:
            assert await why_closed(link) is LinkFailure.UNAUTHORIZED


async def test_a_central_system_that_closes_without_a_word_is_told_of_in_words() -> None:
    """As one does that speaks no TLS to a station in profile 2."""
    async with central_system(stay) as url, linked(LinkTarget(url.replace("ws:", "wss:"), "CP1")) as link:
        await link.closed()
        reason = link.reasons()[0].removeprefix(url.replace("ws:", "wss:"))
        assert reason == ": the central system broke off the handshake"


async def test_after_a_wrong_password_it_backs_off() -> None:
    times = 0

    def refuse(connection: ServerConnection, request: Request) -> Response:
        nonlocal times
        times += 1
        return connection.respond(HTTPStatus.UNAUTHORIZED, "no\n")

    asked: list[int] = []

    class Counting(BackOff):
        def wait_s(self, attempt: int, draw: Callable[[], float]) -> float:
            asked.append(attempt)
            return 0.0

    async with (
        central_system(stay, process_request=refuse) as url,
        linked(LinkTarget(url, "CP1", b"wrong"), Counting(1, 1, 1)),
    ):
        await eventually_async(lambda: times >= 4)
    assert asked[:4] == [0, 1, 2, 3]


async def test_a_new_connection_on_demand_loses_nothing_and_shows_the_new_password() -> None:
    """TC_073_CS."""
    heard: list[str] = []
    shown: list[str] = []

    async def listen(connection: ServerConnection) -> None:
        assert connection.request is not None
        shown.append(connection.request.headers["Authorization"])
        async for text in connection:
            heard.append(str(text))

    async with central_system(listen) as url, linked(LinkTarget(url, "CP1", b"old")) as link:
        await link.opened()
        texts = [f'[3,"{number}",{{}}]' for number in range(50)]
        for text in texts:
            link.websocket.send(text)
        link.target = replace(link.target, password=b"new")
        link.websocket.renew()
        await eventually_async(lambda: len(shown) == 2, what="it is back, although its back-off is an hour")
        assert heard == texts
        assert [base64.b64decode(one.split()[1]) for one in shown] == [b"CP1:old", b"CP1:new"]
        assert link.reasons() == ["the connection was closed: 1000"]


async def test_a_connection_that_is_wanted_anew_while_there_is_none_is_made_once() -> None:
    connections = 0

    async def count(connection: ServerConnection) -> None:
        nonlocal connections
        connections += 1
        await stay(connection)

    async with central_system(count) as url, linked(LinkTarget(url), AT_ONCE) as link:
        link.websocket.renew()
        await link.opened()
        link.websocket.send("[]")
        await link.websocket.flushed()
        assert connections == 1
        assert link.reasons() == []


# The certificate of the central system


@pytest.mark.parametrize("suites", list(TlsSuites))
async def test_a_central_system_whose_certificate_holds_is_connected_with(tmp_path: Path, suites: TlsSuites) -> None:
    """TC_086_CS."""
    names: list[str] = []
    ciphers: list[Any] = []

    async def look(connection: ServerConnection) -> None:
        ciphers.append(connection.transport.get_extra_info("cipher"))
        await stay(connection)

    context = ROOT.server_context(tmp_path)
    context.sni_callback = lambda connection, name, given: names.append(str(name))
    async with (
        central_system(look, ssl=context, process_request=demands("CP1", b"secret")) as url,
        linked(LinkTarget(url, "CP1", b"secret", roots=(ROOT.pem,), suites=suites)) as link,
    ):
        await link.opened()
        await eventually_async(lambda: ciphers)
    assert names == ["localhost"]
    [(suite, version, _)] = ciphers
    if suites is TlsSuites.WHITEPAPER:
        assert version == "TLSv1.2"
        assert suite in WHITEPAPER_SUITES
    else:
        assert version == "TLSv1.3"


@pytest.mark.parametrize(
    "wrong", ["another root", "expired", "not yet valid", "another host", "no root of ours at all"]
)
async def test_a_certificate_that_does_not_hold_is_refused(tmp_path: Path, wrong: str) -> None:
    """TC_086_CS: and without a word of ours on the wire, the password least of all."""
    now = time.time()
    context = {
        "another root": lambda: OTHER.server_context(tmp_path),
        "expired": lambda: ROOT.server_context(tmp_path, not_after=now - DAY_S),
        "not yet valid": lambda: ROOT.server_context(tmp_path, not_before=now + DAY_S),
        "another host": lambda: ROOT.server_context(tmp_path, "csms.example.org"),
        "no root of ours at all": lambda: ROOT.server_context(tmp_path),
    }[wrong]()
    requests: list[Request] = []

    def look(connection: ServerConnection, request: Request) -> None:
        requests.append(request)

    roots = () if wrong == "no root of ours at all" else (ROOT.pem,)
    async with central_system(stay, ssl=context, process_request=look) as url:
        async with linked(LinkTarget(url, "CP1", b"secret", roots)) as link:
            assert await why_closed(link) is LinkFailure.SERVER_CERTIFICATE
            assert "TLS: certificate verify failed: " in reason(link)
        assert requests == []
        async with linked(LinkTarget(url, "CP1", b"secret", roots, verify=False)) as link:
            await link.opened()


async def test_an_expired_root_does_not_vouch(tmp_path: Path) -> None:
    old = Authority("Old", not_before=LONG_AGO, not_after=LONG_AGO + DAY_S)
    async with (
        central_system(stay, ssl=old.server_context(tmp_path)) as url,
        linked(LinkTarget(url, roots=(old.pem,))) as link,
    ):
        assert await why_closed(link) is LinkFailure.SERVER_CERTIFICATE


async def test_a_root_that_another_has_issued_is_trusted_alone(tmp_path: Path) -> None:
    new = Authority("New CA", ROOT)
    async with (
        central_system(stay, ssl=new.server_context(tmp_path)) as url,
        linked(LinkTarget(url, roots=(new.pem,))) as link,
    ):
        await link.opened()


# TLS itself


@contextmanager
def blunt_server(context: ssl.SSLContext) -> Iterator[str]:
    """A server that does the handshake, says by an alert what it does not like, and hangs up.

    asyncio's own servers hang up without the alert.
    """

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as secure:
                secure.settimeout(10)
                with suppress(OSError):
                    secure.do_handshake()
                # Whoever closes with something unread sends a reset, which overtakes the alert.
                with suppress(OSError):
                    while socket.socket.recv(secure, 4096):
                        pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"wss://localhost:{listener.getsockname()[1]}/CP1"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_tls_older_than_1_2_is_refused(tmp_path: Path) -> None:
    context = ROOT.server_context(tmp_path)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with blunt_server(context) as url:
        async with linked(LinkTarget(url, roots=(ROOT.pem,))) as link:
            assert await why_closed(link) is LinkFailure.TLS_VERSION


async def test_a_central_system_without_a_suite_of_the_whitepaper(tmp_path: Path) -> None:
    context = ROOT.server_context(tmp_path)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-CHACHA20-POLY1305")
    with blunt_server(context) as url:
        async with linked(LinkTarget(url, roots=(ROOT.pem,), suites=TlsSuites.WHITEPAPER)) as link:
            assert await why_closed(link) is LinkFailure.TLS_SUITES
    async with central_system(stay, ssl=context) as url, linked(LinkTarget(url, roots=(ROOT.pem,))) as link:
        await link.opened()


@pytest.mark.parametrize("scheme", ["ws:", "wss:"])
async def test_a_central_system_that_is_not_there_or_speaks_no_tls_is_no_matter_of_security(scheme: str) -> None:
    async def refuse(connection: ServerConnection, request: Request) -> Response:
        return connection.respond(HTTPStatus.NOT_FOUND, "no\n")

    async with (
        central_system(stay, process_request=refuse) as url,
        linked(LinkTarget(url.replace("ws:", scheme))) as link,
    ):
        assert await why_closed(link) is None


# The certificate of the station


def mutual(folder: Path) -> ssl.SSLContext:
    """A central system that wants to see a certificate of ``ROOT``."""
    context = ROOT.server_context(folder)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=ROOT.pem)
    return context


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_the_station_shows_its_certificate(tmp_path: Path, version: ssl.TLSVersion) -> None:
    """TC_087_CS."""
    subjects: list[Any] = []

    async def look(connection: ServerConnection) -> None:
        subjects.append(connection.transport.get_extra_info("peercert")["subject"])
        await stay(connection)

    context = mutual(tmp_path)
    context.maximum_version = version
    certificate, key = ROOT.issue("SN-4711")
    between = Authority("Between", ROOT)
    indirect, other_key = between.issue("SN-4712")
    async with central_system(look, ssl=context) as url:
        for chain, secret in ((certificate, key), (indirect + between.pem, other_key)):
            async with linked(LinkTarget(url, roots=(ROOT.pem,), certificate=chain, key=secret)) as link:
                await link.opened()
        await eventually_async(lambda: len(subjects) == 2)
    assert [subject[0][0][1] for subject in subjects] == ["SN-4711", "SN-4712"]


@pytest.mark.parametrize(
    ("version", "issuer"),
    [
        (ssl.TLSVersion.TLSv1_2, OTHER),
        (ssl.TLSVersion.TLSv1_3, OTHER),
        (ssl.TLSVersion.TLSv1_3, None),
    ],
)
async def test_a_station_whose_certificate_is_missing_or_not_accepted(
    tmp_path: Path, version: ssl.TLSVersion, issuer: Authority | None
) -> None:
    """TC_087_CS. Of a missing one TLS 1.2 says no more than that the handshake failed."""
    context = mutual(tmp_path)
    context.maximum_version = version
    certificate, key = issuer.issue("CP1") if issuer else ("", "")
    with blunt_server(context) as url:
        async with linked(LinkTarget(url, roots=(ROOT.pem,), certificate=certificate, key=key)) as link:
            assert await why_closed(link) is LinkFailure.UNAUTHORIZED
            assert "TLS: the central system refuses by an alert: " in reason(link)


async def test_no_key_stays_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    certificate, key = ROOT.issue("CP1")
    target = LinkTarget("", roots=(ROOT.pem,), certificate=certificate, key=key)
    async with (
        central_system(stay, ssl=server_context(tmp_path, *ROOT.issue())) as url,
        linked(replace(target, url=url), AT_ONCE) as link,
    ):
        await link.opened()
    assert list(folder.iterdir()) == []
    assert key not in repr(target)


# What it costs


def test_stations_that_show_and_demand_the_same_share_what_they_know_of_it() -> None:
    target = LinkTarget("wss://x/CP1", "CP1", b"one", roots=(ROOT.pem,))
    certified, otherwise = (
        replace(target, certificate=certificate, key=key)
        for certificate, key in (ROOT.issue("CP1"), ROOT.issue("CP2"))
    )
    for one in (target, certified):
        other = replace(one, url="wss://x/CP2", user="CP2", password=b"another")
        assert client_context(one) is client_context(other)
    for differing in ({"roots": (OTHER.pem,)}, {"verify": False}, {"suites": TlsSuites.WHITEPAPER}):
        assert client_context(replace(target, **differing)) is not client_context(target)
    assert len({client_context(each) for each in (target, certified, otherwise)}) == 3


@pytest.mark.parametrize(("hashed", "loaded"), [(True, 0), (False, 1)])
async def test_stations_with_certificates_look_up_the_roots_of_the_system_where_they_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hashed: bool, loaded: int
) -> None:
    """All of them, for each of hundreds, would be 1 MB and 20 ms each."""
    certificate, key = ROOT.issue("CP1")
    system = tmp_path / "system"
    system.mkdir()
    (system / "all.crt").write_text(ROOT.pem)
    if hashed:
        (system / f"{subject_hash(ROOT.pem)}.0").write_text(ROOT.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(system / "all.crt"))
    monkeypatch.setenv("SSL_CERT_DIR", str(system))
    async with central_system(stay, ssl=mutual(tmp_path)) as url:
        target = LinkTarget(url, certificate=certificate, key=key)
        assert client_context(target).cert_store_stats()["x509_ca"] == loaded
        async with linked(target) as link:
            await link.opened()


def subject_hash(pem: str) -> str:
    """The name under which OpenSSL looks for a certificate in a folder."""
    command = ["openssl", "x509", "-noout", "-subject_hash"]
    return subprocess.run(command, input=pem, capture_output=True, text=True, check=True).stdout.strip()


def test_a_connection_reserves_little() -> None:
    client_context(LinkTarget("wss://x/CP1", roots=(ROOT.pem,)))
    assert SSLProtocol.max_size == TLS_BUFFER <= 2**12
