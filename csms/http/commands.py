"""Any command of a central system to any connected charge point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request

from csms import v16
from csms.commands import DEFAULT_TIMEOUT_S
from csms.http.bodies import described, json_object
from csms.http.errors import responses
from csms.server import Server

Timeout = Annotated[float, Query(gt=0, le=600, description="how long to wait for each answer, in seconds")]


@dataclass(frozen=True, slots=True)
class CommandView:
    """A charge point's answer; ``violation`` tells what it does against the standard, if anything."""

    id: str
    action: str
    response: dict[str, object]
    violation: str | None


def router(server: Server) -> APIRouter:
    """The generic command call."""
    api = APIRouter(tags=["commands"], responses=responses(404, 409, 422, 504))
    actions = ", ".join(sorted(v16.DIALECT.commands))

    @api.post(
        "/charge-points/{id}/commands/{action}",
        description=f"Send `action` with the body as its payload and wait for the answer. Actions: {actions}.",
        openapi_extra=described({}, {"type": "Soft"}),
    )
    async def command(id: str, action: str, request: Request, timeout: Timeout = DEFAULT_TIMEOUT_S) -> CommandView:
        payload = await json_object(request, empty=True)
        answer = await server.call(id, action, payload, timeout)
        return CommandView(id, action, dict(answer.payload), answer.violation)

    return api
