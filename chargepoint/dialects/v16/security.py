"""Security profiles (security whitepaper A00 and A05) and the password of the station (A01).

The profile only ever rises. A new one is used from the next connection on; when that cannot be made
``ATTEMPTS`` times in a row the station goes back to the profile it came from. A new password has no way back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chargepoint.api.fields import Fields
from chargepoint.api.security import CERTIFICATE_PROFILE, PASSWORD_PROFILES
from chargepoint.dialects.v16.security_keys import SECURITY_EVENTS
from chargepoint.dialects.v16.session import Session
from chargepoint.ocpp.v16 import ConfigurationKey
from chargepoint.security.events import SecurityEventType
from chargepoint.security.link import LinkFailure, LinkTarget, url_in_profile
from chargepoint.security.password import password_of
from chargepoint.security.store import CertificateStore, RootUse

ATTEMPTS = 3
"""How often a new security profile may fail to connect."""

EVENTS = {
    LinkFailure.UNAUTHORIZED: (SecurityEventType.FAILED_TO_AUTHENTICATE_AT_CENTRAL_SYSTEM,),
    LinkFailure.SERVER_CERTIFICATE: (
        SecurityEventType.CENTRAL_SYSTEM_FAILED_TO_AUTHENTICATE,
        SecurityEventType.INVALID_CENTRAL_SYSTEM_CERTIFICATE,
    ),
    LinkFailure.TLS_VERSION: (SecurityEventType.INVALID_TLS_VERSION,),
    LinkFailure.TLS_SUITES: (SecurityEventType.INVALID_TLS_CIPHER_SUITE,),
}

SECURITY_PARAMETERS = (
    ConfigurationKey.security_profile,
    ConfigurationKey.authorization_key,
    ConfigurationKey.cpo_name,
)


class Security:
    """Whom the station takes for its central system, and how it shows who it is."""

    def __init__(
        self,
        session: Session,
        certificates: CertificateStore,
        record: Mapping[str, object],
        reconnect: Callable[[], None],
    ) -> None:
        """``reconnect`` is called when a new connection is wanted: what holds now holds for the next one."""
        fields = Fields(record, "security_profile")
        self._session = session
        self._certificates = certificates
        self._reconnect = reconnect
        self._profile = self.profile
        self._previous = fields.integer("previous", minimum=0, maximum=3) if fields.has("previous") else None
        self._failures = fields.integer("failures", 0, minimum=0, maximum=ATTEMPTS)
        self._last_failure: LinkFailure | None = None
        self._try_fallback = False
        self._stored = self._way_back()

    @property
    def changed(self) -> bool:
        """Whether it has to be stored."""
        return self._stored != self._way_back()

    @property
    def profile(self) -> int:
        """SecurityProfile."""
        return self._session.configuration.integer(ConfigurationKey.security_profile)

    def target(self) -> LinkTarget:
        """Where and how to connect next."""
        spec, store = self._session.spec, self._certificates
        password = None
        if self.profile in PASSWORD_PROFILES:
            key = self._session.configuration[ConfigurationKey.authorization_key]
            password = password_of(key, spec.security.authorization_key_format)
        identity = store.identity if self.profile == CERTIFICATE_PROFILE else None
        roots = store.of_use(RootUse.CENTRAL_SYSTEM)
        if self._try_fallback and store.fallback is not None:
            roots = [store.fallback.pem]
        return LinkTarget(
            url=url_in_profile(spec.connection_url, self.profile),
            user=spec.id,
            password=password,
            roots=tuple(roots),
            certificate=identity.chain if identity else "",
            key=identity.key if identity else "",
            verify=spec.security.tls_verify,
            suites=spec.security.tls_suites,
        )

    def allows(self, name: str, value: str) -> bool:
        """Whether the central system may set the key ``name`` to ``value``, which is right in itself."""
        match name:
            case ConfigurationKey.security_profile:
                wanted = int(value)
                return wanted > self.profile and self._is_prepared_for(wanted)
            case ConfigurationKey.authorization_key:
                return ":" not in self._session.spec.id
        return True

    def configuration_changed(self, name: str, now: float) -> None:
        """The central system has set the configuration key ``name``."""
        match next((key for key in SECURITY_PARAMETERS if key.casefold() == name.casefold()), None):
            case ConfigurationKey.security_profile:
                self._previous, self._profile = self._profile, self.profile
                self._failures = 0
                self._reconfigured(f"SecurityProfile {self._previous} becomes {self._profile}", now)
                self._session.then(lambda at: self._reconnect())
            case ConfigurationKey.authorization_key:
                self._reconfigured("AuthorizationKey", now)
                if self.profile in PASSWORD_PROFILES:
                    self._session.then(lambda at: self._reconnect())
            case str(key):
                self._reconfigured(key, now)

    def identity_changed(self) -> None:
        """The station has a new certificate: a connection that shows one is made again with it."""
        if self.profile == CERTIFICATE_PROFILE:
            self._reconnect()

    def opened(self) -> None:
        """A connection is up: what it was made with has proved itself."""
        self._last_failure = None
        if self._previous is not None:
            if self._previous == 0:
                self._session.configuration.put(SECURITY_EVENTS, "true")
            self._previous, self._failures = None, 0
        store = self._certificates
        if store.fallback is not None and not self._try_fallback and self.target().secure:
            store.fallback = None
            store.touch()
        self._try_fallback = False

    def failed(self, why: LinkFailure | None, reason: str, now: float) -> None:
        """A connection could not be made. Told once, and not with every attempt."""
        if why is not None and why is not self._last_failure:
            for event in EVENTS[why]:
                self._session.station.state.record_security(event, now, reason)
        self._last_failure = why
        if why is LinkFailure.SERVER_CERTIFICATE:
            self._try_fallback = self._certificates.fallback is not None and not self._try_fallback
        if self._previous is None:
            return
        self._failures += 1
        if self._failures >= ATTEMPTS:
            self._go_back(now)

    def to_record(self) -> dict[str, object]:
        """The profile to go back to, for the store."""
        self._stored = self._way_back()
        previous, failures = self._stored
        return {"previous": previous, "failures": failures}

    def _way_back(self) -> tuple[int | None, int]:
        """The profile to go back to if the station boots now, and how often the one it has then has failed."""
        if self._session.configuration.waits(ConfigurationKey.security_profile):
            return self.profile, 0
        return self._previous, self._failures

    def _go_back(self, now: float) -> None:
        failed, back = self._profile, self._previous
        self._session.configuration.put(ConfigurationKey.security_profile, str(back))
        self._profile = self.profile
        self._previous, self._failures = None, 0
        self._reconfigured(f"SecurityProfile {failed} does not connect, back to {back}", now)

    def _is_prepared_for(self, profile: int) -> bool:
        spec, store = self._session.spec.security, self._certificates
        if profile in PASSWORD_PROFILES and not self._session.configuration[ConfigurationKey.authorization_key]:
            return False
        if profile > 1 and spec.tls_verify and not store.of_use(RootUse.CENTRAL_SYSTEM):
            return False
        return profile != CERTIFICATE_PROFILE or store.identity is not None

    def _reconfigured(self, what: str, now: float) -> None:
        kind = SecurityEventType.RECONFIGURATION_OF_SECURITY_PARAMETERS
        self._session.station.state.record_security(kind, now, what)
