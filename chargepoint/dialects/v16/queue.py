"""The queue of transaction-related messages: in order, one at a time, kept over power cuts, retried by the keys.

OCPP 1.6 section 3.7 (offline: queued, delivered in order) and 3.7.1 (errors: TransactionMessageAttempts,
TransactionMessageRetryInterval; the wait grows with each attempt).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from chargepoint.api.fields import Fields
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in the queue. ``handle`` is the station's number of its transaction; the central system's
    transaction id is filled in when it is sent. ``attempts``: how often it was sent and failed."""

    number: int
    action: str
    payload: Payload
    handle: int
    attempts: int = 0

    def to_record(self) -> dict[str, object]:
        """JSON values, for the store; the payload is the very one, which nobody changes."""
        return {
            "number": self.number,
            "action": self.action,
            "payload": self.payload,
            "handle": self.handle,
            "attempts": self.attempts,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, object]) -> Entry:
        """The entry of a stored record."""
        fields = Fields(record, "queue")
        return cls(
            number=fields.integer("number", minimum=0, maximum=2**62),
            action=fields.text("action"),
            payload=fields.object("payload"),
            handle=fields.integer("handle", minimum=0, maximum=2**62),
            attempts=fields.integer("attempts", 0, minimum=0, maximum=2**31),
        )


class TransactionQueue:
    """First in, first out. A queue that is full gives up meter values, but never the start or the stop of a
    transaction (section 3.7): the first, the third and so on of each transaction, so that what stays is spread over
    it. ``changes`` tells what to store: number to record, None for a message that is done."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = sorted(entries, key=lambda entry: entry.number)
        self._next_number = self._entries[-1].number + 1 if self._entries else 1
        self._changes: dict[int, Entry | None] = {}
        self._not_before: float | None = None

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self._entries))

    def add(self, action: str, payload: Payload, handle: int, most: int) -> int:
        """Append a message. Returns how many meter values it cost: with it there are ``most`` messages, if that can
        be had."""
        entry = Entry(self._next_number, action, payload, handle)
        self._next_number += 1
        self._entries.append(entry)
        self._changes[entry.number] = entry
        before = len(self._entries)
        while len(self._entries) > most and self._thin_out():
            pass
        return before - len(self._entries)

    def _thin_out(self) -> bool:
        """Give up every second of the meter values; the head may be on its way and stays."""
        seen: Counter[int] = Counter()
        given_up = set()
        for entry in self._entries[1:]:
            if entry.action == Action.meter_values:
                seen[entry.handle] += 1
                if seen[entry.handle] % 2:
                    given_up.add(entry.number)
        self._entries = [entry for entry in self._entries if entry.number not in given_up]
        self._changes |= dict.fromkeys(given_up)
        return bool(given_up)

    def lose(self) -> None:
        """Forget every message but the head, which may be on its way: what kept them is damaged."""
        self._changes |= {entry.number: None for entry in self._entries[1:]}
        del self._entries[1:]

    def head(self, now: float) -> Entry | None:
        """The message to send now; None when there is none, or its retry is still waited for."""
        if not self._entries or (self._not_before is not None and now < self._not_before):
            return None
        self._not_before = None
        return self._entries[0]

    def done(self, entry: Entry) -> None:
        """``entry`` was delivered, or given up."""
        self._entries.remove(entry)
        self._changes[entry.number] = None
        self._not_before = None

    def failed(self, entry: Entry, now: float, attempts: int, interval_s: float) -> bool:
        """``entry`` was sent and failed. Returns whether it is given up: it was sent ``attempts`` times.

        Otherwise it is sent again ``interval_s`` later for each time it was sent.
        """
        tried = replace(entry, attempts=entry.attempts + 1)
        if tried.attempts >= attempts:
            self.done(entry)
            return True
        self._entries[self._entries.index(entry)] = tried
        self._changes[tried.number] = tried
        self._not_before = now + interval_s * tried.attempts
        return False

    def next_deadline(self) -> float | None:
        """When the head may be sent again."""
        return self._not_before if self._entries else None

    def changes(self) -> dict[int, Entry | None]:
        """What to store since the last time."""
        changes, self._changes = self._changes, {}
        return changes
