"""Security profiles 1 to 3 against a charge point that nobody here wrote: the ``ocpp`` package's."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, InvalidStatus

from tests.csms.certificates import csr
from tests.csms.program import Program, running

KEY = "000102030405060708090a0b0c0d0e0f10111213"


class Foreign(ChargePoint):  # type: ignore[misc]
    """Boots, and takes the certificate it gets."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.certificate: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @on("CertificateSigned")
    async def certificate_signed(self, certificate_chain: str) -> Any:
        """Keep it."""
        self.certificate.set_result(certificate_chain)
        return call_result.CertificateSigned(status="Accepted")

    @on("ChangeConfiguration")
    async def change_configuration(self, key: str, value: str) -> Any:
        """Take everything."""
        return call_result.ChangeConfiguration(status="Accepted")


@asynccontextmanager
async def foreign(
    url: str, id: str, password: str | bytes | None = None, tls: ssl.SSLContext | None = None, user: str = ""
) -> AsyncIterator[Foreign]:
    """A connected charge point; raises InvalidStatus when it is not let in."""
    headers = {}
    if password is not None:
        secret = password.encode() if isinstance(password, str) else password
        headers["Authorization"] = "Basic " + base64.b64encode((user or id).encode() + b":" + secret).decode()
    async with connect(
        f"{url}/{id}",
        subprotocols=["ocpp1.6"],  # type: ignore[list-item]
        additional_headers=headers,
        proxy=None,
        ssl=tls,
    ) as websocket:
        station = Foreign(id, websocket)
        reader = asyncio.create_task(station.start())
        yield station
        reader.cancel()


async def boots(station: Foreign) -> str:
    """Its registration."""
    answer = await station.call(call.BootNotification(charge_point_vendor="Foreign", charge_point_model="One"))
    return str(answer.status)


async def refused(*arguments: Any, **options: Any) -> tuple[int, str]:
    """Status and text with which a charge point is not let in."""
    with pytest.raises(InvalidStatus) as refusal:
        async with foreign(*arguments, **options):
            pass
    response = refusal.value.response
    return response.status_code, (response.body or b"").decode()


