"""Ports that are opened and changed at run time: each wrong in TLS in a way of its own, told by whoever connects."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import InvalidHandshake

from tests.csms.program import Program, running
from tests.csms.test_security import KEY, boots, foreign, refused
from tests.support.waiting import eventually_async


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One that speaks both on its first port, and has an authority."""
    folder = tmp_path_factory.mktemp("secure")
    with running(folder, "--tls", "--plain", "--client-certificates", "optional") as program:
        yield program


@pytest.fixture
async def api(secure: Program) -> AsyncIterator[httpx.AsyncClient]:
    """A client of its HTTP API."""
    async with secure.client() as client:
        yield client


def trusting(program: Program) -> ssl.SSLContext:
    """TLS of a charge point that trusts the authority."""
    return ssl.create_default_context(cafile=str(program.folder / "ca" / "ca.pem"))


async def opened(api: httpx.AsyncClient, **settings: object) -> str:
    """The URL of another port."""
    response = await api.post("/listeners", json=settings)
    assert response.status_code == 201, response.text
    url: str = response.json()["url"]
    return url


async def why_not(url: str, tls: ssl.SSLContext) -> str:
    """Why a connection cannot be made."""
    with pytest.raises(ssl.SSLError) as error:
        async with foreign(url, "CP_1", None, tls):
            pass
    return str(error.value)


async def test_both_are_spoken_on_one_port(secure: Program) -> None:
    assert secure.ws.startswith("ws://")
    assert "and by wss" in secure.said()
    async with foreign(secure.ws, "Plain") as station:
        assert await boots(station) == "Accepted"
    async with foreign(secure.ws.replace("ws:", "wss:"), "Secure", None, trusting(secure)) as station:
        assert await boots(station) == "Accepted"
    assert "Secure: connected from" in secure.said()
    assert "by TLSv1.3" in secure.said()
    assert f"whom charge points have to trust: {secure.folder / 'ca' / 'ca.pem'}\n" in secure.said()


async def test_how_a_connection_is_secured_is_shown(secure: Program, api: httpx.AsyncClient, tmp_path: Path) -> None:
    async def shown() -> object:
        view = (await api.get("/charge-points/CP_1")).json()
        certificate = view["certificate"] and (
            view["certificate"]["common_name"],
            view["certificate"]["not_after"][:4],
        )
        return view["connected"], view["tls"], certificate

    async with foreign(secure.ws, "CP_1"):
        assert await shown() == (True, None, None)
    by_tls = trusting(secure)
    async with foreign(secure.ws.replace("ws:", "wss:"), "CP_1", None, by_tls):
        assert await shown() == (True, "TLSv1.3", None)
    by_tls.load_cert_chain(await issued(api, tmp_path, "expiring"))
    async with foreign(secure.ws.replace("ws:", "wss:"), "CP_1", None, by_tls):
        week = datetime.now(UTC) + timedelta(days=7)
        assert await shown() == (True, "TLSv1.3", ("CP_1", f"{week:%Y}"))


@pytest.mark.parametrize(
    ("certificate", "why"),
    [
        ("expired", "certificate has expired"),
        ("not_yet_valid", "certificate is not yet valid"),
        ("other_authority", "certificate verify failed"),
        ("other_name", "is not valid for '127.0.0.1'"),
    ],
)
async def test_a_certificate_that_is_wrong_and_then_right(
    secure: Program, api: httpx.AsyncClient, certificate: str, why: str
) -> None:
    listener = (await api.post("/listeners", json={"certificate": certificate})).json()
    # CPython words an IP address that does not match differently.
    assert why in (told := await why_not(listener["url"], trusting(secure))) or "IP address mismatch" in told
    changed = await api.put(f"/listeners/{listener['id']}", json={})
    assert changed.json() == {**listener, "certificate": "right"}
    async with foreign(listener["url"], f"CP_{certificate}", None, trusting(secure)) as station:
        assert await boots(station) == "Accepted"
    assert (await api.delete(f"/listeners/{listener['id']}")).is_success
    with pytest.raises(OSError):
        async with foreign(listener["url"], "CP_1", None, trusting(secure)):
            pass


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_a_version_that_is_too_old(secure: Program, api: httpx.AsyncClient, version: str) -> None:
    url = await opened(api, version=version)
    assert "protocol version" in (await why_not(url, trusting(secure))).lower().replace("_", " ")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_who_speaks_the_old_version_gets_it(secure: Program, api: httpx.AsyncClient) -> None:
    old = trusting(secure)
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    async with foreign(await opened(api, version="1.1"), "Old", None, old) as station:
        assert await boots(station) == "Accepted"
    assert "by TLSv1.1" in secure.said()


async def test_only_suites_that_nobody_should_take(secure: Program, api: httpx.AsyncClient) -> None:
    url = await opened(api, suites="ECDHE-ECDSA-AES128-SHA")
    assert "handshake failure" in (await why_not(url, trusting(secure))).lower().replace("_", " ")


