"""The password of HTTP Basic authentication, and the two ways to write it down (security whitepaper, A00)."""

from __future__ import annotations

import re

from chargepoint.api.security import KeyFormat

SHORTEST_BYTES, LONGEST_BYTES = 16, 20
"""Of a key in hexadecimal digits, of which there are twice as many."""

LONGEST_TEXT = 40


def password_of(authorization_key: str, form: KeyFormat) -> bytes | None:
    """The password that ``authorization_key`` stands for; None when it does not stand for any."""
    match form:
        case KeyFormat.HEX:
            if re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", authorization_key):
                return bytes.fromhex(authorization_key)
            return None
        case KeyFormat.TEXT:
            return authorization_key.encode() if authorization_key and authorization_key.isprintable() else None


def new_password_of(authorization_key: str, form: KeyFormat) -> bytes | None:
    """The same of a key that the central system sets, which has to be of the standard's length."""
    password = password_of(authorization_key, form)
    if password is None or len(password) < SHORTEST_BYTES:
        return None
    return password if len(password) <= (LONGEST_BYTES if form is KeyFormat.HEX else LONGEST_TEXT) else None