@pytest.fixture(scope="module")
def with_passwords(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Profile 1."""
    folder = tmp_path_factory.mktemp("passwords")
    (folder / "passwords.json").write_text('{"CP_2": "own"}')
    with running(folder, "--authorization-key", KEY, "--passwords", str(folder / "passwords.json")) as program:
        yield program


@pytest.mark.parametrize("password", [KEY, KEY.upper(), bytes.fromhex(KEY)])
async def test_profile_1_takes_every_spelling_of_the_key(with_passwords: Program, password: str | bytes) -> None:
    async with foreign(with_passwords.ws, "CP_1", password) as station:
        assert await boots(station) == "Accepted"


async def test_profile_1_lets_nobody_else_in(with_passwords: Program) -> None:
    assert await refused(with_passwords.ws, "CP_1") == (
        401,
        "CP_1: basic authentication is needed; there is no Authorization header\n",
    )
    assert await refused(with_passwords.ws, "CP_1", "wrong") == (401, "CP_1: the password is wrong\n")
    assert await refused(with_passwords.ws, "CP_2", KEY) == (401, "CP_2: the password is wrong\n")
    assert (await refused(with_passwords.ws, "CP_1", KEY, user="CP_2"))[0] == 401


async def test_a_new_authorization_key_that_is_accepted_counts_from_the_next_connection(
    with_passwords: Program,
) -> None:
    async with with_passwords.client() as http, foreign(with_passwords.ws, "CP_2", "own") as station:
        payload = {"key": "AuthorizationKey", "value": "ff" * 20}
        changed = await http.post("/charge-points/CP_2/commands/ChangeConfiguration", json=payload)
        assert changed.json()["response"] == {"status": "Accepted"}
        assert await boots(station) == "Accepted"
    assert (await refused(with_passwords.ws, "CP_2", "own"))[0] == 401
    async with foreign(with_passwords.ws, "CP_2", b"\xff" * 20) as station:
        assert await boots(station) == "Accepted"


async def test_a_password_is_told_over_http_and_taken_back(csms: Program, http: httpx.AsyncClient) -> None:
    assert (await http.put("/charge-points/Keyed/authorization-key", json={"key": "k"})).json() == {"id": "Keyed"}
    assert (await refused(csms.ws, "Keyed"))[0] == 401
    async with foreign(csms.ws, "Keyed", "k") as station:
        assert await boots(station) == "Accepted"
    assert (await http.delete("/charge-points/Keyed/authorization-key")).is_success
    assert (await http.delete("/charge-points/Keyed/authorization-key")).status_code == 404
    async with foreign(csms.ws, "Keyed") as station:
        assert await boots(station) == "Accepted"
    wrong = await http.put("/charge-points/Keyed/authorization-key", json={"key": ""})
    assert (wrong.status_code, wrong.json()["detail"]["field"]) == (422, "key")


async def test_without_an_authority_its_calls_say_how_to_get_one(http: httpx.AsyncClient) -> None:
    response = await http.get("/ca/certificate")
    assert response.status_code == 404
    assert "start the central system with --ca DIR" in response.json()["error"]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_profile_2_is_tls_with_a_certificate_of_the_authority(tmp_path: Path) -> None:
    with running(tmp_path, "--ca", str(tmp_path / "ca"), "--tls", "--authorization-key", KEY) as program:
        assert program.ws.startswith("wss://")
        tls = ssl.create_default_context(cafile=str(tmp_path / "ca" / "ca.pem"))
        async with foreign(program.ws, "CP_1", KEY, tls) as station:
            assert await boots(station) == "Accepted"
        assert (await refused(program.ws, "CP_1", None, tls))[0] == 401
        with pytest.raises(ssl.SSLCertVerificationError):
            async with foreign(program.ws, "CP_1", KEY, ssl.create_default_context()):
                pass
        old = ssl.create_default_context(cafile=str(tmp_path / "ca" / "ca.pem"))
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            async with foreign(program.ws, "CP_1", KEY, old):
                pass


async def test_profile_3_asks_for_a_certificate_with_the_right_name(tmp_path: Path) -> None:
    root = str(tmp_path / "ca" / "ca.pem")
    with running(tmp_path, "--ca", str(tmp_path / "ca"), "--tls", "--client-ca", root) as program:
        async with program.client() as http:
            issued = (await http.post("/ca/certificates", json={"common_name": "CP_1"})).json()
            (tmp_path / "client.pem").write_text(issued["certificate"] + issued["key"])
        tls = ssl.create_default_context(cafile=root)
        tls.load_cert_chain(tmp_path / "client.pem")
        async with foreign(program.ws, "CP_1", None, tls) as station:
            assert await boots(station) == "Accepted"
        assert await refused(program.ws, "CP_2", None, tls) == (
            403,
            "CP_2: the common name of its certificate is CP_1, not CP_2\n",
        )
        # With TLS 1.3 the client hears of it when it reads for the first time.
        with pytest.raises((ssl.SSLError, ConnectionError, InvalidHandshake)):
            async with foreign(program.ws, "CP_1", None, ssl.create_default_context(cafile=root)):
                pass


async def test_what_sign_certificate_asks_for_is_signed_and_sent(tmp_path: Path) -> None:
    with running(tmp_path, "--ca", str(tmp_path / "ca")) as program:
        async with foreign(program.ws, "CP_1") as station, program.client() as http:
            await boots(station)
            answer = await station.call(call.SignCertificate(csr=csr("CP_1")))
            assert answer.status == "Accepted"
            chain = await asyncio.wait_for(station.certificate, 10)
            assert chain.endswith((await http.get("/ca/certificate")).text)
            assert (await station.call(call.SignCertificate(csr=csr("CP_2")))).status == "Rejected"
            signed = await http.post("/ca/sign", json={"csr": csr("CP_1"), "charge_point": "CP_1", "days": "0.01"})
            assert signed.json()["certificateChain"].count("BEGIN CERTIFICATE") == 2
            for body, field in (
                ({"csr": "PEM"}, "csr"),
                ({"csr": csr("CP_2"), "charge_point": "CP_1"}, "csr"),
                ({"csr": csr("CP_1"), "days": 0}, "days"),
            ):
                wrong = await http.post("/ca/sign", json=body)
                assert (wrong.status_code, wrong.json()["detail"]["field"]) == (422, field)
