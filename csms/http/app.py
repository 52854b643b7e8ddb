"""The HTTP application: its calls, its errors, its page."""

from __future__ import annotations

from fastapi import FastAPI

from chargepoint.clock import Clock
from csms.csms import CentralSystem
from csms.http import commands, docs, errors, fleet, moev
from csms.server import Server
from csms.store import Store

DESCRIPTION = """See charge points and transactions, and send any OCPP command to a charge point that is connected.

Every error is `{"error": one line, "detail": {...}}`: 404 unknown or not connected, 409 the charge point says no,
422 wrong input, 504 the charge point is silent."""


def create_app(system: CentralSystem, server: Server, store: Store, clock: Clock) -> FastAPI:
    """The application that shows ``system`` and sends commands by ``server``."""
    app = FastAPI(title="cp-simu central system", description=DESCRIPTION, version="1", docs_url=None, redoc_url=None)
    errors.install(app)
    docs.install(app)
    app.include_router(fleet.router(system, server, store))
    app.include_router(commands.router(server))
    app.include_router(moev.router(system, server, clock))
    return app