async def test_a_certificate_of_a_charge_point_that_is_wrong_is_refused_and_the_log_says_why(
    secure: Program, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    url = await opened(api, client_certificates="required")
    for certificate, why in (
        ("expired", "certificate has expired"),
        ("not_yet_valid", "certificate is not yet valid"),
        ("other_authority", "unable to get local issuer certificate"),
    ):
        tls = trusting(secure)
        tls.load_cert_chain(await issued(api, tmp_path, certificate))
        # With TLS 1.3 the client hears of it when it reads for the first time.
        with pytest.raises((ssl.SSLError, ConnectionError, InvalidHandshake)):
            async with foreign(url, "CP_1", None, tls):
                pass
        assert f"TLS: certificate verify failed: {why}" in secure.said()
    with pytest.raises((ssl.SSLError, ConnectionError, InvalidHandshake)):
        async with foreign(url, "CP_1", None, trusting(secure)):
            pass
    assert "TLS: peer did not return a certificate" in secure.said()
    other = trusting(secure)
    other.load_cert_chain(await issued(api, tmp_path, "other_name"))
    assert (await refused(url, "CP_1", None, other))[0] == 403


async def issued(api: httpx.AsyncClient, folder: Path, certificate: str) -> Path:
    """A file with a certificate for CP_1 and its key."""
    answer = (await api.post("/ca/certificates", json={"common_name": "CP_1", "certificate": certificate})).json()
    (folder / "client.pem").write_text(answer["certificate"] + answer["key"])
    return folder / "client.pem"


async def test_who_does_not_speak_tls_to_it_is_told_so(secure: Program, api: httpx.AsyncClient) -> None:
    url = await opened(api)
    assert await refused(url.replace("wss:", "ws:"), "CP_1") == (400, "this port speaks TLS: connect by wss://\n")
    assert "refused ('127.0.0.1', " in secure.said()
    assert "it does not speak TLS" in secure.said()


async def test_who_says_nothing_holds_nobody_up(secure: Program, api: httpx.AsyncClient) -> None:
    listener = (await api.post("/listeners", json={})).json()
    address = urlsplit(listener["url"])
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    async with foreign(listener["url"], "CP_1", None, trusting(secure)) as station:
        assert await boots(station) == "Accepted"
    assert (await api.delete(f"/listeners/{listener['id']}")).is_success

    async def closed() -> bool:
        return await reader.read(1) == b""

    await eventually_async(closed, 5, "the silent one is broken off")
    writer.close()


async def test_a_change_leaves_who_is_connected_alone(secure: Program, api: httpx.AsyncClient) -> None:
    listener = (await api.post("/listeners", json={"plain": True})).json()
    assert listener["url"].startswith("ws://")
    async with foreign(listener["url"], "Stays") as station:
        assert (await api.put(f"/listeners/{listener['id']}", json={"certificate": "expired"})).is_success
        assert await boots(station) == "Accepted"
        assert (await refused(listener["url"], "Comes"))[0] == 400
    assert (await api.put(f"/listeners/{listener['id']}", json={"tls": False})).json() == {
        "id": listener["id"],
        "url": listener["url"],
        "tls": False,
    }
    async with foreign(listener["url"], "Comes") as station:
        assert await boots(station) == "Accepted"


async def test_all_of_them_are_told(api: httpx.AsyncClient, secure: Program) -> None:
    first = (await api.get("/listeners")).json()[0]
    assert (first["id"], first["url"], first["tls"], first["plain"]) == (1, secure.ws, True, True)
    assert (await api.delete("/listeners/1")).status_code == 404
    assert "there is no listener 99" in (await api.put("/listeners/99", json={})).json()["error"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"certificate": "rotten"}, "certificate"),
        ({"version": "2"}, "version"),
        ({"suites": "no such suite"}, "suites"),
        ({"suites": "NO-SUCH-SUITE"}, "suites"),
        ({"tls": False, "certificate": "expired"}, "certificate"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_is_wrong_is_refused_before_there_is_a_port(
    api: httpx.AsyncClient, body: dict[str, object], field: str
) -> None:
    before = len((await api.get("/listeners")).json())
    wrong = await api.post("/listeners", json=body)
    assert wrong.status_code == 422, wrong.text
    assert field in wrong.json()["error"]
    assert len((await api.get("/listeners")).json()) == before


async def test_without_an_authority_there_is_plain_tcp_alone(csms: Program, http: httpx.AsyncClient) -> None:
    wrong = await http.post("/listeners", json={})
    assert wrong.status_code == 422
    assert "add --ca DIR" in wrong.json()["error"]
    plain = (await http.post("/listeners", json={"tls": False})).json()
    async with foreign(plain["url"], "Elsewhere") as station:
        assert await boots(station) == "Accepted"
    assert (await http.delete(f"/listeners/{plain['id']}")).is_success


async def test_a_password_is_asked_for_by_tls_too(secure: Program, api: httpx.AsyncClient) -> None:
    url = await opened(api)
    await api.put("/charge-points/Keyed/authorization-key", json={"key": KEY})
    assert (await refused(url, "Keyed", "wrong", trusting(secure)))[0] == 401
    async with foreign(url, "Keyed", KEY, trusting(secure)) as station:
        assert await boots(station) == "Accepted"
