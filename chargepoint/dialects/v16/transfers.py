"""What the messages about files have in common: moments, retries, and the name a file is uploaded under."""

from __future__ import annotations

import re

from chargepoint.dialects.v16.session import CallRefusedError, Session
from chargepoint.dialects.v16.values import integer, moment
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.frames import Payload

RETRIES, RETRY_INTERVAL_S = 1, 10
"""When the central system leaves them to the station."""

LONGEST_INTERVAL_S = 2**31 - 1


def retries(payload: Payload) -> tuple[int, float]:
    """How often a transfer that failed is tried again, and after how many seconds each."""
    times = integer(payload.get("retries", RETRIES))
    interval_s = integer(payload.get("retryInterval", RETRY_INTERVAL_S))
    return max(0, times), float(min(max(0, interval_s), LONGEST_INTERVAL_S))


def required_moment(payload: Payload, name: str) -> float:
    """The dateTime ``name`` as POSIX seconds; raises CallRefusedError when it is none."""
    at = moment(payload[name])
    if at is None:
        raise CallRefusedError(CallErrorCode.TYPE_CONSTRAINT_VIOLATION, f"{name} is not a dateTime")
    return at


def bound(payload: Payload, name: str) -> float | None:
    """The dateTime ``name`` as POSIX seconds; None when it is not there: no bound."""
    return required_moment(payload, name) if name in payload else None


def file_name(session: Session, what: str, now: float) -> str:
    """The name of a text file made at ``now``, safe on every file system."""
    stamp = re.sub(r"[^0-9TZ]", "", session.timestamp(now).partition(".")[0]) + "Z"
    return f"{re.sub(r'[^A-Za-z0-9._-]', '_', session.spec.id)}_{what}_{stamp}.txt"
