"""The way to a central system through an HTTP proxy (CONNECT, RFC 9110 section 9.3.6)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from chargepoint.adapters.link_settings import LinkSettings
from chargepoint.dialects.v16.link_keys import LINK_KEYS, WEB_SOCKET_PROXY
from tests.chargepoint.adapters.links import central_system, linked, stay
from tests.support.ports import free_port

[KEY] = [key for key in LINK_KEYS if key.name == WEB_SOCKET_PROXY]


@asynccontextmanager
async def proxy(status: str = "200 OK") -> AsyncIterator[tuple[int, list[str]]]:
    """One that answers CONNECT with ``status``, and then passes bytes on; its port, and the requests it got."""
    requests: list[str] = []

    async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        requests.append(head)
        writer.write(f"HTTP/1.1 {status}\r\n\r\n".encode())
        if not status.startswith("200"):
            writer.close()
            return
        host, _, port = head.split(" ")[1].partition(":")
        there, back = await asyncio.open_connection(host, int(port))
        await asyncio.gather(passed_on(reader, back), passed_on(there, writer))

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], requests


async def test_the_proxy_that_is_configured_is_asked_for_the_central_system() -> None:
    async with proxy() as (port, requests), central_system(stay) as url:
        settings = LinkSettings(proxy=f"http://me:s3cret@127.0.0.1:{port}")
        async with linked(url, settings=settings) as link:
            await link.opened()
    [head] = requests
    host = url.removeprefix("ws://").partition("/")[0]
    assert head.startswith(f"CONNECT {host} HTTP/1.1")
    assert f"Proxy-Authorization: Basic {base64.b64encode(b'me:s3cret').decode()}" in head


async def test_a_proxy_that_refuses_or_is_not_there_is_told_and_its_password_is_not() -> None:
    async with proxy("403 Forbidden") as (port, _), central_system(stay) as url:
        for place in (port, free_port()):
            settings = LinkSettings(proxy=f"http://me:s3cret@127.0.0.1:{place}")
            async with linked(url, settings=settings) as link:
                why = await link.closed()
            assert "403" in why or "Connect call failed" in why
            assert "s3cret" not in why


@pytest.mark.parametrize("right", ["", "http://proxy:3128", "https://me:pw@proxy.example:443", "http://[::1]:8080/"])
def test_a_proxy_is_configured_by_its_url(right: str) -> None:
    assert KEY.check(right) == right.rstrip("/")


@pytest.mark.parametrize(
    "wrong",
    [
        "proxy:3128",
        "socks5://proxy:1080",
        "http://proxy",
        "http://proxy:x",
        "http:// :1",
        "http://proxy:99999",
        "http://[::1:3",
    ],
)
def test_what_is_no_proxy_is_refused(wrong: str) -> None:
    assert KEY.check(wrong) is None
