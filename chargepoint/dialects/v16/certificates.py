"""Root certificates (security whitepaper M03 to M05): installed, deleted and listed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from chargepoint.dialects.v16.session import Answer, Session
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import (
    Action,
    CertificateUse,
    ConfigurationKey,
    DeleteCertificateStatus,
    GetInstalledCertificateStatus,
)
from chargepoint.security.events import SecurityEventType
from chargepoint.security.store import CertificateStore, Root, RootUse

if TYPE_CHECKING:
    from chargepoint.security.certificates import HashData

K = ConfigurationKey


class InstallCertificateStatus(StrEnum):
    """The answers to InstallCertificate; the ocpp package does not have them."""

    accepted = "Accepted"
    rejected = "Rejected"
    failed = "Failed"


# The certificates themselves are read by chargepoint.security.certificates, which each function here that needs it
# imports: it loads the cryptography library, 10 MB that most stations never need.

USES = {
    CertificateUse.central_system_root_certificate: RootUse.CENTRAL_SYSTEM,
    CertificateUse.manufacturer_root_certificate: RootUse.MANUFACTURER,
}


class Certificates:
    """The root certificates of one station."""

    def __init__(self, session: Session, store: CertificateStore) -> None:
        self._session = session
        self._store = store
        session.central_system_roots = lambda: store.of_use(RootUse.CENTRAL_SYSTEM)
        session.manufacturer_roots = lambda: store.of_use(RootUse.MANUFACTURER)

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {
            Action.install_certificate: self._install,
            Action.delete_certificate: self._delete,
            Action.get_installed_certificate_ids: self._list,
        }

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
