"""The certificate authority: what it signs, what it does not, and that OpenSSL believes it."""

from __future__ import annotations

import base64
import ssl
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from chargepoint.api.errors import InputError
from csms.authority import Authority
from csms.listener import ClientCertificates
from csms.security import Security
from csms.v16.security import sign_certificate
from tests.csms.certificates import csr
from tests.csms.v16.recorded import Recorded, caller


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority."""
    return Authority.open(tmp_path_factory.mktemp("ca"))


def test_it_is_made_once_and_its_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    first = Authority.open(tmp_path / "new" / "ca")
    assert stat.S_IMODE((tmp_path / "new" / "ca" / "ca-key.pem").stat().st_mode) == 0o600
    assert Authority.open(tmp_path / "new" / "ca").certificate == first.certificate


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)])
def test_what_it_signs_is_a_client_certificate_that_openssl_verifies(
    ca: Authority, tmp_path: Path, key: ec.EllipticCurvePrivateKey
) -> None:
    chain = ca.sign(csr("CP_1", key), {"CP_1", "SERIAL"})
    assert chain.count("BEGIN CERTIFICATE") == 2
    certificate, root = x509.load_pem_x509_certificates(chain.encode())
    assert certificate.public_key() == key.public_key()
    certificate.verify_directly_issued_by(root)
    (tmp_path / "chain.pem").write_text(chain)
    verify = [
        "openssl",
        "verify",
        "-purpose",
        "sslclient",
        "-CAfile",
        str(ca.folder / "ca.pem"),
        str(tmp_path / "chain.pem"),
    ]
    assert subprocess.run(verify, capture_output=True, text=True, check=False).returncode == 0


def test_a_certificate_is_as_short_lived_as_was_asked_for(ca: Authority) -> None:
    certificate = x509.load_pem_x509_certificate(ca.sign(csr("CP_1"), days=1 / 1440).encode())
    lasts = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert lasts.total_seconds() == 5 * 60 + 60


def _tampered() -> str:
    text = csr("CP_1")
    der = bytearray(base64.b64decode("".join(text.splitlines()[1:-1])))
    der[-1] ^= 1
    return (
        "-----BEGIN CERTIFICATE REQUEST-----\n"
        + base64.b64encode(der).decode()
        + "\n-----END CERTIFICATE REQUEST-----"
    )


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ("PEM", "is not a certificate signing request in PEM"),
        ("\ud800", "is not a certificate signing request in PEM"),
        (_tampered(), "is not signed with its own private key"),
        (csr("CP_2"), "'CP_2' is not one whose common name is CP_1"),
        (csr("CP_1", rsa.generate_private_key(65537, 1024)), "'RSA, 1024 bits' is not one with at least 2048 bits"),
        (csr("CP_1", ed25519.Ed25519PrivateKey.generate()), "is not one with an RSA or an EC key"),
    ],
)
def test_what_it_does_not_sign_is_named(ca: Authority, request_: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        ca.sign(request_, {"CP_1"})
    assert said in str(refused.value)


def test_a_signed_file_is_verified_by_its_certificate(ca: Authority, tmp_path: Path) -> None:
    file = tmp_path / "firmware.bin"
    file.write_bytes(b"firmware" * 1000)
    signed = ca.sign_file(file)
    certificate = x509.load_pem_x509_certificate(signed.signing_certificate.encode())
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(ca.certificate.encode()))
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(base64.b64decode(signed.signature), file.read_bytes(), ec.ECDSA(hashes.SHA256()))
    assert len(signed.signing_certificate) <= 5500
    assert len(signed.signature) <= 800


@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----"])
def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "ca-key.pem").write_text(content)
    (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(InputError, match="--ca"):
        Authority.open(tmp_path)


@pytest.mark.parametrize(
    ("security", "said"),
    [
        (Security(serve_tls=True), "--tls: 'alone' is not enough: add --ca DIR"),
        (Security(certificate=Path("a")), "--tls-key: nothing is not a PEM file, which goes with --tls-certificate"),
        (Security(key=Path("a")), "--tls-certificate: nothing is not a PEM file, which goes with --tls-key"),
        (
            Security(certificate=Path("/no"), key=Path("/no")),
            "--tls-certificate: '/no' is not a file that can be read",
        ),
        (Security(client_ca=Path("a")), "--client-ca: 'a' is not given with TLS"),
        (Security(plain=True), "--plain: 'alone' is not given with TLS"),
        (
            Security(client_certificates=ClientCertificates.REQUIRED),
            "--client-certificates: 'required' is not given with TLS",
        ),
    ],
)
def test_options_that_do_not_make_tls_are_refused(security: Security, said: str) -> None:
    with pytest.raises(InputError) as refused:
        security.terms(None, "127.0.0.1", security.listener())
    assert said in str(refused.value)


def test_tls_is_1_2_or_later_and_serves_a_fresh_certificate(ca: Authority) -> None:
    security = Security(serve_tls=True, client_ca=ca.file)
    context = security.terms(ca, "192.0.2.7", security.listener()).tls
    assert context is not None
    assert (context.minimum_version, context.verify_mode) == (ssl.TLSVersion.TLSv1_2, ssl.CERT_REQUIRED)
    certificate = x509.load_pem_x509_certificate((ca.folder / "server.pem").read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1", "192.0.2.7"]
    assert stat.S_IMODE((ca.folder / "server-key.pem").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("security", "asked"),
    [
        (Security(serve_tls=True), ClientCertificates.NOT_ASKED),
        (Security(serve_tls=True, client_ca=Path("a")), ClientCertificates.REQUIRED),
        (Security(serve_tls=True, client_ca=Path("a"), plain=True), ClientCertificates.OPTIONAL),
        (Security(serve_tls=True, client_ca=Path("a"), authorization_key="k"), ClientCertificates.OPTIONAL),
        (
            Security(serve_tls=True, authorization_key="k", client_certificates=ClientCertificates.REQUIRED),
            ClientCertificates.REQUIRED,
        ),
    ],
)
def test_certificates_are_asked_for_where_nothing_else_will_do(security: Security, asked: ClientCertificates) -> None:
    assert security.listener().client_certificates is asked


def test_certificates_of_nobody_are_not_wanted(ca: Authority, tmp_path: Path) -> None:
    issued = ca.server(["localhost"])
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    certificate.write_text(issued.certificate)
    key.write_text(issued.key)
    security = Security(certificate=certificate, key=key, client_certificates=ClientCertificates.REQUIRED)
    with pytest.raises(InputError, match="'required' is not possible without --client-ca FILE or --ca DIR"):
        security.terms(None, "localhost", security.listener())


async def test_a_request_is_accepted_and_the_certificate_follows(ca: Authority) -> None:
    commands = Recorded()
    answer = sign_certificate(caller("SignCertificate", commands=commands, signer=ca), {"csr": csr("CP_1")})
    assert (answer, commands.commands) == ({"status": "Accepted"}, [])
    [afterwards] = commands.afterwards
    await afterwards
    [(charge_point, action, payload)] = commands.commands
    assert (charge_point, action) == ("CP_1", "CertificateSigned")
    assert str(payload["certificateChain"]).startswith("-----BEGIN CERTIFICATE-----")


def test_a_request_that_cannot_be_signed_is_rejected(ca: Authority) -> None:
    commands = Recorded()
    wrong = {"csr": csr("CP_2")}
    assert sign_certificate(caller("SignCertificate", commands=commands, signer=ca), wrong) == {"status": "Rejected"}
    assert commands.afterwards == []
    assert sign_certificate(caller("SignCertificate"), wrong) == {"status": "Accepted"}, "somebody else may sign it"
