"""What a connection to the central system needs, and how one can fail; pure, and free of TLS itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from chargepoint.api.security import TlsSuites


class LinkFailure(StrEnum):
    """Why a connection could not be made, as far as security is concerned; the values are for people."""

    UNAUTHORIZED = "the central system does not accept the station"
    SERVER_CERTIFICATE = "the certificate of the central system is not accepted"
    TLS_VERSION = "no common version of TLS"
    TLS_SUITES = "no common cipher suite"


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """How to connect: asked anew for each attempt, since the central system may change most of it.

    ``password`` makes it HTTP Basic authentication. ``roots`` are the certificates (PEM) that the central system's
    must be issued under; without any, those of the operating system. ``certificate`` (PEM, its chain may follow) and
    ``key`` are the station's own. Not to ``verify`` is to take any certificate for any host.
    """

    url: str
    user: str = ""
    password: bytes | None = field(default=None, repr=False)
    roots: tuple[str, ...] = ()
    certificate: str = ""
    key: str = field(default="", repr=False)
    verify: bool = True
    suites: TlsSuites = TlsSuites.MODERN

    @property
    def secure(self) -> bool:
        """Whether TLS is spoken."""
        return urlsplit(self.url).scheme == "wss"


def url_in_profile(url: str, profile: int) -> str:
    """``url`` as it is used in security ``profile``: from 2 on TLS is spoken, with the same host, port and path."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="wss")) if profile >= 2 and parts.scheme == "ws" else url
