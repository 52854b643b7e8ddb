"""What a start entry says of security: the profile, and what the station is commissioned with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields

PASSWORD_PROFILES = (1, 2)
CERTIFICATE_PROFILE = 3
LONGEST_PATH = 4_000

_HEX_KEY = re.compile(r"(?:[0-9A-Fa-f]{2}){16,20}")


class KeyFormat(StrEnum):
    """How an AuthorizationKey is written: the bytes of the password in hexadecimal digits, or the password itself."""

    HEX = "hex"
    TEXT = "text"


class TlsSuites(StrEnum):
    """What a station offers in TLS: what is good today, or exactly the four suites that the whitepaper names."""

    MODERN = "modern"
    WHITEPAPER = "whitepaper"


@dataclass(frozen=True, slots=True)
class SecuritySpec:
    """The security of a station as it is started (OCPP 1.6 security whitepaper); the central system may change it.

    ``central_system_root``, ``client_certificate`` and ``client_key`` are absolute paths of PEM files.
    """

    profile: int = 0
    authorization_key: str = field(default="", repr=False)
    authorization_key_format: KeyFormat = KeyFormat.HEX
    central_system_root: str = ""
    client_certificate: str = ""
    client_key: str = ""
    tls_verify: bool = True
    tls_suites: TlsSuites = TlsSuites.MODERN

    def to_entry(self) -> dict[str, object]:
        """Its part of a start entry, as JSON values; what is as by default is left out."""
        entry: dict[str, object] = {}
        if self.profile:
            entry["security_profile"] = self.profile
        if self.authorization_key:
            entry["authorization_key"] = self.authorization_key
        if self.authorization_key or self.authorization_key_format is not KeyFormat.HEX:
            entry["authorization_key_format"] = str(self.authorization_key_format)
        for name in ("central_system_root", "client_certificate", "client_key"):
            if path := getattr(self, name):
                entry[name] = path
        if not self.tls_verify:
            entry["tls_verify"] = False
        if self.tls_suites is not TlsSuites.MODERN:
            entry["tls_suites"] = str(self.tls_suites)
        return entry


def parse_security(fields: Fields, station_id: str) -> SecuritySpec:
    """The security of the entry of station ``station_id``; raises InputError, which never shows a password."""
    key = _authorization_key(fields)
    looks_hex = not key or _HEX_KEY.fullmatch(key) is not None
    form = fields.choice("authorization_key_format", KeyFormat, KeyFormat.HEX if looks_hex else KeyFormat.TEXT)
    if key and form is KeyFormat.HEX and not re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", key):
        raise InputError("authorization_key", "what is given", "an even number of hexadecimal digits")
    security = SecuritySpec(
        profile=fields.integer("security_profile", 0, minimum=0, maximum=CERTIFICATE_PROFILE),
        authorization_key=key,
        authorization_key_format=form,
        central_system_root=_path(fields, "central_system_root"),
        client_certificate=_path(fields, "client_certificate"),
        client_key=_path(fields, "client_key"),
        tls_verify=fields.boolean("tls_verify", True),
        tls_suites=fields.choice("tls_suites", TlsSuites, TlsSuites.MODERN),
    )
    _check_whole(security, station_id)
    return security


def _check_whole(security: SecuritySpec, station_id: str) -> None:
    """Raises InputError when the profile lacks what it needs."""
    profile = security.profile
    if bool(security.client_certificate) != bool(security.client_key):
        missing = "client_key" if security.client_certificate else "client_certificate"
        raise InputError(missing, None, "the path of a PEM file: certificate and key belong together")
    if profile in PASSWORD_PROFILES and not security.authorization_key:
        raise InputError("authorization_key", None, f"a password, which security_profile {profile} needs")
    if profile == CERTIFICATE_PROFILE and not security.client_certificate:
        raise InputError("client_certificate", None, "the path of a PEM file, which security_profile 3 needs")
    if security.authorization_key and ":" in station_id:
        raise InputError("id", station_id, "an id without ':', since it is the user of HTTP Basic authentication")


def _authorization_key(fields: Fields) -> str:
    try:
        return fields.text("authorization_key", "", max_length=40, printable=True)
    except InputError as error:
        raise InputError("authorization_key", "what is given", error.expected) from None


def _path(fields: Fields, name: str) -> str:
    path = fields.text(name, "", max_length=LONGEST_PATH, printable=True)
    if path and not Path(path).is_absolute():
        raise InputError(name, path, "the absolute path of a PEM file")
    return path
