"""The declaration of the step that drives the bundled central system: its answers, its tags, its TLS."""

from __future__ import annotations

from typing import Any

from chargepoint.api.errors import InputError
from launcher.scenario.expectations import STATIONS, WITHIN
from launcher.scenario.kinds import (
    FLAG,
    OBJECT,
    PATTERN,
    Kind,
    Member,
    choice,
    form,
    list_of,
    mapping_of,
    text,
)
from launcher.scenario.steps import CentralSystem

CERTIFICATES = ("right", "expiring", "expired", "not_yet_valid", "other_authority", "other_name")
CLIENT_CERTIFICATES = ("not_asked", "optional", "required")
VERSIONS = ("1.0", "1.1", "1.2", "1.3")
"""The words of POST /listeners and POST /ca/certificates."""

CERTIFICATE = choice(CERTIFICATES)


def _told(**given: object) -> dict[str, object]:
    return given


TLS: Kind[dict[str, object]] = form(
    _told,
    {
        "certificate": Member(CERTIFICATE, "what it shows; default: right"),
        "client_certificates": Member(
            choice(CLIENT_CERTIFICATES), "of stations; default: optional, a password does as well"
        ),
        "plain": Member(FLAG, "ws at the same port as well; default: true"),
        "version": Member(choice(VERSIONS), "this one alone; default: 1.2 and later"),
        "suites": Member(text(), "of TLS 1.2 and before, as OpenSSL calls them"),
    },
    "TLS, right but for what is said.",
    short="certificate",
)


def _central_system(**given: Any) -> CentralSystem:
    if not given.keys() - {"stations", "within_s"}:
        wanted = "something to do: behave, right, tags, disconnect, transactions, tls or client_certificate"
        raise InputError("", None, wanted)
    return CentralSystem(**given)


CENTRAL_SYSTEM: Kind[CentralSystem] = form(
    _central_system,
    {
        "behave": Member(list_of(OBJECT, one=True), "deviations, as POST /behaviours takes them"),
        "right": Member(FLAG, "no deviation any more, for these stations"),
        "tags": Member(mapping_of(OBJECT), "id tags and their idTagInfo"),
        "disconnect": Member(FLAG, "cut the connection"),
        "transactions": Member(PATTERN, "what it has to tell of the station's transactions, the newest first"),
        "tls": Member(TLS, "how it speaks TLS to these stations, which have a port of their own, from now on"),
        "client_certificate": Member(
            CERTIFICATE, "made for these stations, which show it from their next `start` on"
        ),
        "within": WITHIN,
        "station": STATIONS,
    },
    "Drive the bundled central system; with another one the scenario is not applicable.",
)
