"""The PEM files that a start entry names: what a station is commissioned with."""

from __future__ import annotations

from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.security import SecuritySpec
from chargepoint.security.store import Credentials


def read_credentials(security: SecuritySpec) -> Credentials:
    """What the files hold; raises InputError, naming the file, for one that cannot be used. Keys are never shown."""
    if not security.central_system_root and not security.client_certificate:
        return Credentials()
    # Loaded here: it needs the cryptography library, 10 MB that most stations never use.
    from cryptography.hazmat.primitives.serialization import Encoding

    from chargepoint.security.certificates import identity_of, read_chain

    roots: tuple[str, ...] = ()
    identity = None
    if security.central_system_root:
        pem = _text("central_system_root", security.central_system_root)
        try:
            roots = tuple(one.public_bytes(Encoding.PEM).decode() for one in read_chain(pem))
        except ValueError:
            wanted = "a file of certificates in PEM"
            raise InputError("central_system_root", security.central_system_root, wanted) from None
    if security.client_certificate:
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


def _text(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise InputError(name, path, f"a file that can be read ({reason})") from None
