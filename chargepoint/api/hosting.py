"""What the launcher asks of a pool at its door, a unix socket: one line of JSON there, one back, and so on.

MQTT may be away, and has no answer for a process that is gone; a socket has. Whoever may connect commands the pool:
it is its owner's alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json

LONGEST_LINE = 64 * 2**20


@dataclass(frozen=True, slots=True)
class PoolOrder:
    """Ids of charge points, by what is to be done with them, in this order.

    cut: end at once and say nothing to the central system; end: go down in good order; forget: there is no such
    charge point any more; spawn: come up with what is stored in its folder; tell: publish all statuses anew;
    look: nothing. It is answered when cut and forget are done, and the rest is on its way.
    """

    cut: tuple[str, ...] = ()
    end: tuple[str, ...] = ()
    forget: tuple[str, ...] = ()
    spawn: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    look: tuple[str, ...] = ()

    @property
    def ids(self) -> list[str]:
        """Everybody who is named."""
        return [*self.cut, *self.end, *self.forget, *self.spawn, *self.tell, *self.look]

    def to_line(self) -> bytes:
        """The request."""
        return (
            json.dumps({verb.name: ids for verb in fields(self) if (ids := getattr(self, verb.name))}).encode()
            + b"\n"
        )

    @classmethod
    def from_line(cls, line: bytes) -> PoolOrder:
        """The request in ``line``; raises InputError."""
        raw = Fields(parse_json(line, "order"), "order")
        wanted = {verb.name: _ids(raw, verb.name) for verb in fields(cls)}
        raw.finish()
        return cls(**wanted)


@dataclass(frozen=True, slots=True)
class PoolAnswer:
    """``alive``: which of those named in the order live, or will in a moment; ``ended``: why others of them do not,
    where there is something to say; ``error``: the order could not be read."""

    alive: frozenset[str] = frozenset()
    ended: Mapping[str, str] = field(default_factory=dict)
    error: str = ""

    def to_line(self) -> bytes:
        """The answer."""
        body = {"alive": sorted(self.alive), "ended": dict(self.ended), "error": self.error}
        return json.dumps(body).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> PoolAnswer:
        """The answer in ``line``; raises InputError."""
        raw = Fields(parse_json(line, "answer"), "answer")
        ended = {str(key): str(value) for key, value in raw.object("ended").items()}
        return cls(frozenset(_ids(raw, "alive")), ended, raw.text("error", "", max_length=5_000))


def parse_roster(content: bytes, where: str) -> dict[str, bool]:
    """Who lives in a pool: charge points by id, and whether each is to come up with it. Raises InputError."""
    raw = Fields(parse_json(content, where), where)
    roster: dict[str, bool] = {}
    for station_id, up in raw.object("charge_points").items():
        if not isinstance(up, bool):
            raise InputError(f"{where}: {station_id}", up, "true or false")
        roster[station_id] = up
    return roster


def roster_json(roster: Mapping[str, bool]) -> str:
    """The content of a roster's file."""
    return json.dumps({"charge_points": dict(roster)}, indent=0) + "\n"


def _ids(raw: Fields, name: str) -> tuple[str, ...]:
    ids = raw.array(name) if raw.has(name) else []
    for each in ids:
        if not isinstance(each, str):
            raise InputError(name, each, "the id of a charge point")
    return tuple(map(str, ids))
