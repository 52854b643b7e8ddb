"""Id tags at run time: laid over those of the tags file, until they are taken back or the program ends."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request

from chargepoint.clock import iso
from csms.authorization import AuthorizationStatus, IdTagInfo, check_tag, parse_tag
from csms.http.bodies import described, json_object
from csms.http.errors import NotFound, responses
from csms.tags import ChangeableTags

_PROPERTIES = {
    "status": {"type": "string", "enum": [str(each) for each in AuthorizationStatus]},
    "parentIdTag": {"type": "string"},
    "expiryDate": {"type": "string", "format": "date-time"},
}


@dataclass(frozen=True, slots=True)
class TagView:
    """What is answered for an id tag, ``*`` for all others; once it has expired, an Accepted one is Expired."""

    id_tag: str
    status: AuthorizationStatus
    parent_id_tag: str | None
    expires_at: str | None


def router(tags: ChangeableTags) -> APIRouter:
    """The calls that see and change them."""
    api = APIRouter(tags=["tags"], responses=responses(404, 422))

    @api.get("/tags")
    async def all_tags() -> list[TagView]:
        """All tags that are known; `*` stands for every other."""
        return [_view(tag, info) for tag, info in tags.current().all().items()]

    example = {"status": "Blocked"}

    @api.put("/tags/{id_tag}", openapi_extra=described(_PROPERTIES, example, ["status"]))
    async def put(id_tag: str, request: Request) -> TagView:
        """Say what is answered for an id tag from now on, or for every other one: `*`."""
        info = parse_tag(await json_object(request))
        tags.set(check_tag(id_tag), info)
        return _view(id_tag, info)

    @api.delete("/tags/{id_tag}")
    async def remove(id_tag: str) -> dict[str, str]:
        """Take back what was said here about an id tag; what the file says about it counts again."""
        if not tags.remove(id_tag):
            raise NotFound(f"nothing was said here about the id tag {id_tag!r}")
        return {"id_tag": id_tag}

    @api.delete("/tags")
    async def clear() -> dict[str, int]:
        """Take back all that was said here; what the file says counts again."""
        return {"removed": tags.clear()}

    return api


def _view(tag: str, info: IdTagInfo) -> TagView:
    return TagView(tag, info.status, info.parent_id_tag, None if info.expires_at is None else iso(info.expires_at))
