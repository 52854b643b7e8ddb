"""Timestamps of strangers: read to POSIX seconds, and mended where their zone is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from chargepoint.api.errors import InputError
from chargepoint.ocpp.frames import Payload

_WITHOUT_ZONE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")


def moment(text: str, field: str = "timestamp") -> float:
    """The POSIX seconds of an RFC 3339 timestamp; raises InputError."""
    try:
        at = datetime.fromisoformat(text.upper())
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 1970 <= at.year < 9999:
        raise InputError(field, text, "an RFC 3339 timestamp with its zone, like 2030-01-31T12:00:00Z")
    return at.timestamp()


def zoned(payload: Payload) -> Payload:
    """``payload`` with every ``timestamp`` that lacks its zone read as UTC; the same object when there is none.

    The standard wants a zone; charge points in the field, those of MOEV among them, send local clocks without one.
    """
    mended = _zoned(payload, "")
    return mended if isinstance(mended, Mapping) and mended != payload else payload


def _zoned(value: object, key: str) -> object:
    match value:
        case str() if key == "timestamp" and _WITHOUT_ZONE.fullmatch(value):
            return value + "Z"
        case Mapping():
            return {name: _zoned(member, name) for name, member in value.items()}
        case list():
            return [_zoned(item, key) for item in value]
    return value
