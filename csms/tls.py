"""TLS of the OCPP port: server certificate, and the certificates of charge points (security profiles 2 and 3)."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chargepoint.api.errors import InputError

if TYPE_CHECKING:
    from csms.authority import Authority

CERTIFICATE = "server.pem"
KEY = "server-key.pem"
LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where the PEM files are; with ``client_ca`` every charge point has to show a certificate that it signed."""

    certificate: Path
    key: Path
    client_ca: Path | None = None


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """TLS 1.2 or later (security whitepaper, TLS version and cipher suites). Raises InputError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _check_readable("--tls-certificate", files.certificate)
    _check_readable("--tls-key", files.key)
    try:
        # Without a password for the key none is asked for on the terminal: an encrypted one is refused.
        context.load_cert_chain(files.certificate, files.key, password=lambda: b"")
    except (ssl.SSLError, OSError) as error:
        wanted = f"a certificate in PEM that fits the unencrypted key {files.key} ({error.strerror or error})"
        raise InputError("--tls-certificate", str(files.certificate), wanted) from None
    if files.client_ca is not None:
        _check_readable("--client-ca", files.client_ca)
        try:
            context.load_verify_locations(files.client_ca)
        except (ssl.SSLError, OSError) as error:
            wanted = f"certificates in PEM ({error.strerror or error})"
            raise InputError("--client-ca", str(files.client_ca), wanted) from None
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def local_certificate(authority: Authority, host: str, client_ca: Path | None) -> TlsFiles:
    """A server certificate for this machine, made anew by ``authority`` and left in its folder."""
    from csms.authority import write_private  # loads cryptography, which the authority has loaded by now

    names = dict.fromkeys((*LOCAL, socket.gethostname(), *(() if host in ("0.0.0.0", "::") else (host,))))
    issued = authority.server(list(names))
    files = TlsFiles(authority.folder / CERTIFICATE, authority.folder / KEY, client_ca)
    try:
        write_private(files.key, issued.key.encode())
        files.certificate.write_text(issued.certificate + authority.certificate)
    except OSError as error:
        raise InputError("--ca", str(authority.folder), f"a folder that can be written ({error.strerror})") from None
    return files


def _check_readable(option: str, file: Path) -> None:
    try:
        file.open("rb").close()
    except OSError as error:
        raise InputError(option, str(file), f"a file that can be read ({error.strerror})") from None
