"""Files over HTTP and HTTPS: GET, and PUT; POST where a server knows no PUT."""

from __future__ import annotations

import ssl
from hashlib import sha256
from urllib.parse import unquote, urlsplit

import httpx

from chargepoint.model.errands import HEAD_BYTES, Delivered, Failed, Fetched, Result, TransferFailure

STEP_TIMEOUT_S = 30.0
LARGEST_BYTES = 2**30
"""A larger file is not fetched to its end: it is none for a charge point."""


async def fetch(location: str, tls: ssl.SSLContext) -> Result:
    """GET the file at ``location``, following redirections."""
    async with _client(tls) as client:
        return await fetch_with(client, location)


async def fetch_with(client: httpx.AsyncClient, location: str) -> Result:
    """GET the file at ``location``."""
    head, digest, size = bytearray(), sha256(), 0
    try:
        async with client.stream("GET", location) as response:
            if response.is_error:
                return _failed(response)
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > LARGEST_BYTES:
                    return Failed(TransferFailure.FAILED, f"larger than {LARGEST_BYTES} bytes")
                digest.update(chunk)
                head += chunk[: HEAD_BYTES - len(head)]
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return _broken(error)
    return Fetched(size, digest.digest(), bytes(head))


async def store(location: str, content: bytes, tls: ssl.SSLContext) -> Result:
    """PUT ``content`` to ``location``; POST it when the server does not know PUT (405, 501)."""
    async with _client(tls) as client:
        return await store_with(client, location, content)


async def store_with(client: httpx.AsyncClient, location: str, content: bytes) -> Result:
    """PUT ``content`` to ``location``, or POST it."""
    name = unquote(urlsplit(location).path.rpartition("/")[2])
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    try:
        response = await client.put(location, content=content, headers=headers)
        if response.status_code in (httpx.codes.METHOD_NOT_ALLOWED, httpx.codes.NOT_IMPLEMENTED):
            headers["Content-Disposition"] = f'attachment; filename="{name}"'
            response = await client.post(location, content=content, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return _broken(error)
    return Delivered() if response.is_success else _failed(response)


def _client(tls: ssl.SSLContext) -> httpx.AsyncClient:
    return httpx.AsyncClient(verify=tls, timeout=STEP_TIMEOUT_S, follow_redirects=True)


def _failed(response: httpx.Response) -> Failed:
    denied = response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
    why = TransferFailure.DENIED if denied else TransferFailure.FAILED
    return Failed(why, f"HTTP {response.status_code} {response.reason_phrase}".rstrip())


def _broken(error: Exception) -> Failed:
    bad = isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol)
    why = TransferFailure.BAD_ADDRESS if bad else TransferFailure.FAILED
    return Failed(why, str(error) or type(error).__name__)
