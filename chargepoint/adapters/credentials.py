"""The PEM files that a start entry names: what a station is commissioned with."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.security import SecuritySpec
from chargepoint.security.store import Credentials

_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def read_credentials(security: SecuritySpec) -> Credentials:
    """What the files hold; raises InputError, naming the file, for one that cannot be used. Keys are never shown."""
    if not security.central_system_root and not security.client_certificate:
        return Credentials()
    roots: tuple[str, ...] = ()
    identity = None
    if security.central_system_root:
        roots = _roots(_text("central_system_root", security.central_system_root))
        if not roots:
            wanted = "a file of certificates in PEM"
            raise InputError("central_system_root", security.central_system_root, wanted)
    if security.client_certificate:
        # Loaded here: it needs the cryptography library, 10 MB that most stations never use.
        from chargepoint.security.certificates import identity_of

        chain, key = (
            _text("client_certificate", security.client_certificate),
            _text("client_key", security.client_key),
        )
        try:
            identity = identity_of(chain, key)
        except ValueError as error:
            both = f"{security.client_certificate} with {security.client_key}"
            wanted = f"a certificate in PEM with its key, not encrypted ({error})"
            raise InputError("client_certificate", both, wanted) from None
    return Credentials(roots, identity)


@lru_cache(maxsize=4)
def _roots(pem: str) -> tuple[str, ...]:
    """Each certificate in ``pem``; nothing when there is none, or one that is none. The stations of a pool have them
    in common: the bundle of an operating system is 200 kB, and takes milliseconds to read."""
    # Loaded here, as above: OpenSSL can tell what a certificate is just as well.
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        found = [ssl.PEM_cert_to_DER_cert(each) for each in _CERTIFICATE.findall(pem)]
        for each in found:
            context.load_verify_locations(cadata=each)
    except (ssl.SSLError, ValueError):
        return ()
    return tuple(ssl.DER_cert_to_PEM_cert(each) for each in found)


def _text(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise InputError(name, path, f"a file that can be read ({reason})") from None
