"""The HTTP application: its calls, its errors, its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import FastAPI

from chargepoint.clock import Clock
from csms.behaviours.table import Table
from csms.csms import CentralSystem
from csms.files import FilePlace
from csms.http import behaviours, commands, docs, errors, files, fleet, listeners, messages, moev, security, tags
from csms.messages import Messages
from csms.passwords import Passwords
from csms.server import Server
from csms.store import Store
from csms.tags import ChangeableTags

if TYPE_CHECKING:
    from csms.authority import Authority

DESCRIPTION = """See charge points and transactions, send any OCPP command to a charge point that is connected,
and tell the central system where to deviate from what is right.

Every error is `{"error": one line, "detail": {...}}`: 404 unknown or not connected, 409 the charge point says no,
413 too large, 422 wrong input, 504 the charge point is silent."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the calls of the API see and change."""

    system: CentralSystem
    server: Server
    store: Store
    clock: Clock
    behaviours: Table
    messages: Messages
    tags: ChangeableTags
    passwords: Passwords
    files: FilePlace
    authority: Authority | None


def create_app(parts: Parts) -> FastAPI:
    """The application that shows the central system and sends commands by its server."""
    app = FastAPI(title="cp-simu central system", description=DESCRIPTION, version="1", docs_url=None, redoc_url=None)
    errors.install(app)
    docs.install(app)
    app.include_router(fleet.router(parts.system, parts.server, parts.store))
    app.include_router(commands.router(parts.server))
    app.include_router(messages.router(parts.system, parts.server, parts.messages))
    app.include_router(behaviours.router(parts.behaviours))
    app.include_router(tags.router(parts.tags))
    app.include_router(files.router(parts.files))
    app.include_router(security.router(parts.passwords, parts.authority, parts.files))
    app.include_router(listeners.router(parts.server.listeners))
    app.include_router(moev.router(parts.system, parts.server, parts.clock))
    return app
