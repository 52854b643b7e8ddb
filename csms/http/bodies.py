"""Request bodies: read as JSON whatever their content type says, for curl's own default is a form's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fastapi import Request

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json


async def json_object(request: Request, *, empty: bool = False) -> Mapping[str, object]:
    """The JSON object in the body; with ``empty`` an absent body is ``{}``. Raises InputError."""
    body = await request.body()
    if empty and not body.strip():
        return {}
    value = parse_json(body, "body")
    if not isinstance(value, Mapping):
        raise InputError("body", value, "a JSON object")
    return value


async def fields(request: Request, numbers: Iterable[str] = ()) -> Fields:
    """The fields of the body's JSON object; those of ``numbers`` may be written as text, like ``"8"``."""
    raw = dict(await json_object(request))
    for name in numbers:
        value = raw.get(name)
        if isinstance(value, str):
            raw[name] = _number(value)
    return Fields(raw, "body")


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text  # refused where the field is taken, with its name


def described(properties: Mapping[str, object], example: object, required: Iterable[str] = ()) -> dict[str, object]:
    """The OpenAPI description of a body that is read here."""
    schema = {"type": "object", "properties": properties, "required": list(required)}
    if not schema["required"]:
        del schema["required"]
    return {"requestBody": {"content": {"application/json": {"schema": schema, "example": example}}}}
