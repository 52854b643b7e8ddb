"""What charge points show a central system of the user's, as far as their scenario does not say. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chargepoint.api.security import CERTIFICATE_PROFILE, PASSWORD_PROFILES

Entry = Mapping[str, object]

_ANYWHERE = "ws://localhost"
"""A central system for start entries that are only looked at."""
_LATER = {"client_certificate": "/given/later.pem", "client_key": "/given/later.pem"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of the command line; "" for what it does not give. ``root``, ``certificate`` and ``key`` are absolute paths of
    PEM files; ``{id}`` in the latter two is the id of the charge point. ``passwords``: by id."""

    authorization_key: str = field(default="", repr=False)
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    root: str = ""
    certificate: str = ""
    key: str = ""

    def password(self, station: str) -> str:
        """The one of ``station``, "" for none."""
        return self.passwords.get(station, self.authorization_key)

    def completed(self, station: str, entry: Entry, url: str) -> dict[str, object]:
        """The start entry of ``station`` for the central system at ``url``. Where it names no security profile, it
        has the highest that it has the credentials for."""
        whole = {"central_system": url, **entry, "id": station}
        secure = str(whole["central_system"]).lower().startswith("wss:")
        password = self.password(station)
        no_profile = _said(entry, "security_profile", "SecurityProfile") is None
        if no_profile and (password or self.certificate):
            whole["security_profile"] = CERTIFICATE_PROFILE if self.certificate else 2 if secure else 1
        profile = profile_of(whole)
        if password and needs_password(whole):
            whole["authorization_key"] = password
        if self.certificate and needs_certificate(whole):
            whole["client_certificate"] = self.certificate.replace("{id}", station)
            whole["client_key"] = self.key.replace("{id}", station)
        if self.root and (secure or profile > 1):
            whole.setdefault("central_system_root", self.root)
        return whole


NO_CREDENTIALS = Credentials()


def profile_of(entry: Entry) -> int:
    """The security profile of a start entry."""
    named = _said(entry, "security_profile", "SecurityProfile")
    return int(str(named)) if str(named).strip().isdecimal() else 0


def checkable(entry: Entry) -> dict[str, object]:
    """A start entry of a scenario, with something in place of what it is given only when it is played."""
    whole = {"central_system": _ANYWHERE, **entry}
    if needs_password(entry):
        whole["authorization_key"] = "0" * 32
    return {**_LATER, **whole} if needs_certificate(entry) else whole


def needs_password(entry: Entry) -> bool:
    """Whether its profile shows a password, which it does not say."""
    return profile_of(entry) in PASSWORD_PROFILES and not _said(entry, "authorization_key", "AuthorizationKey")


def needs_certificate(entry: Entry) -> bool:
    """Whether its profile shows a certificate, which it does not say."""
    return profile_of(entry) == CERTIFICATE_PROFILE and not entry.keys() & _LATER.keys()


def _said(entry: Entry, member: str, key: str) -> object:
    """What a start entry says by its own member or by the standard's key; None for nothing."""
    config = entry.get("ocpp_config")
    keys = config.items() if isinstance(config, Mapping) else ()
    by_key = next((value for name, value in keys if str(name).casefold() == key.casefold()), None)
    return entry.get(member, by_key)
