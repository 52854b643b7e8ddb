"""The certificate of the station itself (security whitepaper A02, A03): asked for, signed, used, renewed.

An unsigned request is repeated, over power cuts too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chargepoint.api.fields import Fields
from chargepoint.dialects.v16.session import Answer, Outcome, Session
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.events import Answered, Refused, Silence, Unanswered
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, CertificateSignedStatus, ConfigurationKey, GenericStatus
from chargepoint.security.events import SecurityEventType
from chargepoint.security.store import CertificateStore, Identity

K = ConfigurationKey

# What reads and makes certificates is imported where it is needed: see certificates.py.

RENEWAL_S = 30 * 86_400.0
"""How long before its certificate ends the station asks for another (A02.FR.02: within a month)."""

RETRY_S = 3_600.0
"""When a central system that would not sign is asked again."""

NEXT_RENEWAL_S = 86_400.0
"""When one that took the request and never sent a certificate is asked again for a renewal."""


class Signing:
    """The station's requests for a certificate of its own. ``changed``: where they stand has to be stored."""

    def __init__(
        self,
        session: Session,
        store: CertificateStore,
        record: Mapping[str, object],
        new_key: Callable[[], str],
        identity_changed: Callable[[], None],
    ) -> None:
        """``new_key`` makes a private key (PEM); ``identity_changed`` is called when another certificate is used."""
        fields = Fields(record, "signing")
        self._session = session
        self._store = store
        self._new_key = new_key
        self._identity_changed = identity_changed
        self._asking = False
        self._times_asked = fields.integer("times_asked", 0, minimum=0, maximum=2**31)
        self._ask_at = fields.number("ask_at") if fields.has("ask_at") else None
        self._renew_after = fields.number("renew_after", 0.0)
        self.changed = False

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {Action.certificate_signed: self._signed}

    def to_record(self) -> dict[str, object]:
        """When the central system is asked again, for the store: after a power cut at once if it owes an answer."""
        self.changed = False
        asked = self._asking and self._store.pending_key
        ask_at = self._session.station.state.at if asked else self._ask_at
        return {"times_asked": self._times_asked, "ask_at": ask_at, "renew_after": self._renew_after}

    def sign(self, now: float) -> None:
        """Make a new key and have the central system sign for it (A02 and A03): SignCertificate."""
        self._store.pending_key = self._new_key()
        self._store.touch()
        self._times_asked = 0
        self._ask(now)

    def advance(self, now: float) -> None:
        """Ask again, renew, and take into use what is due."""
        coming = self._store.next_identity
        if coming is not None and coming.not_before_at <= self._station_time(now):
            self._use(coming)
        if not self._session.online or self._asking:
            return
        if self._ask_at is not None:
            if self._ask_at <= now:
                self._ask(now)
        elif (due := self._renewal_at()) is not None and due <= now:
            self._renew_after = now + NEXT_RENEWAL_S
            self.sign(now)

    def next_deadline(self) -> float | None:
        """When ``advance`` has something to do."""
        if self._store.next_identity is None and (self._asking or not self._session.online):
            return None
        moments: list[float | None] = []
        if self._store.next_identity is not None:
            offset_s = self._session.station.state.clock_offset_s
            moments.append(self._store.next_identity.not_before_at - offset_s)
        if self._session.online and not self._asking:
            moments += [self._ask_at, self._renewal_at() if self._ask_at is None else None]
        return min((at for at in moments if at is not None), default=None)

    def _ask(self, now: float) -> None:
        from chargepoint.security.requests import signing_request

        spec = self._session.spec
        cpo_name = self._session.configuration[K.cpo_name]
        request = signing_request(self._store.pending_key, spec.serial or spec.id, cpo_name)
        self._asking, self._ask_at = True, None
        self.changed = True
        self._session.send(Action.sign_certificate, {"csr": request}, now, heard=self._heard)

    def _heard(self, outcome: Outcome, now: float) -> None:
        self._asking = False
        self.changed = True
        if not self._store.pending_key:
            return
        configuration = self._session.configuration
        match outcome:
            case Answered(_, payload) if payload.get("status") == GenericStatus.accepted:
                wait_s = configuration.integer(K.cert_signing_wait_minimum) * 2.0**self._times_asked
                again = self._times_asked < configuration.integer(K.cert_signing_repeat_times)
                self._ask_at = now + wait_s if again else None
                self._times_asked += 1
            case Unanswered(_, Silence.CLOSED):
                self._ask_at = now
            case Refused(_, error) if error.code in (CallErrorCode.NOT_IMPLEMENTED, CallErrorCode.NOT_SUPPORTED):
                self._ask_at = None
            case _:
                self._ask_at = now + RETRY_S

    def _signed(self, payload: Payload, now: float) -> Payload:
        chain = str(payload["certificateChain"])
        if flaw := self._chain_flaw(chain, now):
            self._record(SecurityEventType.INVALID_CHARGE_POINT_CERTIFICATE, flaw, now)
            return {"status": str(CertificateSignedStatus.rejected)}
        from chargepoint.security.certificates import identity_of, normalized

        identity = identity_of(normalized(chain), self._store.pending_key)
        self._store.pending_key = ""
        self._ask_at = None
        self.changed = True
        self._changed("ChargePointCertificate signed", now)
        if identity.not_before_at > self._station_time(now):
            self._store.next_identity = identity
        else:
            self._session.then(lambda at: self._use(identity))
            self._store.identity = identity
        return {"status": str(CertificateSignedStatus.accepted)}

    def _chain_flaw(self, chain: str, now: float) -> str:
        longest = self._session.configuration.integer(K.certificate_signed_max_chain_size)
        if not self._store.pending_key:
            return "none was asked for"
        if len(chain) > longest:
            return f"{len(chain)} characters are more than CertificateSignedMaxChainSize, {longest}"
        from chargepoint.security.certificates import chain_flaw

        roots = [root.pem for root in self._store.all_roots()]
        return chain_flaw(chain, roots, self._store.pending_key, self._station_time(now))

    def _use(self, identity: Identity) -> None:
        self._store.identity, self._store.next_identity = identity, None
        self._store.touch()
        self._identity_changed()

    def _renewal_at(self) -> float | None:
        store = self._store
        if store.identity is None or store.next_identity is not None:
            return None
        offset_s = self._session.station.state.clock_offset_s
        return max(store.identity.not_after_at - offset_s - RENEWAL_S, self._renew_after)

    def _station_time(self, now: float) -> float:
        return self._session.station.state.station_time(now)

    def _changed(self, what: str, now: float) -> None:
        self._store.touch()
        self._record(SecurityEventType.RECONFIGURATION_OF_SECURITY_PARAMETERS, what, now)

    def _record(self, event: SecurityEventType, what: str, now: float) -> None:
        self._session.station.state.record_security(event, now, what)
