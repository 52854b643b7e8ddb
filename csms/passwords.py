"""Passwords of charge points: HTTP basic authentication (security whitepaper, profiles 1 and 2).

The AuthorizationKey is told as hexadecimal digits of the bytes that are the password, but stations in the field also
send the digits themselves, and central systems also tell plain text: every spelling of one key opens.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields
from csms.identity import check_identity

EVERYBODY_ELSE = "*"
MAX_KEY = 128


class Passwords:
    """The keys in force; a charge point without one, where ``everybody_else`` has none, needs none unless they are
    ``required``."""

    def __init__(
        self, keys: Mapping[str, str] | None = None, everybody_else: str | None = None, *, required: bool = False
    ) -> None:
        self._keys = dict(keys or {})
        self._everybody_else = everybody_else
        self._required = required

    def needed(self, charge_point: str) -> bool:
        """Whether ``charge_point`` has to show a password."""
        return self._required or self._key(charge_point) is not None

    def set(self, charge_point: str, key: str) -> None:
        """From now on ``key`` is the one of ``charge_point``."""
        self._keys[charge_point] = key

    def remove(self, charge_point: str) -> bool:
        """``charge_point`` has no key of its own any more; whether it had one."""
        return self._keys.pop(charge_point, None) is not None

    def objection(self, charge_point: str, authorization: str | None) -> str:
        """What is wrong with the Authorization header; empty when it opens, or none is needed."""
        if not self.needed(charge_point):
            return ""
        key = self._key(charge_point)
        if key is None:
            return f"{charge_point} has no password here"
        if authorization is None:
            return "basic authentication is needed; there is no Authorization header"
        scheme, _, encoded = authorization.partition(" ")
        if scheme.lower() != "basic":
            return f"basic authentication is needed; this is {scheme!r:.20}"
        try:
            credentials = base64.b64decode(encoded.strip(), validate=True)
        except binascii.Error:
            return "the credentials are not base64"
        user = charge_point.encode() + b":"
        if not credentials.startswith(user):
            return f"the user has to be the charge point's id, {charge_point}"
        return "" if _opens(credentials[len(user) :], key) else "the password is wrong"

    def _key(self, charge_point: str) -> str | None:
        return self._keys.get(charge_point, self._everybody_else)


def check_key(key: str, field: str = "key") -> str:
    """``key`` when it can be one: text or hexadecimal digits. Raises InputError."""
    if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
        raise InputError(field, key, f"a text or hexadecimal digits of 1 to {MAX_KEY} printable characters")
    return key


def parse_passwords(raw: object, everybody_else: str | None = None) -> Passwords:
    """The keys of a passwords file's JSON value: an object of charge point id to key, ``"*"`` for everybody else.
    Raises InputError."""
    fields = Fields(raw, "passwords")
    keys = {}
    for charge_point in raw if isinstance(raw, Mapping) else ():
        check_identity(charge_point)
        keys[charge_point] = check_key(fields.text(charge_point, max_length=MAX_KEY), charge_point)
    return Passwords(keys, keys.pop(EVERYBODY_ELSE, everybody_else), required=True)


def _opens(password: bytes, key: str) -> bool:
    wanted = _bytes(key.encode())
    # Each comparison takes as long for a nearly right password as for a wrong one.
    return hmac.compare_digest(_bytes(password), wanted) | hmac.compare_digest(password, key.encode())


def _bytes(spelt: bytes) -> bytes:
    """What hexadecimal digits stand for; anything else as it is."""
    try:
        return bytes.fromhex(spelt.decode("ascii")) if spelt else spelt
    except ValueError:
        return spelt
