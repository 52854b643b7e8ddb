"""The HTTP calls of MOEV's central system, for its clients and scripts.

They deviate from the original where that contradicts OCPP or hides a failure: the body tells the charger's own
answer, and what it has not accepted is no success; /remotestop names the transaction that runs; /setmaxvalue sends a
ChargePointMaxProfile on connector 0, without a transaction and without a recurrence.
"""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request

from chargepoint.api.fields import Fields
from chargepoint.clock import Clock
from csms.behaviours.wire import parse_close
from csms.commands import DEFAULT_TIMEOUT_S, CommandError
from csms.csms import CentralSystem
from csms.http.bodies import described, fields
from csms.http.commands import Timeout
from csms.http.errors import responses
from csms.server import Server
from csms.v16.operations import ACCEPTED, DEFAULT_ID_TAG, DEFAULT_LIMIT_A, Operator, RemoteStart
from csms.v16.smart_charging import Limit

_MAX_CONNECTOR = 1_000
_ID = {"id": {"type": "string", "description": "the charger; blanks around it do not count"}}
_CONNECTOR = {"connectorId": {"type": "integer"}}
_LIMIT = {
    "limit": {"type": "number", "description": 'rounded to one decimal; a text like "8" will do'},
    "unit": {"type": "string", "enum": ["A", "W"], "default": "A"},
    "duration": {"type": "integer", "default": 600, "description": "seconds"},
    "numberPhases": {"type": "integer", "default": 3},
}
_NUMBERS = ("limit", "duration", "numberPhases", "connectorId", "transactionId")


def router(system: CentralSystem, server: Server, clock: Clock) -> APIRouter:
    """The six calls."""
    api = APIRouter(tags=["MOEV"], responses=responses(404, 409, 422, 504))

    async def change(charge_point: str, key: str, value: str, timeout_s: float) -> dict[str, str]:
        payload = {"key": key, "value": value}
        try:
            answer = await server.call(charge_point, "ChangeConfiguration", payload, timeout_s)
        except CommandError as error:
            return {"id": charge_point, "error": str(error)}
        return {"id": charge_point, "status": answer.status}

    configuration = described(
        {"key": {"type": "string"}, "value": {"type": "string"}},
        {"key": "MeterValueSampleInterval", "value": "10"},
        ["key", "value"],
    )

    @api.post("/", openapi_extra=configuration)
    @api.post("/changeconfig", openapi_extra=configuration)
    async def changeconfig(request: Request, timeout: Timeout = DEFAULT_TIMEOUT_S) -> dict[str, list[dict[str, str]]]:
        """Change a configuration key of every connected charger, all at once; each one's answer is told."""
        body = await fields(request)
        key = body.text("key", min_length=1, max_length=50)
        value = body.text("value", max_length=500)
        body.finish()
        chargers = server.connected()
        return {"results": await asyncio.gather(*(change(each, key, value, timeout) for each in chargers))}

    close = _ID | {"code": {"type": "integer", "default": 1000}, "reason": {"type": "string"}}

    @api.post("/disconnect", openapi_extra=described(close, {"id": "CP_1"}, ["id"]))
    async def disconnect(request: Request) -> dict[str, str]:
        """Close a charger's connection; with the `code` 1006 it is cut without a word."""
        body = await fields(request, ["code"])
        charger = _charger(body)
        how = parse_close(body, "disconnected by the central system")
        body.finish()
        await server.disconnect(charger, how.code, how.reason)
        return {"id": charger, "status": "Disconnected"}

    start = _ID | _CONNECTOR | {"idTag": {"type": "string", "default": DEFAULT_ID_TAG}} | _LIMIT

    @api.post("/remotestart", openapi_extra=described(start, {"id": "CP_1"}, ["id"]))
    async def remotestart(request: Request, timeout: Timeout = DEFAULT_TIMEOUT_S) -> dict[str, str]:
        """Start a transaction; once that is accepted, a TxDefaultProfile follows, of 100 A if no limit is given."""
        body = await fields(request, _NUMBERS)
        charger = _charger(body)
        how = RemoteStart(
            id_tag=body.text("idTag", DEFAULT_ID_TAG, min_length=1, max_length=20),
            connector_id=_optional(body, "connectorId", 1, _MAX_CONNECTOR),
            limit=Limit.of(body, DEFAULT_LIMIT_A),
        )
        body.finish()
        profile = await Operator(system, server, timeout).start(charger, how)
        return {"id": charger, "status": ACCEPTED, "chargingProfile": profile}

    stop = _ID | _CONNECTOR | {"transactionId": {"type": "integer"}}

    @api.post("/remotestop", openapi_extra=described(stop, {"id": "CP_1"}, ["id"]))
    async def remotestop(request: Request, timeout: Timeout = DEFAULT_TIMEOUT_S) -> dict[str, str | int]:
        """Stop the transaction that runs on a charger; of several, the one named by `transactionId` or
        `connectorId`."""
        body = await fields(request, _NUMBERS)
        charger = _charger(body)
        transaction_id = _optional(body, "transactionId", -(2**31), 2**63 - 1)
        connector_id = _optional(body, "connectorId", 1, _MAX_CONNECTOR)
        body.finish()
        stopped = await Operator(system, server, timeout).stop(
            charger, transaction_id=transaction_id, connector_id=connector_id
        )
        return {"id": charger, "status": ACCEPTED, "transactionId": stopped}

    @api.post(
        "/setmaxvalue",
        openapi_extra=described(_ID | _LIMIT | _CONNECTOR, {"id": "CP_1", "limit": "8"}, ["id", "limit"]),
    )
    async def setmaxvalue(request: Request, timeout: Timeout = DEFAULT_TIMEOUT_S) -> dict[str, str | int | float]:
        """Limit a whole charger by a ChargePointMaxProfile, or with a `connectorId` above 0 the transactions on that
        connector by a TxDefaultProfile."""
        body = await fields(request, _NUMBERS)
        charger = _charger(body)
        limit = Limit.of(body)
        connector_id = body.integer("connectorId", 0, minimum=0, maximum=_MAX_CONNECTOR)
        body.finish()
        await Operator(system, server, timeout).limit(charger, limit, connector_id, clock.now())
        return {
            "id": charger,
            "status": ACCEPTED,
            "connectorId": connector_id,
            "limit": limit.rate,
            "unit": str(limit.unit),
            "duration": limit.duration_s,
        }

    return api


def _charger(body: Fields) -> str:
    return body.text("id", min_length=1).strip()


def _optional(body: Fields, name: str, minimum: int, maximum: int) -> int | None:
    return body.integer(name, minimum=minimum, maximum=maximum) if body.has(name) else None
