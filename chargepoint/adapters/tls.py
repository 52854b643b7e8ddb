"""TLS towards the central system (security whitepaper A00: 1.2 or later, the server's name checked, SNI).

Import it only for a connection with TLS.
"""

from __future__ import annotations

import ssl
import tempfile
from functools import lru_cache

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
    """The context for ``target``; raises ssl.SSLError for certificates that cannot be used. It takes milliseconds."""
    if not target.certificate:
        return _shared(target.roots, target.verify, target.suites, ssl.get_default_verify_paths())
    context = _context(target.roots, target.verify, target.suites)
    # The ssl module takes keys from files only; this one is ours alone, and gone at once.
    with tempfile.NamedTemporaryFile("w", prefix="cp-simu-", suffix=".pem") as file:
        file.write(target.key + "\n" + target.certificate)
        file.flush()
        context.load_cert_chain(file.name)
    return context


def _context(roots: tuple[str, ...], verify: bool, suites: TlsSuites) -> ssl.SSLContext:
    spare_tls_buffers()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
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
    else:
        context.load_default_certs()
    return context


@lru_cache(maxsize=16)
def _shared(
    roots: tuple[str, ...], verify: bool, suites: TlsSuites, _without_roots: ssl.DefaultVerifyPaths
) -> ssl.SSLContext:
    """The same for all that show no certificate: stations of one pool mostly trust the same."""
    return _context(roots, verify, suites)


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
