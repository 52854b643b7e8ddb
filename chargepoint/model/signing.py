"""Signed firmware: who may sign, and whether a signature is right (security whitepaper L01).

Import it only when something is checked: the cryptography library is large, and most stations never need it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

PREHASHED = Prehashed(SHA256())


def certificate_flaw(certificate: str, roots: Sequence[str], at: float) -> str:
    """Why the firmware of ``certificate`` (PEM, intermediate ones may follow) is not trusted; "" when it is.

    ``roots``: the manufacturer's root certificates, PEM. ``at``: POSIX seconds of the station's clock.
    """
    try:
        leaf, *intermediates = x509.load_pem_x509_certificates(certificate.encode())
        trusted = [one for root in roots for one in x509.load_pem_x509_certificates(root.encode())]
    except ValueError:
        return "it is no certificate in PEM"
    if not _may_sign(leaf):
        return "its key is not for digital signatures"
    moment = datetime.fromtimestamp(at, UTC)
    chain, current = list(intermediates), leaf
    while True:
        if not current.not_valid_before_utc <= moment <= current.not_valid_after_utc:
            return f"it is valid from {current.not_valid_before_utc} to {current.not_valid_after_utc}"
        if current in trusted:
            return ""
        issuer = next((one for one in [*trusted, *chain] if _issued(one, current)), None)
        if issuer is None:
            return "no ManufacturerRootCertificate that is installed has issued it"
        if issuer in chain:
            chain.remove(issuer)
        current = issuer


def signature_flaw(certificate: str, signature: str, sha256: bytes) -> str:
    """Why ``signature`` (base64) is not one by ``certificate`` (PEM) of a file with that hash; "" when it is.

    RSA (PKCS#1 v1.5 or PSS) and ECDSA, all with SHA-256.
    """
    try:
        raw = base64.b64decode("".join(signature.split()), validate=True)
        key = x509.load_pem_x509_certificates(certificate.encode())[0].public_key()
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        return f"it cannot be read: {error}"
    match key:
        case rsa.RSAPublicKey():
            right = _rsa_signed(key, raw, sha256)
        case ec.EllipticCurvePublicKey():
            right = _ecdsa_signed(key, raw, sha256)
        case _:
            return f"a key of the kind {type(key).__name__} is neither RSA nor ECDSA"
    return "" if right else "the signature is not that of this file and this certificate"


def _rsa_signed(key: rsa.RSAPublicKey, signature: bytes, sha256: bytes) -> bool:
    pss = padding.PSS(padding.MGF1(SHA256()), padding.PSS.AUTO)
    for scheme in (pss, padding.PKCS1v15()):
        try:
            key.verify(signature, sha256, scheme, PREHASHED)
        except InvalidSignature:
            continue
        return True
    return False


def _ecdsa_signed(key: ec.EllipticCurvePublicKey, signature: bytes, sha256: bytes) -> bool:
    try:
        key.verify(signature, sha256, ec.ECDSA(PREHASHED))
    except InvalidSignature:
        return False
    return True


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        authority = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        certificate.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
        return False
    return authority


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False
    return usage.digital_signature
