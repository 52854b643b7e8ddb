"""The one form of every error: ``{"error": one line, "detail": what a program can read}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from chargepoint.api.errors import InputError
from csms.commands import CommandError, InvalidCommand, NoAnswer, NotConnected, Refused, UnknownCommand
from csms.files import NoRoom
from csms.v16.operations import NotAccepted, NothingToStop

_SCHEMA = {
    "type": "object",
    "required": ["error", "detail"],
    "properties": {"error": {"type": "string"}, "detail": {"type": "object"}},
}
_STATUSES = {
    404: "unknown, or not connected",
    409: "the charge point has refused",
    413: "too large",
    422: "wrong input: `detail` says what would be right",
    504: "the charge point has not answered in time",
}


class NotFound(Exception):
    """What the path names is not there."""


def described(error: CommandError) -> tuple[int, dict[str, object]]:
    """The status code of ``error`` and its detail."""
    match error:
        case NotConnected() | UnknownCommand():
            return 404, {}
        case InvalidCommand():
            return 422, {"code": str(error.violation.code), "reason": error.violation.reason}
        case Refused():
            refusal = error.error
            return 409, {"code": refusal.code, "description": refusal.description, "details": dict(refusal.details)}
        case NotAccepted():
            return 409, {"status": error.status}
        case NothingToStop():
            return 409, {}
        case NoAnswer():
            return 504, {"sent": error.sent}
    return 500, {}


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI description of the errors that a call may end with."""
    content = {"application/json": {"schema": _SCHEMA}}
    return {status: {"description": _STATUSES[status], "content": content} for status in statuses}


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` in the one form."""

    @app.exception_handler(CommandError)
    async def command_error(_: Request, error: CommandError) -> JSONResponse:
        status, detail = described(error)
        return _answer(status, str(error), detail)

    @app.exception_handler(InputError)
    async def input_error(_: Request, error: InputError) -> JSONResponse:
        return _answer(422, str(error), {"field": error.field, "expected": error.expected})

    @app.exception_handler(RequestValidationError)
    async def validation_error(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"][1:])
        return _answer(422, f"{field}: {first['msg']}", {"field": field, "expected": first["msg"]})

    @app.exception_handler(NotFound)
    async def not_found(_: Request, error: NotFound) -> JSONResponse:
        return _answer(404, str(error), {})

    @app.exception_handler(NoRoom)
    async def no_room(_: Request, error: NoRoom) -> JSONResponse:
        return _answer(413, str(error), {})

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        text = f"{request.method} {request.url.path}: {error.detail}; /docs shows what there is"
        return JSONResponse({"error": text, "detail": {}}, error.status_code, error.headers)

    @app.exception_handler(Exception)
    async def failure(request: Request, _: Exception) -> JSONResponse:
        return _answer(500, f"{request.method} {request.url.path} failed; the log says why", {})


def _answer(status: int, error: str, detail: Mapping[str, object]) -> JSONResponse:
    return JSONResponse({"error": error, "detail": detail}, status)
