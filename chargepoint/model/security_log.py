"""The security log: the security events of a station, the newest so many of them, kept over power cuts.

OCPP 1.6 security whitepaper, L01 and N01; the same in OCPP 2.0.1.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from chargepoint.api.fields import Fields

CAPACITY = 500
"""How many events are kept; a new one then replaces the oldest."""

_CLEARED = "security_log/cleared"
"""The record that says up to which one events are forgotten: there is no other way to take records back."""


@dataclass(frozen=True, slots=True)
class SecurityEvent:
    """Something that matters to security: ``type`` is its standard name, ``at`` by the station's clock."""

    type: str
    at: float
    tech_info: str = ""


class SecurityLog:
    """The newest events, the oldest first.

    It is stored as a ring of records, ``security_log/<slot>``, so that an event costs one small record, which is all
    that is kept of it here as well: a pool has thousands of logs.
    """

    def __init__(self, records: Mapping[str, Mapping[str, object]] | None = None) -> None:
        """``records``: all that is stored; what is not of this log is left alone."""
        numbered: dict[int, dict[str, object]] = {}
        cleared = 0
        for key, record in (records or {}).items():
            if key == _CLEARED:
                cleared = Fields(record, key).integer("number", minimum=0, maximum=2**62)
            elif key.startswith("security_log/"):
                number = Fields(record, key).integer("number", minimum=1, maximum=2**62)
                numbered[number] = _record(number, _event(record))
        self._records = {number: record for number, record in sorted(numbered.items()) if number > cleared}
        self._last = max((cleared, *numbered))
        self._unsaved: set[int] = set()
        self._cleared_at: int | None = None

    def add(self, event: SecurityEvent) -> None:
        """Keep ``event``."""
        self._last += 1
        self._records[self._last] = _record(self._last, event)
        self._unsaved.add(self._last)
        self._records.pop(self._last - CAPACITY, None)
        self._unsaved.discard(self._last - CAPACITY)

    def clear(self) -> None:
        """Forget every event."""
        self._records.clear()
        self._unsaved.clear()
        self._cleared_at = self._last

    def between(self, oldest_at: float | None = None, latest_at: float | None = None) -> list[SecurityEvent]:
        """The events of ``oldest_at`` to ``latest_at``, both included; None is no bound."""
        return [
            event
            for event in map(_event, self._records.values())
            if (oldest_at is None or event.at >= oldest_at) and (latest_at is None or event.at <= latest_at)
        ]

    def changes(self) -> dict[str, dict[str, object]]:
        """The records to store since the last time."""
        if not self._unsaved and self._cleared_at is None:
            return {}
        changes = {
            sys.intern(f"security_log/{number % CAPACITY}"): self._records[number] for number in sorted(self._unsaved)
        }
        self._unsaved.clear()
        if self._cleared_at is not None:
            changes[_CLEARED] = {"number": self._cleared_at}
            self._cleared_at = None
        return changes


def _record(number: int, event: SecurityEvent) -> dict[str, object]:
    # Interned: there are few types and, of most of them, few further words.
    type, tech_info = sys.intern(str(event.type)), sys.intern(event.tech_info)
    return {"number": number, "type": type, "at": event.at, "tech_info": tech_info}


def _event(record: Mapping[str, object]) -> SecurityEvent:
    fields = Fields(record, "security_log")
    return SecurityEvent(fields.text("type"), fields.number("at"), fields.text("tech_info", ""))
