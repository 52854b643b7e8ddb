"""Security events and certificates (security whitepaper for OCPP 1.6, edition 3, use cases A02 and A04)."""

from __future__ import annotations

import logging

from chargepoint.ocpp.frames import Payload
from csms.dialect import Caller

log = logging.getLogger(__name__)


def security_event_notification(caller: Caller, payload: Payload) -> Payload:
    """Remembered, the newest one; the log has them all."""
    caller.system.notice(caller.id, caller.action, payload, caller.now)
    log.warning("%s: security event %s %s", caller.id, payload["type"], payload.get("techInfo", ""))
    return {}


def sign_certificate(caller: Caller, payload: Payload) -> Payload:
    """Accepted and remembered: who has a certificate authority reads the request from the HTTP API and sends what
    it signs with the command CertificateSigned."""
    caller.system.notice(caller.id, caller.action, payload, caller.now)
    log.info("%s: wants a certificate signed; it waits for the command CertificateSigned", caller.id)
    return {"status": "Accepted"}
