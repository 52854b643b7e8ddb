"""TLS of an OCPP port: server certificate, and the certificates of charge points (security profiles 2 and 3)."""

from __future__ import annotations

import socket
import ssl
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chargepoint.api.errors import InputError
from chargepoint.wire import spare_tls_buffers
from csms.entrance import AlertingContext
from csms.listener import CertificateState, ClientCertificates, ListenerSettings, TlsVersion

if TYPE_CHECKING:
    from csms.authority import Authority

CERTIFICATE = "server.pem"
KEY = "server-key.pem"
LOCAL = ("localhost", "127.0.0.1", "::1")


_VERSIONS = {
    TlsVersion.V1_0: ssl.TLSVersion.TLSv1,
    TlsVersion.V1_1: ssl.TLSVersion.TLSv1_1,
    TlsVersion.V1_2: ssl.TLSVersion.TLSv1_2,
    TlsVersion.V1_3: ssl.TLSVersion.TLSv1_3,
}
_OLD = (TlsVersion.V1_0, TlsVersion.V1_1)
_SUITES_OF_OLD = "DEFAULT:@SECLEVEL=0"
"""OpenSSL takes the signatures of TLS before 1.2 for none."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where the PEM files are. ``client_ca`` vouches for the certificates of charge points."""

    certificate: Path
    key: Path
    client_ca: Path | None = None


def server_context(files: TlsFiles, settings: ListenerSettings) -> ssl.SSLContext:
    """TLS as ``settings`` have it: 1.2 or later unless they say otherwise (security whitepaper, TLS version and
    cipher suites). Raises InputError."""
    spare_tls_buffers()
    context = AlertingContext(ssl.PROTOCOL_TLS_SERVER)
    _speak(context, settings)
    _check_readable("--tls-certificate", files.certificate)
    _check_readable("--tls-key", files.key)
    try:
        # Without a password for the key none is asked for on the terminal: an encrypted one is refused.
        context.load_cert_chain(files.certificate, files.key, password=lambda: b"")
    except (ssl.SSLError, OSError) as error:
        wanted = f"a certificate in PEM that fits the unencrypted key {files.key} ({error.strerror or error})"
        raise InputError("--tls-certificate", str(files.certificate), wanted) from None
    if files.client_ca is None or settings.client_certificates is ClientCertificates.NOT_ASKED:
        return context
    _check_readable("--client-ca", files.client_ca)
    try:
        context.load_verify_locations(files.client_ca)
    except (ssl.SSLError, OSError) as error:
        wanted = f"certificates in PEM ({error.strerror or error})"
        raise InputError("--client-ca", str(files.client_ca), wanted) from None
    optional = settings.client_certificates is ClientCertificates.OPTIONAL
    context.verify_mode = ssl.CERT_OPTIONAL if optional else ssl.CERT_REQUIRED
    return context


def _speak(context: ssl.SSLContext, settings: ListenerSettings) -> None:
    """The versions and cipher suites."""
    if settings.version is None:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
    else:
        with warnings.catch_warnings():
            # That it is out of date is the point.
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = _VERSIONS[settings.version]
    suites = settings.suites or (_SUITES_OF_OLD if settings.version in _OLD else "")
    if not suites:
        return
    try:
        context.set_ciphers(suites)
    except ssl.SSLError:
        raise InputError("suites", suites, "names of cipher suites, as `openssl ciphers` has them") from None
    if settings.suites and settings.version is None:
        # Those of TLS 1.3 have other names, and would be offered besides.
        context.maximum_version = ssl.TLSVersion.TLSv1_2


def local_certificate(
    authority: Authority, host: str, state: CertificateState = CertificateState.RIGHT
) -> tuple[Path, Path]:
    """A server certificate and its key for this machine, made anew by ``authority`` and left in its folder."""
    from csms.authority import write_private  # loads cryptography, which the authority has loaded by now

    names = dict.fromkeys((*LOCAL, socket.gethostname(), *(() if host in ("0.0.0.0", "::") else (host,))))
    issued = authority.server(list(names), state=state)
    wrong = "" if state is CertificateState.RIGHT else f"{state}-"
    certificate, key = authority.folder / f"{wrong}{CERTIFICATE}", authority.folder / f"{wrong}{KEY}"
    try:
        write_private(key, issued.key.encode())
        certificate.write_text(issued.certificate + authority.certificate)
    except OSError as error:
        raise InputError("--ca", str(authority.folder), f"a folder that can be written ({error.strerror})") from None
    return certificate, key


def _check_readable(option: str, file: Path) -> None:
    try:
        file.open("rb").close()
    except OSError as error:
        raise InputError(option, str(file), f"a file that can be read ({error.strerror})") from None
