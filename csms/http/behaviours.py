"""Behaviours: what the central system does in place of the right thing, told and taken back at run time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from csms import v16
from csms.behaviours import wire
from csms.behaviours.table import Entry, Table
from csms.http.bodies import described, json_object
from csms.http.errors import NotFound, responses

DESCRIPTION = """Deviate from now on. `action` is one that a charge point sends, `*` for all of them, or `connect`.
One of these says what is done:

- `change`: members laid over the right answer; null removes one. `{"status": "Pending", "interval": 5}`
- `answer`: another payload, right or wrong. `{"bogus": 1}`
- `error`: a CALLERROR. `{"code": "InternalError", "description": "...", "details": {}}`
- `silent`: true: no answer at all (with `connect`: the handshake never ends)
- `text`: any text as the frame; `${id}` in it stands for the message id
- `close`: the connection is closed. `{"code": 1011, "reason": "..."}`; the code 1006 cuts it without a word
- `refuse`: with `connect` only: the handshake is refused with this HTTP status

and these say when and how:

- `charge_point`: an id, or a pattern like `CP_0*`; default `*`
- `times`: the next n times; default: until removed
- `delay`: seconds before it is done
- `copies` of the answer
- `probability`: above 0, to 1; `seed` makes its draws the same each time
- `carried_out`: whether what was asked is done all the same (a transaction begins, a status is kept); default true,
  false with `error` and `close`

Of several that match, the most exactly named charge point goes first, then the named action, then the oldest.
`GET /charge-points/{id}/messages` tells which frames were played. They end with the program."""

_PROPERTIES: dict[str, Any] = {
    "charge_point": {"type": "string", "default": "*"},
    "action": {"type": "string"},
    "change": {"type": "object"},
    "answer": {"type": "object"},
    "error": {"type": "object"},
    "silent": {"type": "boolean"},
    "text": {"type": "string"},
    "close": {"type": "object"},
    "refuse": {"type": "integer", "minimum": 300, "maximum": 599},
    "times": {"type": "integer", "minimum": 1},
    "delay": {"type": "number", "maximum": wire.MAX_DELAY_S},
    "copies": {"type": "integer", "minimum": 1, "maximum": wire.MAX_COPIES},
    "carried_out": {"type": "boolean"},
    "probability": {"type": "number", "default": 1},
    "seed": {"type": "integer"},
}
_EXAMPLE = {"charge_point": "CP_1", "action": "BootNotification", "change": {"status": "Pending"}, "times": 1}


@dataclass(frozen=True, slots=True)
class BehaviourView:
    """A behaviour in force: how often it was ``played``, and how often it still will be (null without end)."""

    id: int
    played: int
    left: int | None
    behaviour: dict[str, Any]


def router(table: Table) -> APIRouter:
    """The calls that tell, list and take back."""
    api = APIRouter(tags=["behaviours"], responses=responses(404, 422))

    def found(id: int) -> Entry:
        entry = table.get(id)
        if entry is None:
            raise NotFound(f"there is no behaviour {id}: unknown, removed, or played as often as it should be")
        return entry

    body = described(_PROPERTIES, _EXAMPLE, ["action"])

    @api.post("/behaviours", status_code=201, description=DESCRIPTION, openapi_extra=body)
    async def add(request: Request) -> BehaviourView:
        return _view(table.add(wire.parse(await json_object(request), v16.DIALECT.answers.keys())))

    @api.get("/behaviours")
    async def behaviours() -> list[BehaviourView]:
        """All in force, the oldest first."""
        return [_view(entry) for entry in table.entries()]

    @api.get("/behaviours/{id}")
    async def behaviour(id: int) -> BehaviourView:
        """One in force."""
        return _view(found(id))

    @api.delete("/behaviours/{id}")
    async def remove(id: int) -> BehaviourView:
        """Take one back."""
        entry = found(id)
        table.remove([id])
        return _view(entry)

    @api.delete("/behaviours")
    async def clear(
        charge_point: Annotated[str | None, Query(description="only those given for this id or pattern")] = None,
        action: Annotated[str | None, Query(description="only those of this action")] = None,
    ) -> dict[str, int]:
        """Take all back, or some."""
        ids = [
            entry.id
            for entry in table.entries()
            if charge_point in (None, entry.behaviour.charge_point) and action in (None, entry.behaviour.action)
        ]
        table.remove(ids)
        return {"removed": len(ids)}

    return api


def _view(entry: Entry) -> BehaviourView:
    return BehaviourView(entry.id, entry.played, entry.left, wire.to_json(entry.behaviour))
