"""The same screen in a browser: a web server that starts a screen for every browser that comes."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from chargepoint.api.errors import InputError
from launcher.addresses import LOOPBACK, is_loopback

_FORM = "[HOST:]PORT, like 8000 or 192.0.2.7:8000"

_CONTENT_POLICY = (
    "default-src 'self' 'unsafe-inline' data: blob:; connect-src 'self' ws: wss:; frame-ancestors 'none'"
)
"""textual-serve's page would ask Google for a font: the browser's own will do, and nobody is told who looks at a
yard. And no other page may hold it in a frame."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the web server listens."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """``[HOST:]PORT``, on the loopback without a host; raises InputError."""
        host, _, port = text.rpartition(":")
        if not (port.isascii() and port.isdecimal() and 1 <= int(port) <= 65_535):
            raise InputError("serve", text, _FORM)
        return cls(host.strip("[]") or LOOPBACK, int(port))

    @property
    def url(self) -> str:
        """What a browser is given."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)


def same_origin(origin: str | None, host: str | None) -> bool:
    """Whether a websocket comes from the page that this server gave out (RFC 6455, section 10.2): the yard can be
    driven through it, and any page in the same browser could try."""
    return origin is not None and host is not None and urlsplit(origin).netloc == host


def named_loopback(host: str | None) -> bool:
    """Whether a request's ``Host`` names this machine; another name that leads here is a page that plays a trick
    (DNS rebinding)."""
    return host is not None and urlsplit(f"//{host}").hostname in ("localhost", "127.0.0.1", "::1")


def serve(address: Address, command: Sequence[str]) -> int:
    """Serve until Ctrl+C; each browser drives a ``command`` of its own. Raises InputError without textual-serve."""
    # The web server and its libraries cost the screen's start, and are an extra.
    try:
        from aiohttp import web
        from textual_serve.server import Server
    except ImportError:
        raise InputError("serve", None, "possible without textual-serve: pip install 'cp-simu[serve]'") from None

    class YardServer(Server):
        """textual-serve's, for the pages it gave out itself."""

        async def handle_index(self, request: web.Request) -> Any:
            """The page; its links lead where the browser came."""
            self._check_host(request)
            self.public_url = f"{request.scheme}://{request.host}"
            page = await super().handle_index(request)
            page.headers["Content-Security-Policy"] = _CONTENT_POLICY
            return page

        async def handle_websocket(self, request: web.Request) -> Any:
            """The keys and the picture."""
            self._check_host(request)
            if not same_origin(request.headers.get("Origin"), request.headers.get("Host")):
                raise web.HTTPForbidden(text="not from the page of this server")
            return await super().handle_websocket(request)

        async def on_startup(self, app: web.Application) -> None:
            """Say where, once."""
            print(f"cp-simu tui: {address.url} shows the screen; Ctrl+C ends it", file=sys.stderr, flush=True)

        def _check_host(self, request: web.Request) -> None:
            if address.loopback and not named_loopback(request.headers.get("Host")):
                raise web.HTTPForbidden(text=f"not by this name: {address.url} shows the screen")

    if not address.loopback and "--read-only" not in command:
        print(
            "cp-simu tui: whoever reaches this address can drive the yard; --read-only only shows it", file=sys.stderr
        )
    YardServer(shlex.join(command), address.host, address.port, title="cp-simu").serve()
    return 0
