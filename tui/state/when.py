"""Moments as people read them: the time of day here, and the day too when it is another."""

from __future__ import annotations

from datetime import datetime


def clock_time(at: str, now: datetime | None = None) -> str:
    """``at``, an ISO 8601 moment, as ``14:03:11``; as ``2026-11-20 14:03`` when that was another day than ``now``'s;
    as it is when it cannot be read."""
    try:
        moment = datetime.fromisoformat(at).astimezone()
    except ValueError:
        return at
    if now is not None and moment.date() != now.astimezone().date():
        return moment.strftime("%Y-%m-%d %H:%M")
    return moment.strftime("%H:%M:%S")
