"""What a pool of charge points is told, on ``<root>/pools/<name>/cmd``, and what it answers on ``.../result``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json

LONGEST_RAMP_S = 86_400.0


class PoolVerb(StrEnum):
    """The types of a pool's commands, with the meaning they have for the launcher."""

    START = "start"
    RESTART = "restart"
    KILL = "kill"
    END = "end"
    REMOVE = "remove"
    CLOSE = "close"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class PoolCommand:
    """``charge_points``: start entries, or objects with an ``id``; ``over_s``: spread evenly over that long.

    start: begin with fresh data; restart: with the data there is; kill: cut the power; end: go down in good order;
    remove: kill, and forget the data; close: end all, and the pool with them; check: only tell what is wrong with
    start entries.
    """

    type: PoolVerb
    charge_points: tuple[Mapping[str, object], ...] = ()
    over_s: float = 0.0
    request_id: str = ""

    def to_json(self) -> bytes:
        """The payload."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> PoolCommand:
        """The command in ``payload``; raises InputError."""
        fields = Fields(parse_json(payload, "cmd"), "cmd")
        verb = fields.choice("type", PoolVerb)
        entries = fields.array("charge_points") if fields.has("charge_points") else []
        for entry in entries:
            if not isinstance(entry, Mapping):
                raise InputError("cmd.charge_points", entry, 'objects like {"id": "CP1"}')
        return cls(
            verb,
            tuple(entry for entry in entries if isinstance(entry, Mapping)),
            fields.number("over_s", 0.0, minimum=0, maximum=LONGEST_RAMP_S),
            fields.text("request_id", "", max_length=64),
        )


@dataclass(frozen=True, slots=True)
class PoolResult:
    """The answer to a command: what was refused, by id and why; all else was done, or is on its way (``over_s``)."""

    type: str
    refused: Mapping[str, str]
    request_id: str = ""

    def to_json(self) -> bytes:
        """The payload."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> PoolResult:
        """The answer in ``payload``; raises InputError."""
        fields = Fields(parse_json(payload, "result"), "result")
        refused = {str(key): str(value) for key, value in fields.object("refused").items()}
        return cls(fields.text("type", ""), refused, fields.text("request_id", ""))
