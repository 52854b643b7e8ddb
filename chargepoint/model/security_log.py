"""The security log: the security events of a station, the newest so many of them, kept over power cuts.

OCPP 1.6 security whitepaper, L01 and N01; the same in OCPP 2.0.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

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

    It is stored as a ring of records, ``security_log/<slot>``, so that an event costs one small record.
    """

    def __init__(self, records: Mapping[str, Mapping[str, object]] | None = None) -> None:
        """``records``: all that is stored; what is not of this log is left alone."""
        numbered: dict[int, SecurityEvent] = {}
        cleared = 0
        for key, record in (records or {}).items():
            if key == _CLEARED:
                cleared = Fields(record, key).integer("number", minimum=0, maximum=2**62)
            elif key.startswith("security_log/"):
                fields = Fields(record, key)
                event = SecurityEvent(fields.text("type"), fields.number("at"), fields.text("tech_info", ""))
                numbered[fields.integer("number", minimum=1, maximum=2**62)] = event
        self._events = {number: event for number, event in sorted(numbered.items()) if number > cleared}
        self._last = max((cleared, *numbered))
        self._unsaved: set[int] = set()
        self._cleared_at: int | None = None

    def add(self, event: SecurityEvent) -> None:
        """Keep ``event``."""
        self._last += 1
        self._events[self._last] = event
        self._unsaved.add(self._last)
        self._events.pop(self._last - CAPACITY, None)
        self._unsaved.discard(self._last - CAPACITY)

    def clear(self) -> None:
        """Forget every event."""
        self._events.clear()
        self._unsaved.clear()
        self._cleared_at = self._last

    def between(self, oldest_at: float | None = None, latest_at: float | None = None) -> list[SecurityEvent]:
        """The events of ``oldest_at`` to ``latest_at``, both included; None is no bound."""
        return [
            event
            for event in self._events.values()
            if (oldest_at is None or event.at >= oldest_at) and (latest_at is None or event.at <= latest_at)
        ]

    def changes(self) -> dict[str, dict[str, object]]:
        """The records to store since the last time."""
        if not self._unsaved and self._cleared_at is None:
            return {}
        changes = {
            f"security_log/{number % CAPACITY}": {"number": number, **asdict(self._events[number])}
            for number in sorted(self._unsaved)
        }
        self._unsaved.clear()
        if self._cleared_at is not None:
            changes[_CLEARED] = {"number": self._cleared_at}
            self._cleared_at = None
        return changes
