"""A certificate authority for the tests: it issues certificates of any age, and signs requests."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY_S = 86_400.0
LONG_AGO, FAR_AWAY = datetime(2020, 1, 1, tzinfo=UTC).timestamp(), datetime(2050, 1, 1, tzinfo=UTC).timestamp()


class Authority:
    """A root, or below ``parent`` one between. Moments are POSIX seconds."""

    def __init__(
        self,
        name: str = "Test CA",
        parent: Authority | None = None,
        *,
        not_before: float = LONG_AGO,
        not_after: float = FAR_AWAY,
    ) -> None:
        self.name = name_of(name)
        self.key = ec.generate_private_key(ec.SECP256R1())
        signer = parent or self
        self.certificate = signer.certify(self.name, self.key.public_key(), not_before, not_after, authority=True)

    @property
    def pem(self) -> str:
        """Its own certificate."""
        return pem_of(self.certificate)

    def certify(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
        not_before: float = LONG_AGO,
        not_after: float = FAR_AWAY,
        *,
        authority: bool = False,
        host: str = "",
    ) -> x509.Certificate:
        """A certificate for ``key``."""
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.fromtimestamp(not_before, UTC))
            .not_valid_after(datetime.fromtimestamp(not_after, UTC))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        )
        if host:
            numeric = host[0].isdigit()
            name = x509.IPAddress(ipaddress.ip_address(host)) if numeric else x509.DNSName(host)
            builder = builder.add_extension(x509.SubjectAlternativeName([name]), critical=False)
        return builder.sign(self.key, SHA256())

    def sign(self, csr: str, not_before: float = LONG_AGO, not_after: float = FAR_AWAY) -> str:
        """The certificate (PEM) that a request (PEM) asks for."""
        request = x509.load_pem_x509_csr(csr.encode())
        assert request.is_signature_valid
        key = request.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        return pem_of(self.certify(request.subject, key, not_before, not_after))

    def issue(self, host: str = "localhost", **validity: float) -> tuple[str, str]:
        """A certificate for ``host`` with its key, both PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.certify(name_of(host), key.public_key(), host=host, **validity)
        return pem_of(certificate), pem_of_key(key)

    def server_context(self, folder: Path, host: str = "localhost", **validity: float) -> ssl.SSLContext:
        """What a server for ``host`` needs; ``folder`` takes its files."""
        return server_context(folder, *self.issue(host, **validity))


def server_context(folder: Path, certificate: str, key: str) -> ssl.SSLContext:
    """What a server with that certificate (PEM) needs."""
    file = folder / f"server-{abs(hash(certificate))}.pem"
    file.write_text(key + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def name_of(common_name: str) -> x509.Name:
    """A name of nothing but a common name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def pem_of(certificate: x509.Certificate) -> str:
    """As PEM text."""
    return certificate.public_bytes(Encoding.PEM).decode()


def pem_of_key(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    """As PEM text, without a password."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
