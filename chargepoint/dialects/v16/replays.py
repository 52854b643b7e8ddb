"""AttemptedReplayAttacks (security whitepaper, table of security events): a CALL about security comes a second time.

A message id is used once (OCPP-J 1.6 section 4.1.4): one that comes again with the same words is a recording that
somebody plays, unless its sender has merely missed the answer, which the endpoint then says again. It is noted and
answered like any other, for central systems that count their ids from 1 on every connection exist.
"""

from __future__ import annotations

import json

from chargepoint.dialects.v16.session import Session
from chargepoint.ocpp.events import CallReceived
from chargepoint.ocpp.v16 import Action
from chargepoint.security.events import SecurityEventType

RELEVANT = frozenset(
    {
        Action.certificate_signed,
        Action.change_configuration,
        Action.delete_certificate,
        Action.install_certificate,
        Action.signed_update_firmware,
        Action.update_firmware,
    }
)
"""What changes whom a station trusts, or what it runs."""

REMEMBERED = 100


class Replays:
    """The CALLs about security that a station has had, over all its connections."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._had: list[int] = []

    def watch(self, call: CallReceived, now: float) -> None:
        """Note ``call``, and that it was there before, if it was."""
        if call.action not in RELEVANT:
            return
        fingerprint = hash((call.id, call.action, json.dumps(call.payload, sort_keys=True)))
        if fingerprint in self._had:
            told = f"{call.action} {call.id}"
            self._session.station.state.record_security(SecurityEventType.ATTEMPTED_REPLAY_ATTACKS, now, told)
        else:
            self._had = [*self._had[1 - REMEMBERED :], fingerprint]
