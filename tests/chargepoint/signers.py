"""A manufacturer of firmware for the tests: roots, signing certificates, signatures, all real."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.support.bench import NOON

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

TODAY = datetime.fromtimestamp(NOON, UTC)
YEAR = timedelta(days=365)


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    """A key that takes long to make."""
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Signer:
    """Who has a certificate, and the key to it."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> str:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def issue(
        self,
        name: str = "Firmware signing",
        key: Key | None = None,
        *,
        authority: bool = False,
        valid_from: datetime = TODAY - YEAR,
        valid_until: datetime = TODAY + YEAR,
        signs: bool = True,
    ) -> Signer:
        """A certificate that this one's key signs."""
        issued_key = key or ec.generate_private_key(ec.SECP256R1())
        return Signer(
            _certificate(name, issued_key, self, authority, (valid_from, valid_until), signs),
            issued_key,
        )

    def sign(self, content: bytes, *, pss: bool = False) -> str:
        """The signature of a file, as SignedUpdateFirmware carries it."""
        match self.key:
            case rsa.RSAPrivateKey():
                scheme = padding.PSS(padding.MGF1(SHA256()), 32) if pss else padding.PKCS1v15()
                raw = self.key.sign(content, scheme, SHA256())
            case ec.EllipticCurvePrivateKey():
                raw = self.key.sign(content, ec.ECDSA(SHA256()))
            case _:
                raw = self.key.sign(content)
        return base64.b64encode(raw).decode()


def manufacturer(name: str = "Manufacturer") -> Signer:
    """A root that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Signer(_certificate(name, key, None, True, (TODAY - YEAR, TODAY + YEAR), False), key)


def _certificate(
    name: str, key: Key, issuer: Signer | None, authority: bool, valid: tuple[datetime, datetime], signs: bool
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(signs, False, False, False, False, authority, authority, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
    )
    signing = issuer.key if issuer else key
    return builder.sign(signing, None if isinstance(signing, ed25519.Ed25519PrivateKey) else SHA256())
