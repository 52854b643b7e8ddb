"""Certificates: what they say, whether they hold, and how the standard names them by their hashes.

Import it only when a certificate is looked at: the cryptography library is large, and most stations never need it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.ocsp import OCSPRequestBuilder

from chargepoint.security.store import Identity

ALGORITHMS: dict[str, SHA256 | SHA384 | SHA512] = {"SHA256": SHA256(), "SHA384": SHA384(), "SHA512": SHA512()}
"""HashAlgorithmEnumType."""

LEAST_RSA_BITS = 2048
LEAST_EC_BITS = 224
LONGEST_CHAIN = 10


@dataclass(frozen=True, slots=True)
class HashData:
    """How the standard names a certificate (RFC 6960 section 4.1.1); hexadecimal, in small letters."""

    algorithm: str
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str


def read_chain(pem: str) -> list[x509.Certificate]:
    """The certificates in ``pem``, at least one; raises ValueError."""
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except UnicodeEncodeError as error:
        raise ValueError(str(error)) from None


def same_certificate(one: str, other: str) -> bool:
    """Whether two PEM texts begin with the same certificate."""
    return read_chain(one)[0] == read_chain(other)[0]


def root_flaw(pem: str, at: float) -> str:
    """Why ``pem`` cannot be installed as a root certificate at ``at`` (POSIX seconds); "" when it can."""
    try:
        chain = read_chain(pem)
    except ValueError:
        return "it is no certificate in PEM"
    if len(chain) != 1:
        return f"it is {len(chain)} certificates, and not one"
    if not _may_issue(chain[0]):
        return "it is not the certificate of an authority"
    return _validity_flaw(chain[0], at) or _key_flaw(chain[0])


def issued(issuer: str, certificate: str) -> bool:
    """Whether the certificate ``issuer`` (PEM) has issued ``certificate`` (PEM)."""
    return _issued(read_chain(issuer)[0], read_chain(certificate)[0])


def chain_flaw(chain: str, roots: Sequence[str], key: str, at: float) -> str:
    """Why ``chain`` (PEM, the station's own certificate first) is not one to use; "" when it is.

    ``roots``: what it must lead to, PEM. ``key``: the private key that it was asked for with, PEM. One that becomes
    valid only after ``at`` is no flaw.
    """
    try:
        leaf, *others = read_chain(chain)
    except ValueError:
        return "it is no certificate in PEM"
    if leaf.public_key() != load_pem_private_key(key.encode(), None).public_key():
        return "it is not for the key that was asked with"
    if at > leaf.not_valid_after_utc.timestamp():
        return f"it expired at {leaf.not_valid_after_utc}"
    trusted = [certificate for root in roots for certificate in read_chain(root)]
    current = leaf
    for _ in range(LONGEST_CHAIN):
        if current is not leaf and (flaw := _validity_flaw(current, at)):
            return f"{current.subject.rfc4514_string()}: {flaw}"
        if current in trusted:
            return ""
        issuer = next((one for one in [*trusted, *others] if one != current and _issued(one, current)), None)
        if issuer is None:
            return "no root certificate that is installed has issued it"
        current = issuer
    return f"its chain has more than {LONGEST_CHAIN} certificates"


def identity_of(chain: str, key: str) -> Identity:
    """The identity that a certificate (PEM, its chain may follow) and its key make; raises ValueError."""
    leaf = read_chain(chain)[0]
    try:
        # Whether the numbers of an RSA key are prime takes 30 ms to tell, for each of hundreds of stations. That it
        # is the key of the certificate is what matters, and a damaged one signs nothing that the peer takes.
        private = load_pem_private_key(key.encode(), None, unsafe_skip_rsa_key_validation=True)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(str(error)) from None
    if private.public_key() != leaf.public_key():
        raise ValueError("the key is not that of the certificate")
    return Identity(chain, key, leaf.not_valid_before_utc.timestamp(), leaf.not_valid_after_utc.timestamp())


def hash_data(pem: str, candidates: Iterable[str], algorithm: str) -> HashData:
    """The name of the certificate ``pem`` by hashes of ``algorithm``.

    ``candidates`` (PEM): where its issuer is looked for, unless it is its own; one that is nowhere is stood in for
    by the certificate itself.
    """
    certificate = read_chain(pem)[0]
    issuers = [certificate, *(read_chain(one)[0] for one in candidates)]
    issuer = next((one for one in issuers if _issued(one, certificate)), certificate)
    request = OCSPRequestBuilder().add_certificate(certificate, issuer, ALGORITHMS[algorithm]).build()
    return HashData(
        algorithm,
        request.issuer_name_hash.hex(),
        request.issuer_key_hash.hex(),
        f"{certificate.serial_number:x}",
    )


def normalized(pem: str) -> str:
    """The certificates of ``pem`` and nothing else that stood around them."""
    return "".join(certificate.public_bytes(Encoding.PEM).decode() for certificate in read_chain(pem))


def _validity_flaw(certificate: x509.Certificate, at: float) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    if certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
        return ""
    return f"it is valid from {certificate.not_valid_before_utc} to {certificate.not_valid_after_utc}"


def _key_flaw(certificate: x509.Certificate) -> str:
    match certificate.public_key():
        case rsa.RSAPublicKey(key_size=bits) if bits < LEAST_RSA_BITS:
            return f"its RSA key has {bits} bits, fewer than {LEAST_RSA_BITS}"
        case ec.EllipticCurvePublicKey(key_size=bits) if bits < LEAST_EC_BITS:
            return f"its key has {bits} bits, fewer than {LEAST_EC_BITS}"
    return ""


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
        return False
    return _may_issue(issuer)


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False
