"""Security events and certificates (security whitepaper for OCPP 1.6, edition 3, use cases A02 and A04)."""

from __future__ import annotations

import logging
from contextlib import suppress

from chargepoint.api.errors import InputError
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, GenericStatus
from csms.commands import CommandError
from csms.dialect import Caller

log = logging.getLogger(__name__)


def security_event_notification(caller: Caller, payload: Payload) -> Payload:
    """Remembered, the newest one; the log has them all."""
    caller.system.notice(caller.id, caller.action, payload, caller.now)
    log.warning("%s: security event %s %s", caller.id, payload["type"], payload.get("techInfo", ""))
    return {}


def sign_certificate(caller: Caller, payload: Payload) -> Payload:
    """Signed at once where there is a certificate authority, and sent with CertificateSigned after the answer (use
    case A02); a request that cannot be signed is Rejected. Without an authority it is Accepted and remembered: who
    has one reads the request from the HTTP API and sends the command CertificateSigned."""
    caller.system.notice(caller.id, caller.action, payload, caller.now)
    if caller.signer is None:
        log.info("%s: wants a certificate signed; it waits for the command CertificateSigned", caller.id)
        return {"status": GenericStatus.accepted}
    try:
        chain = caller.signer.sign(str(payload["csr"]), caller.system.names_of(caller.id))
    except InputError as error:
        log.warning("%s: its certificate is not signed: %s", caller.id, error)
        return {"status": GenericStatus.rejected}
    caller.afterwards(_send(caller, chain))
    return {"status": GenericStatus.accepted}


async def _send(caller: Caller, chain: str) -> None:
    # What the charge point says to it is in the log already, be it a refusal or silence.
    with suppress(CommandError):
        await caller.commands.call(caller.id, Action.certificate_signed, {"certificateChain": chain})
