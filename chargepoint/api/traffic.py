"""``cps/<id>/frames``: the OCPP frames of a charge point that is watched."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from chargepoint.api.fields import Fields, parse_json

LONGEST_FRAME = 2**21
"""Characters of the longest frame that is read."""


class Direction(StrEnum):
    """Seen from the charge point."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class TracedFrame:
    """One text message on the websocket, ``at`` a moment (RFC 3339 UTC with milliseconds).

    ``problem``: why it violates the standard, or was not acted on. ``deviation``: what was done to it on purpose, by
    order of people; what came of that is part of it. ``connected_at``: when the connection that it went over was
    made; None when nobody told.
    """

    at: str
    direction: Direction
    text: str
    problem: str | None = None
    deviation: str | None = None
    connected_at: str | None = None

    @property
    def remarks(self) -> str:
        """What there is to say about it, for people."""
        return "; ".join(filter(None, (self.deviation, self.problem)))

    def to_json(self) -> bytes:
        """The payload."""
        body = {"at": self.at, "direction": str(self.direction), "text": self.text, "problem": self.problem}
        if self.deviation is not None:
            body["deviation"] = self.deviation
        if self.connected_at is not None:
            body["connected_at"] = self.connected_at
        return json.dumps(body, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, payload: bytes | str) -> TracedFrame:
        """The frame in ``payload``; raises InputError."""
        fields = Fields(parse_json(payload, "frames"), "frames")
        return cls(
            at=fields.text("at", max_length=40),
            direction=fields.choice("direction", Direction),
            text=fields.text("text", max_length=LONGEST_FRAME),
            problem=fields.text("problem", max_length=5000) if fields.has("problem") else None,
            deviation=fields.text("deviation", max_length=5000) if fields.has("deviation") else None,
            connected_at=fields.text("connected_at", max_length=40) if fields.has("connected_at") else None,
        )
