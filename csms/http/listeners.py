"""Ports that charge points connect to: seen, opened and changed at run time."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from csms.http.bodies import described, fields
from csms.http.errors import NotFound, responses
from csms.listener import CertificateState, ClientCertificates, TlsVersion, parse_listener
from csms.listeners import Listener, Listeners

FIRST = 1
"""The one of the command line."""

DESCRIPTION = """How charge points connect. The first one is the port of the command line; others are opened here, on
free ports. What is changed holds for the connections to come; those that are there stay.

- `tls`: false for TCP alone; `plain`: TCP as well, on the same port
- `certificate`: what the server shows: `right`, or one that is `expiring` within a week, `expired`, `not_yet_valid`,
  of an `other_authority` of the same name, or made out to an `other_name`
- `client_certificates`: what charge points show: `not_asked`, `optional` (a password does as well) or `required`
- `version`: this version of TLS alone, also one that is too old; default: 1.2 and later
- `suites`: cipher suites of TLS 1.2 and before as OpenSSL calls them, like `ECDHE-ECDSA-AES128-SHA`

The certificates are of the authority (`--ca`), unless the command line gave a right one."""

_PROPERTIES: dict[str, Any] = {
    "tls": {"type": "boolean", "default": True},
    "plain": {"type": "boolean", "default": False},
    "certificate": {"enum": [str(each) for each in CertificateState], "default": "right"},
    "client_certificates": {"enum": [str(each) for each in ClientCertificates], "default": "optional"},
    "version": {"enum": [str(each) for each in TlsVersion]},
    "suites": {"type": "string"},
}
_BODY = described(_PROPERTIES, {"certificate": "expired"})


def router(listeners: Listeners) -> APIRouter:
    """The calls about them."""
    api = APIRouter(tags=["listeners"], responses=responses(404, 422))

    def of(id: int) -> Listener:
        if id not in listeners.all:
            known = ", ".join(map(str, listeners.all))
            raise NotFound(f"there is no listener {id}; there are: {known}")
        return listeners.all[id]

    @api.get("/listeners")
    async def all() -> list[dict[str, object]]:
        """Every one."""
        return [_view(each) for each in listeners.all.values()]

    @api.post("/listeners", status_code=201, description=DESCRIPTION, openapi_extra=_BODY)
    async def open(request: Request) -> dict[str, object]:
        return _view(await listeners.open_another(parse_listener(await fields(request))))

    @api.put("/listeners/{id}", openapi_extra=_BODY)
    async def change(id: int, request: Request) -> dict[str, object]:
        """Other settings in place of all that it has."""
        listener = of(id)
        listeners.change(listener, parse_listener(await fields(request)))
        return _view(listener)

    @api.delete("/listeners/{id}")
    async def close(id: int) -> dict[str, object]:
        """Listen there no more, and close its connections."""
        listener = of(id)
        if id == FIRST:
            raise NotFound(f"listener {FIRST} stays as long as the program; PUT changes it")
        await listeners.close(listener)
        return _view(listener)

    return api


def _view(listener: Listener) -> dict[str, object]:
    return {"id": listener.id, "url": listener.url, **listener.settings.to_json()}
