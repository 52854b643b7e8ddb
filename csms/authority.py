"""A small certificate authority in a folder: it signs what charge points ask for, and makes what a test needs.

This module is loaded when an authority is asked for: ``cryptography`` costs memory that nobody else needs to pay.
"""

from __future__ import annotations

import base64
import ipaddress
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from chargepoint.api.errors import InputError
from csms.listener import CertificateState

CERTIFICATE = "ca.pem"
KEY = "ca-key.pem"
DAYS = 365.0
_YEARS = 3650.0
_BACK = timedelta(minutes=5)
"""A certificate begins in the past: clocks differ."""
_SOON = timedelta(days=7)
"""A charge point asks for another one a month before."""
_ELSEWHERE = "elsewhere.example"
"""A name that is never the right one."""
_SMALLEST_RSA_KEY = 2048
_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate with its private key, both PEM."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class SignedFile:
    """What SignedUpdateFirmware wants to know of a file: certificate (PEM) and signature (base64)."""

    signing_certificate: str
    signature: str


class Authority:
    """Root certificate and key of ``folder``, EC P-256."""

    def __init__(self, folder: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self.folder = folder
        self._certificate = certificate
        self._key = key

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The authority in ``folder``, made when there is none. Raises InputError when it cannot be used."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not (folder / KEY).exists():
                _make(folder)
            certificate = x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes())
            key = serialization.load_pem_private_key((folder / KEY).read_bytes(), None)
        except OSError as error:
            raise InputError("--ca", str(folder), f"a folder that can be used ({error.strerror})") from None
        except (ValueError, TypeError) as error:
            raise InputError("--ca", str(folder), f"a folder with {CERTIFICATE} and {KEY} in PEM ({error})") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise InputError("--ca", str(folder / KEY), "an EC key, as this program makes it")
        return cls(folder, certificate, key)

    @property
    def file(self) -> Path:
        """Where the root certificate is (PEM)."""
        return self.folder / CERTIFICATE

    @property
    def certificate(self) -> str:
        """The root certificate, PEM."""
        return _pem(self._certificate)

    def sign(self, request: str, names: Collection[str] | None = None, days: float = DAYS) -> str:
        """The certificate chain (PEM, the new one first) for a certificate signing request (PEM), valid for ``days``.

        ``names``: the common names it may have. Raises InputError for a request that cannot be read, is not signed
        by its own key, has a weak key, or another common name.
        """
        try:
            csr = x509.load_pem_x509_csr(request.encode(errors="replace"))
            signed, key = csr.is_signature_valid, csr.public_key()
        except ValueError as error:
            raise InputError("csr", request, f"a certificate signing request in PEM ({error})") from None
        if not signed:
            raise InputError("csr", request, "signed with its own private key")
        if isinstance(key, rsa.RSAPublicKey) and key.key_size < _SMALLEST_RSA_KEY:
            raise InputError("csr", f"RSA, {key.key_size} bits", f"one with at least {_SMALLEST_RSA_KEY} bits")
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            raise InputError("csr", type(key).__name__, "one with an RSA or an EC key")
        common_names = {str(each.value) for each in csr.subject.get_attributes_for_oid(NameOID.COMMON_NAME)}
        if names is not None and common_names.isdisjoint(names):
            wanted = "one whose common name is " + " or ".join(sorted(names))
            raise InputError("csr", " and ".join(sorted(common_names)) or None, wanted)
        certificate = self._issue(csr.subject, key, ExtendedKeyUsageOID.CLIENT_AUTH, _validity(days))
        return _pem(certificate) + self.certificate

    def client(
        self, common_name: str, days: float = DAYS, state: CertificateState = CertificateState.RIGHT
    ) -> Issued:
        """A certificate for a charge point that cannot ask for one itself."""
        named = _ELSEWHERE if state is CertificateState.OTHER_NAME else common_name
        return self._issuer(state)._with_key(named, ExtendedKeyUsageOID.CLIENT_AUTH, _validity(days, state))

    def server(
        self, hosts: Sequence[str], days: float = DAYS, state: CertificateState = CertificateState.RIGHT
    ) -> Issued:
        """A certificate for a server that is reached by these names and addresses."""
        named = [_ELSEWHERE] if state is CertificateState.OTHER_NAME else hosts
        validity = _validity(days, state)
        return self._issuer(state)._with_key(named[0], ExtendedKeyUsageOID.SERVER_AUTH, validity, named)

    def sign_file(self, file: Path) -> SignedFile:
        """A signature of ``file`` (ECDSA with SHA-256) by a certificate made for it."""
        digest = hashes.Hash(hashes.SHA256())
        with file.open("rb") as content:
            while chunk := content.read(_CHUNK):
                digest.update(chunk)
        key = ec.generate_private_key(ec.SECP256R1())
        signature = key.sign(digest.finalize(), ec.ECDSA(Prehashed(hashes.SHA256())))
        subject = _name("cp-simu firmware")
        certificate = self._issue(subject, key.public_key(), ExtendedKeyUsageOID.CODE_SIGNING, _validity(DAYS))
        return SignedFile(_pem(certificate), base64.b64encode(signature).decode())

    def _issuer(self, state: CertificateState) -> Authority:
        """Another authority, of the same name, where that is what is wrong."""
        return Authority(self.folder, *_root()) if state is CertificateState.OTHER_AUTHORITY else self

    def _with_key(
        self, common_name: str, usage: x509.ObjectIdentifier, validity: _Validity, hosts: Sequence[str] = ()
    ) -> Issued:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._issue(_name(common_name), key.public_key(), usage, validity, hosts)
        return Issued(_pem(certificate), _key_pem(key).decode())

    def _issue(
        self,
        subject: x509.Name,
        key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
        usage: x509.ObjectIdentifier,
        validity: _Validity,
        hosts: Sequence[str] = (),
    ) -> x509.Certificate:
        builder = _builder(subject, self._certificate.subject, key, validity)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_key_usage(signs_certificates=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(issuer, critical=False)
        if hosts:
            alternatives = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
            builder = builder.add_extension(alternatives, critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _make(folder: Path) -> None:
    certificate, key = _root()
    (folder / CERTIFICATE).write_text(_pem(certificate))
    write_private(folder / KEY, _key_pem(key))


def _root() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("cp-simu certificate authority")
    builder = _builder(name, name, key.public_key(), _validity(_YEARS))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_key_usage(signs_certificates=True), critical=True)
    return builder.sign(key, hashes.SHA256()), key


def write_private(file: Path, content: bytes) -> None:
    """``content`` in ``file``, which nobody but its owner may read at any moment."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        written.write(content)
    new.replace(file)


_Validity = tuple[datetime, datetime]


def _validity(days: float, state: CertificateState = CertificateState.RIGHT) -> _Validity:
    """From when until when: for ``days`` from now on, or of these before or after, to be wrong."""
    now, span = datetime.now(UTC), timedelta(days=days)
    match state:
        case CertificateState.EXPIRING:
            return now - _BACK, now + min(span, _SOON)
        case CertificateState.EXPIRED:
            return now - span - _BACK, now - _BACK
        case CertificateState.NOT_YET_VALID:
            return now + timedelta(days=1), now + timedelta(days=1) + span
    return now - _BACK, now + span


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, validity: _Validity
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())
    builder = builder.not_valid_before(validity[0]).not_valid_after(validity[1])
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _name(common_name: str) -> x509.Name:
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "cp-simu")
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
