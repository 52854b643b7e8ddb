"""MQTT messages as lines of JSON, for a pool that needs no broker.

``{"topic": "cp_simu/cps/CP1/status", "payload": "...", "retain": true}``; retain may be left out.
"""

from __future__ import annotations

import json

from chargepoint.api.fields import Fields, parse_json
from chargepoint.bus import Message

LONGEST_LINE = 64 * 2**20


def to_line(message: Message) -> bytes:
    """``message`` as a line."""
    body: dict[str, object] = {"topic": message.topic, "payload": message.payload.decode("utf-8", "replace")}
    if message.retain:
        body["retain"] = True
    return json.dumps(body, separators=(",", ":")).encode() + b"\n"


def from_line(line: bytes) -> Message:
    """The message in ``line``; raises InputError."""
    fields = Fields(parse_json(line, "line"), "line")
    payload = fields.text("payload", "", max_length=LONGEST_LINE)
    return Message(fields.text("topic", max_length=1000), payload.encode(), retain=fields.boolean("retain", False))
