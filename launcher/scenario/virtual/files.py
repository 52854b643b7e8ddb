"""Files in virtual time: those of the bundled central system, by its HTTP API and without a socket."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from chargepoint.adapters import transfer
from chargepoint.model.errands import CarryOut, Download, Failed, Result, TransferFailure, Upload
from launcher.scenario.virtual.loop import VirtualLoop

Asgi = Callable[[Any, Any, Any], Coroutine[Any, Any, None]]


def in_no_time(app: Any, loop: VirtualLoop) -> Asgi:
    """``app``, which reads and writes files while time stands still: it has threads of its own for that."""

    async def held(scope: Any, receive: Any, send: Any) -> None:
        if str(scope.get("path", "")).startswith("/files"):
            with loop.standing_still():
                await app(scope, receive, send)
        else:
            await app(scope, receive, send)

    return held


def carrying(api: str, app: Callable[[], Any]) -> CarryOut:
    """Does errands to ``app``, which answers at ``api``; all that is elsewhere is away."""

    async def carry_out(errand: Download | Upload, trusted_roots: str) -> Result:
        if not errand.location.startswith(f"{api}/"):
            return Failed(TransferFailure.FAILED, "in virtual time there is nothing but the bundled central system")
        import httpx  # half a second, which scenarios without files do not wait for

        from chargepoint.adapters.transfer import http

        way = httpx.ASGITransport(app(), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=way) as client:
            if isinstance(errand, Download):
                return await http.fetch_with(client, errand.location)
            place = transfer.target(errand.location, errand.file_name)
            return await http.store_with(client, place, errand.content)

    return carry_out
