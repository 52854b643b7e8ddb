"""A bare websocket in a charge point's place: it shows what the charge point would, and trusts whom it would."""

from __future__ import annotations

import base64
import ssl
from typing import Any

from chargepoint.api.errors import InputError
from chargepoint.api.security import PASSWORD_PROFILES, KeyFormat, SecuritySpec
from chargepoint.api.spec import parse_spec
from chargepoint.trust import trusting
from launcher.scenario.credentials import Credentials


def showing(station: str, url: str, credentials: Credentials) -> dict[str, Any]:
    """The arguments of ``websockets.connect`` for ``station`` at ``url``. Raises InputError."""
    security = parse_spec(credentials.completed(station, {}, url)).security
    shown: dict[str, Any] = {"ssl": _context(security) if url.startswith("wss:") else None}
    if security.profile in PASSWORD_PROFILES:
        key = security.authorization_key
        password = bytes.fromhex(key) if security.authorization_key_format is KeyFormat.HEX else key.encode()
        told = base64.b64encode(station.encode() + b":" + password).decode()
        shown["additional_headers"] = {"Authorization": f"Basic {told}"}
    return shown


def _context(security: SecuritySpec) -> ssl.SSLContext:
    try:
        context = trusting(security.central_system_root)
    except (ssl.SSLError, OSError):
        wanted = "a file of certificates in PEM"
        raise InputError("--central-system-root", security.central_system_root, wanted) from None
    if security.client_certificate:
        try:
            context.load_cert_chain(security.client_certificate, security.client_key, password=lambda: b"")
        except (ssl.SSLError, OSError) as error:
            wanted = f"a certificate in PEM that fits the unencrypted key {security.client_key} ({error})"
            raise InputError("--client-certificate", security.client_certificate, wanted) from None
    return context
