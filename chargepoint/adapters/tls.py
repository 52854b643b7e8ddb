"""TLS towards the central system (security whitepaper A00: 1.2 or later, the server's name checked, SNI).

Import it only for a connection with TLS.
"""

from __future__ import annotations

import ssl
import tempfile
from functools import lru_cache
from pathlib import Path

from chargepoint.adapters.resumption import ResumingContext
from chargepoint.api.security import TlsSuites
from chargepoint.security.link import LinkFailure, LinkTarget
from chargepoint.wire import spare_tls_buffers

WHITEPAPER_SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)
"""As OpenSSL calls TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 and so on: all of them are suites of TLS 1.2."""

_FAILURES = {
    LinkFailure.TLS_VERSION: (
        "UNSUPPORTED_PROTOCOL",
        "PROTOCOL_VERSION",
        "VERSION_TOO_LOW",
        "NO_PROTOCOLS_AVAILABLE",
    ),
    LinkFailure.TLS_SUITES: ("NO_SHARED_CIPHER", "HANDSHAKE_FAILURE", "INSUFFICIENT_SECURITY", "NO_CIPHER"),
    LinkFailure.UNAUTHORIZED: (
        "CERTIFICATE_REQUIRED",
        "ALERT_BAD_CERTIFICATE",
        "ALERT_UNKNOWN_CA",
        "ALERT_CERTIFICATE",
        "ALERT_ACCESS_DENIED",
        "ALERT_DECRYPT_ERROR",
        "ALERT_UNSUPPORTED_CERTIFICATE",
    ),
}
"""Parts of OpenSSL's reasons; an alert is what the central system says of us."""


def client_context(target: LinkTarget) -> ssl.SSLContext:
    """The context for ``target``, the same for all stations of a process that show and demand the same; raises
    ssl.SSLError for certificates that cannot be used. It takes milliseconds when it is another than before."""
    show = target.certificate, target.key
    return _shared(target.roots, target.verify, target.suites, *show, ssl.get_default_verify_paths())


@lru_cache(maxsize=16)
def _shared(
    roots: tuple[str, ...],
    verify: bool,
    suites: TlsSuites,
    certificate: str,
    key: str,
    system: ssl.DefaultVerifyPaths,
) -> ssl.SSLContext:
    spare_tls_buffers()
    context = ResumingContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION
    if suites is TlsSuites.WHITEPAPER:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(":".join(WHITEPAPER_SUITES))
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif roots:
        context.load_verify_locations(cadata="\n".join(roots))
        # A root that is installed is trusted as it is, also when another one has issued it.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    elif certificate and (folder := _folder(system)):
        context.load_verify_locations(capath=folder)
    else:
        context.load_default_certs()
    if certificate:
        # The ssl module takes keys from files only; this one is ours alone, and gone at once.
        with tempfile.NamedTemporaryFile("w", prefix="cp-simu-", suffix=".pem") as file:
            file.write(key + "\n" + certificate)
            file.flush()
            context.load_cert_chain(file.name)
    return context


@lru_cache(maxsize=1)
def _folder(system: ssl.DefaultVerifyPaths) -> str | None:
    """Where OpenSSL looks up single roots of the operating system by their hashes, if they are those of the file with
    all of them. Each of hundreds of stations that show certificates of their own would have that file to itself: 1 MB
    and 20 ms."""
    if system.cafile is None or system.capath is None:
        return None
    file, folder = Path(system.cafile), Path(system.capath)
    if file.resolve().parent != folder.resolve() or not any(folder.glob("*.0")):
        return None
    return system.capath


def failure_of(error: BaseException | None) -> LinkFailure | None:
    """What went wrong in TLS, if that is what ``error`` or its cause tells."""
    found = _of_tls(error)
    if found is None:
        return None
    if isinstance(found, ssl.SSLCertVerificationError):
        return LinkFailure.SERVER_CERTIFICATE
    reason = (found.reason or "").upper()
    return next((why for why, parts in _FAILURES.items() if any(part in reason for part in parts)), None)


def words_of(error: BaseException | None) -> str:
    """The same in words; "" when TLS is not to blame."""
    found = _of_tls(error)
    if found is None:
        return ""
    if isinstance(found, ssl.SSLCertVerificationError):
        return f"TLS: certificate verify failed: {found.verify_message}"
    if not found.reason:
        return f"TLS: {found}"
    version, alert, what = found.reason.lower().replace("_", " ").rpartition("alert ")
    return f"TLS: the central system refuses by an alert: {what}" if alert else f"TLS: {version}{what}"


def _of_tls(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error
