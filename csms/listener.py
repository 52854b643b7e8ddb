"""How a port is listened on: the words in which it is told over HTTP. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields


class CertificateState(StrEnum):
    """What a certificate is like that the authority makes: right, right but for a week only, or wrong in one way."""

    RIGHT = "right"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    OTHER_AUTHORITY = "other_authority"
    OTHER_NAME = "other_name"


class ClientCertificates(StrEnum):
    """What is made of the certificates of charge points; those that are asked for have to be good when shown."""

    NOT_ASKED = "not_asked"
    OPTIONAL = "optional"
    REQUIRED = "required"


class TlsVersion(StrEnum):
    """The one version that is spoken."""

    V1_0 = "1.0"
    V1_1 = "1.1"
    V1_2 = "1.2"
    V1_3 = "1.3"


LONGEST_SUITES = 1_000


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """``tls`` or plain TCP alone; ``plain``: both, as the first byte of a connection says. ``version``: None for 1.2
    and later; ``suites``: those of TLS 1.2 and before as OpenSSL calls them, "" for good ones."""

    tls: bool = True
    plain: bool = False
    certificate: CertificateState = CertificateState.RIGHT
    client_certificates: ClientCertificates = ClientCertificates.OPTIONAL
    version: TlsVersion | None = None
    suites: str = ""

    @property
    def scheme(self) -> str:
        """Of its URL: that of plain TCP where both are spoken, since a charge point turns ws into wss itself."""
        return "wss" if self.tls and not self.plain else "ws"

    def to_json(self) -> dict[str, object]:
        """Its members, as ``parse_listener`` takes them."""
        if not self.tls:
            return {"tls": False}
        members: dict[str, object] = {
            "tls": True,
            "plain": self.plain,
            "certificate": str(self.certificate),
            "client_certificates": str(self.client_certificates),
        }
        if self.version is not None:
            members["version"] = str(self.version)
        if self.suites:
            members["suites"] = self.suites
        return members


def parse_listener(fields: Fields) -> ListenerSettings:
    """The settings in the body of a call; raises InputError."""
    tls = fields.boolean("tls", True)
    if not tls:
        # What is of TLS says nothing without it: it is not known then.
        fields.finish()
        return ListenerSettings(tls=False)
    suites = fields.text("suites", "", max_length=LONGEST_SUITES)
    if not re.fullmatch(r"[A-Z0-9a-z:+!@=_-]*", suites):
        raise InputError("suites", suites, "names of OpenSSL with ':' between them, like ECDHE-ECDSA-AES128-SHA")
    settings = ListenerSettings(
        plain=fields.boolean("plain", False),
        certificate=fields.choice("certificate", CertificateState, CertificateState.RIGHT),
        client_certificates=fields.choice("client_certificates", ClientCertificates, ClientCertificates.OPTIONAL),
        version=fields.choice("version", TlsVersion) if fields.has("version") else None,
        suites=suites,
    )
    fields.finish()
    return settings
