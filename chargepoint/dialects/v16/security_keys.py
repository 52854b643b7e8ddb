"""The configuration keys of the security whitepaper, edition 3, and one of ours."""

from __future__ import annotations

from dataclasses import replace

from chargepoint.api.security import CERTIFICATE_PROFILE, KeyFormat
from chargepoint.dialects.v16.keys import Check, Key, number_key, switch_key
from chargepoint.ocpp.v16 import ConfigurationKey
from chargepoint.security.password import new_password_of

K = ConfigurationKey

SECURITY_EVENTS = "SecurityEventNotificationEnabled"
"""A key of ours: whether security events are told. A central system without the whitepaper would not know them."""

CHAIN_SIZE_MAX = 10_000
STORE_MAX = 10

ORGANIZATION_MAX = 64
"""Characters of an organizationName in a certificate (RFC 5280, ub-organization-name)."""


def security_keys(profile: int, key_format: KeyFormat) -> tuple[Key, ...]:
    """The keys of a station that is commissioned with ``profile``; ``key_format`` is that of its AuthorizationKey."""
    return (
        Key(
            K.authorization_key,
            "",
            _authorization_key(key_format),
            "an AuthorizationKey of 32 to 40 hexadecimal digits, or where it is text of 16 to 40 characters",
            writeonly=True,
        ),
        number_key(K.security_profile, profile, minimum=0, maximum=CERTIFICATE_PROFILE),
        Key(K.cpo_name, "", _organization, f"a text of at most {ORGANIZATION_MAX} printable characters"),
        _readonly(switch_key(K.additional_root_certificate_check, False)),
        _readonly(number_key(K.certificate_signed_max_chain_size, CHAIN_SIZE_MAX, minimum=1, maximum=10**6)),
        _readonly(number_key(K.certificate_store_max_length, STORE_MAX, minimum=1, maximum=1_000)),
        number_key(K.cert_signing_wait_minimum, 60, minimum=1, maximum=86_400),
        number_key(K.cert_signing_repeat_times, 3, minimum=0, maximum=20),
        switch_key(SECURITY_EVENTS, profile > 0),
    )


def _organization(value: str) -> str | None:
    return value if len(value) <= ORGANIZATION_MAX and value.isprintable() else None


def _readonly(key: Key) -> Key:
    return replace(key, readonly=True)


def _authorization_key(form: KeyFormat) -> Check:
    return lambda value: value if new_password_of(value, form) is not None else None
