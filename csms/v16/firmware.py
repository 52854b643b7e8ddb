"""Firmware, diagnostics and logs: how a charge point's download, upload or installation goes on
(OCPP 1.6 sections 4.4 and 4.5; security whitepaper, use cases L01 and N01)."""

from __future__ import annotations

import logging

from chargepoint.ocpp.frames import Payload
from csms.dialect import Caller

log = logging.getLogger(__name__)


def progress(caller: Caller, payload: Payload) -> Payload:
    """Remembered, the newest of each kind."""
    caller.system.notice(caller.id, caller.action, payload, caller.now)
    log.info("%s: %s %s", caller.id, caller.action, payload["status"])
    return {}
