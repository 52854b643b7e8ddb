"""The identity of a charge point: the last segment of the path it connects to."""

from __future__ import annotations

from urllib.parse import unquote

from chargepoint.api.errors import InputError

MAX_LENGTH = 48
FORBIDDEN = frozenset("#+/")
"""What a topic filter or a path is made of (MQTT 3.1.1 section 4.7)."""


def identity_of(path: str) -> str:
    """The charge point's identity in a request's ``path``, percent-decoded; empty when the path names none.

    A prefix, a trailing slash and a query are allowed: ``/ocpp/CP_1/?a=b`` is ``CP_1`` (OCPP-J 1.6 section 3.1.1).
    Raises InputError for an identity that is none.
    """
    segment = path.partition("?")[0].strip("/").rpartition("/")[2]
    try:
        return check_identity(unquote(segment, errors="strict")) if segment else ""
    except UnicodeDecodeError:
        raise InputError("charge point id", segment, "percent-encoded UTF-8") from None


def check_identity(text: str) -> str:
    """``text`` when it can be a charge point's identity; raises InputError."""
    if (
        not 1 <= len(text) <= MAX_LENGTH
        or not text.isprintable()
        or text != text.strip()
        or not FORBIDDEN.isdisjoint(text)
    ):
        wanted = f"1 to {MAX_LENGTH} printable characters without '#', '+' and '/', no blank at either end"
        raise InputError("charge point id", text, wanted)
    return text
