"""Certificates (security whitepaper A02, A03, M03 to M05): installed, deleted, listed, asked for and signed."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from chargepoint.dialects.v16.session import Answer, Outcome, Session
from chargepoint.ocpp.endpoint import Answered, Refused, Silence, Unanswered
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import (
    Action,
    CertificateSignedStatus,
    CertificateUse,
    ConfigurationKey,
    DeleteCertificateStatus,
    GenericStatus,
    GetInstalledCertificateStatus,
)
from chargepoint.security.events import SecurityEventType
from chargepoint.security.store import CertificateStore, Identity, Root, RootUse

if TYPE_CHECKING:
    from chargepoint.security.certificates import HashData

K = ConfigurationKey


class InstallCertificateStatus(StrEnum):
    """The answers to InstallCertificate; the ocpp package does not have them."""

    accepted = "Accepted"
    rejected = "Rejected"
    failed = "Failed"


# The certificates themselves are read by chargepoint.security.certificates and .requests, which each function here
# that needs them imports: they load the cryptography library, 10 MB that most stations never need.

USES = {
    CertificateUse.central_system_root_certificate: RootUse.CENTRAL_SYSTEM,
    CertificateUse.manufacturer_root_certificate: RootUse.MANUFACTURER,
}

RENEWAL_S = 30 * 86_400.0
"""How long before its certificate ends the station asks for another (A02.FR.02: within a month)."""

RETRY_S = 3_600.0
"""When a central system that would not sign is asked again."""

NEXT_RENEWAL_S = 86_400.0
"""When one that took the request and never sent a certificate is asked again for a renewal."""


class Certificates:
    """The certificates of one station, and its requests for one of its own."""

    def __init__(
        self,
        session: Session,
        store: CertificateStore,
        new_key: Callable[[], str],
        identity_changed: Callable[[], None],
    ) -> None:
        """``new_key`` makes a private key (PEM); ``identity_changed`` is called when another certificate is used."""
        self._session = session
        self._store = store
        self._new_key = new_key
        self._identity_changed = identity_changed
        self._asking = False
        self._times_asked = 0
        self._ask_at: float | None = None
        self._renew_after = 0.0
        session.central_system_roots = lambda: store.of_use(RootUse.CENTRAL_SYSTEM)
        session.manufacturer_roots = lambda: store.of_use(RootUse.MANUFACTURER)

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {
            Action.install_certificate: self._install,
            Action.delete_certificate: self._delete,
            Action.get_installed_certificate_ids: self._list,
            Action.certificate_signed: self._signed,
        }

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
        moments: list[float | None] = []
        if self._store.next_identity is not None:
            offset_s = self._session.station.state.clock_offset_s
            moments.append(self._store.next_identity.not_before_at - offset_s)
        if self._session.online and not self._asking:
            moments += [self._ask_at, self._renewal_at() if self._ask_at is None else None]
        return min((at for at in moments if at is not None), default=None)

    # InstallCertificate, DeleteCertificate, GetInstalledCertificateIds

    def _install(self, payload: Payload, now: float) -> Payload:
        use, pem = USES[CertificateUse(str(payload["certificateType"]))], str(payload["certificate"])
        if flaw := self._root_flaw(use, pem, now):
            if use is RootUse.CENTRAL_SYSTEM:
                self._record(SecurityEventType.INVALID_CENTRAL_SYSTEM_CERTIFICATE, flaw, now)
            return {"status": str(InstallCertificateStatus.rejected)}
        return {"status": str(self._add(Root(use, pem), now))}

    def _root_flaw(self, use: RootUse, pem: str, now: float) -> str:
        from chargepoint.security.certificates import issued, root_flaw

        flaw = root_flaw(pem, self._station_time(now))
        present = self._store.of_use(use)
        if flaw or use is not RootUse.CENTRAL_SYSTEM or not self._checks_new_roots or not present:
            return flaw
        return "" if any(issued(root, pem) for root in present) else "the present root has not issued it"

    def _add(self, root: Root, now: float) -> InstallCertificateStatus:
        from chargepoint.security.certificates import normalized, same_certificate

        store = self._store
        if any(one.use is root.use and same_certificate(one.pem, root.pem) for one in store.roots):
            return InstallCertificateStatus.accepted
        root = Root(root.use, normalized(root.pem))
        replaced = [one for one in store.roots if one.use is root.use]
        if root.use is RootUse.CENTRAL_SYSTEM and self._checks_new_roots and replaced:
            # One and its fallback: the present root steps back until the new one has proved itself.
            store.roots = [one for one in store.roots if one not in replaced]
            store.fallback = replaced[-1]
        elif len(store.all_roots()) >= self._session.configuration.integer(K.certificate_store_max_length):
            return InstallCertificateStatus.failed
        store.roots.append(root)
        self._changed(f"{root.use}RootCertificate installed", now)
        return InstallCertificateStatus.accepted

    def _delete(self, payload: Payload, now: float) -> Payload:
        from chargepoint.security.certificates import hash_data

        wanted = payload["certificateHashData"]
        if not isinstance(wanted, dict):
            raise TypeError("certificateHashData is not an object")
        algorithm = str(wanted["hashAlgorithm"])
        store = self._store
        pems = [root.pem for root in store.all_roots()]
        for root in store.all_roots():
            found = _told(hash_data(root.pem, pems, algorithm))
            if all(str(wanted[name]).casefold() == value.casefold() for name, value in found.items()):
                break
        else:
            return {"status": str(DeleteCertificateStatus.not_found)}
        if root is not store.fallback and root.use is RootUse.CENTRAL_SYSTEM and self._needs(root):
            return {"status": str(DeleteCertificateStatus.failed)}
        if root is store.fallback:
            store.fallback = None
        else:
            store.roots.remove(root)
        self._changed(f"{root.use}RootCertificate deleted", now)
        return {"status": str(DeleteCertificateStatus.accepted)}

    def _needs(self, root: Root) -> bool:
        """Whether the connection hangs on ``root``: it is the last one of a profile that speaks TLS."""
        profile = self._session.configuration.integer(K.security_profile)
        return profile > 1 and self._store.of_use(RootUse.CENTRAL_SYSTEM) == [root.pem]

    def _list(self, payload: Payload, now: float) -> Payload:
        use = USES[CertificateUse(str(payload["certificateType"]))]
        roots = [root.pem for root in self._store.all_roots() if root.use is use]
        if not roots:
            return {"status": str(GetInstalledCertificateStatus.not_found)}
        from chargepoint.security.certificates import hash_data

        names = [_told(hash_data(root, roots, "SHA256")) for root in roots]
        return {"status": str(GetInstalledCertificateStatus.accepted), "certificateHashData": names}

    # SignCertificate and CertificateSigned

    def _ask(self, now: float) -> None:
        from chargepoint.security.requests import signing_request

        spec = self._session.spec
        cpo_name = self._session.configuration[K.cpo_name]
        request = signing_request(self._store.pending_key, spec.serial or spec.id, cpo_name)
        self._asking, self._ask_at = True, None
        self._session.send(Action.sign_certificate, {"csr": request}, now, heard=self._heard)

    def _heard(self, outcome: Outcome, now: float) -> None:
        self._asking = False
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

    @property
    def _checks_new_roots(self) -> bool:
        return self._session.configuration.boolean(K.additional_root_certificate_check)

    def _station_time(self, now: float) -> float:
        return self._session.station.state.station_time(now)

    def _changed(self, what: str, now: float) -> None:
        self._store.touch()
        self._record(SecurityEventType.RECONFIGURATION_OF_SECURITY_PARAMETERS, what, now)

    def _record(self, event: SecurityEventType, what: str, now: float) -> None:
        self._session.station.state.record_security(event, now, what)


def _told(name: HashData) -> dict[str, str]:
    """CertificateHashDataType."""
    return {
        "hashAlgorithm": name.algorithm,
        "issuerNameHash": name.issuer_name_hash,
        "issuerKeyHash": name.issuer_key_hash,
        "serialNumber": name.serial_number,
    }
