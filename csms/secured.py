"""How a connection is secured: its TLS, and the certificate that the charge point has shown."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from websockets.asyncio.server import ServerConnection


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """The certificate of a charge point, verified; ``serial_number`` in hexadecimal digits, POSIX seconds."""

    common_names: tuple[str, ...]
    serial_number: str
    not_after_at: float


@dataclass(frozen=True, slots=True)
class Secured:
    """``version`` of TLS, as OpenSSL calls it; ``str()`` of it is for the log."""

    version: str
    certificate: ShownCertificate | None = None

    def __str__(self) -> str:
        names = f" with the certificate of {' and '.join(self.certificate.common_names)}" if self.certificate else ""
        return self.version + names


def secured(connection: ServerConnection) -> Secured | None:
    """How ``connection`` is secured; None for not at all."""
    tls = connection.transport.get_extra_info("ssl_object")
    if not isinstance(tls, ssl.SSLObject):
        return None
    # Empty for one that was shown and not verified, None for none.
    shown = tls.getpeercert()
    if not shown:
        return Secured(tls.version() or "")
    subject: tuple[tuple[tuple[str, str], ...], ...] = shown["subject"]  # type: ignore[assignment]
    names = tuple(value for part in subject for name, value in part if name == "commonName")
    not_after_at = float(ssl.cert_time_to_seconds(str(shown["notAfter"])))
    return Secured(tls.version() or "", ShownCertificate(names, str(shown["serialNumber"]), not_after_at))
