"""A station with certificates, and what a central system does with them."""

from __future__ import annotations

from typing import Any

from chargepoint.security.certificates import identity_of
from chargepoint.security.store import Credentials
from tests.support.authority import Authority
from tests.support.bench import Bench

PASSWORD = "00112233445566778899aabbccddeeff"
ROOT = Authority("Central CA")
OTHER = Authority("Another CA")
CENTRAL, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"


def in_profile(number: int, *, identity: tuple[str, str] | None = None, **entry: Any) -> Bench:
    """A station that knows ``ROOT``, and is online."""
    mine = identity or (ROOT.issue("CP1") if number == 3 else None)
    if mine:
        entry |= {"client_certificate": "/cp.pem", "client_key": "/cp.key"}
    entry = {"security_profile": number, "authorization_key": PASSWORD, **entry}
    return Bench(entry, credentials=Credentials((ROOT.pem,), identity_of(*mine) if mine else None)).connect()


def told(bench: Bench) -> list[str]:
    """The security events told, by type."""
    return [str(payload["type"]) for payload in bench.calls("SecurityEventNotification")]


def logged(bench: Bench) -> list[str]:
    """The types of all security events so far."""
    return [event.type for event in bench.life.station.state.security_log.between()]


def asked(bench: Bench) -> str:
    """Have the station ask for a certificate; returns its request."""
    trigger = bench.call("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")
    assert trigger == {"status": "Accepted"}
    return str(bench.calls("SignCertificate")[-1]["csr"])


def signed(bench: Bench, chain: str) -> str:
    """CertificateSigned."""
    status: str = bench.call("CertificateSigned", certificateChain=chain)["status"]
    return status
