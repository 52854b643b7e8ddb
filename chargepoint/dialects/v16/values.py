"""Values of OCPP 1.6 messages and what they are in the model: moments and idTagInfo."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from chargepoint.dialects.v16.session import CallRefusedError
from chargepoint.model.authorization import TokenInfo, TokenStatus
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.frames import Payload

LARGEST_INTEGER = 2**53 - 1
"""What every JSON peer reads as the same number (RFC 8259 section 6)."""

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


def moment(text: object) -> float | None:
    """POSIX seconds of a dateTime (RFC 3339); one without a zone, which peers do send, is read as UTC.

    None when it is no dateTime.
    """
    if not isinstance(text, str):
        return None
    # A t and a z may be small; but what fromisoformat takes beyond RFC 3339, such as a mere date, is no dateTime.
    text = text.strip().upper()
    if not _DATE_TIME.match(text):
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def integer(value: object) -> int:
    """A JSON integer, 3.0 being one; raises TypeError for anything else.

    Raises CallRefusedError for one that is too large to be meant: the schemas know no bounds, but the store does.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r:.40} is not an integer")
    if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
        raise CallRefusedError(
            CallErrorCode.PROPERTY_CONSTRAINT_VIOLATION, f"{value!r:.20}... is beyond {LARGEST_INTEGER}"
        )
    return int(value)


def transaction_id(payload: Payload) -> int | None:
    """The transactionId of StartTransaction.conf; None when there is none that can be used."""
    value = payload.get("transactionId")
    try:
        number = integer(value)
    except (TypeError, CallRefusedError):
        return None
    return number if number == value else None


def number(value: object) -> float:
    """A JSON number; raises TypeError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r:.40} is not a number")
    return float(value)


def token_info(payload: Payload) -> TokenInfo | None:
    """The idTagInfo in ``payload`` (section 7.14); None when there is none that can be read."""
    raw = payload.get("idTagInfo")
    if not isinstance(raw, Mapping):
        return None
    status = next((one for one in TokenStatus if one == raw.get("status")), None)
    if status is None:
        return None
    parent = raw.get("parentIdTag")
    return TokenInfo(status, parent if isinstance(parent, str) else "", moment(raw.get("expiryDate")))
