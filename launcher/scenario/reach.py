"""Whether the central system is there at all, by the ways that charge points go: straight, or through proxies."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from urllib.parse import SplitResult, unquote, urlsplit

from chargepoint.api.proxy import WANTED, proxy_of
from launcher.scenario.peer import Unreachable

TIMEOUT_S = 5.0
PROXY = "WebSocketProxy"
"""The configuration key of a charge point that is to go through a proxy."""
STRAIGHT = ("",)
_PORTS = {"ws": 80, "wss": 443, "http": 80, "https": 443}


def ways(entries: Iterable[Mapping[str, object]]) -> list[str]:
    """The proxies that charge points with these start entries go through, each once; "" for none."""
    found = []
    for entry in entries:
        configuration = entry.get("ocpp_config")
        proxy = configuration.get(PROXY) if isinstance(configuration, Mapping) else None
        # Those with a central system of their own do not go where this is about.
        if not entry.get("central_system"):
            found.append(str(proxy or "").strip().rstrip("/"))
    return list(dict.fromkeys(found)) or [*STRAIGHT]


async def reach(url: str, proxies: Iterable[str] = STRAIGHT) -> None:
    """Make sure that something listens at ``url``, by one of these ways at least; raises Unreachable with what is
    wrong with each."""
    wrong = []
    for proxy in proxies:
        if proxy_of(proxy) is None:
            # Not repeated: there may be a password in it.
            wrong.append(f"what {PROXY} says is not {WANTED}")
            continue
        try:
            await (_reach_through(urlsplit(proxy), url) if proxy else _reach_straight(url))
        except Unreachable as error:
            wrong.append(str(error))
        else:
            return
    raise Unreachable("; ".join(wrong))


async def _reach_straight(url: str) -> None:
    async with _connected(urlsplit(url), f"at {url}"):
        pass


async def _reach_through(proxy: SplitResult, url: str) -> None:
    """RFC 9110 section 9.3.6. Nothing is said of the proxy's password."""
    there = urlsplit(url)
    target = f"[{there.hostname}]" if ":" in str(there.hostname) else there.hostname
    target = f"{target}:{there.port or _PORTS[there.scheme]}"
    place = f"{proxy.scheme}://{proxy.netloc.rpartition('@')[2]}"
    head = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if proxy.username is not None:
        pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        head.append(f"Proxy-Authorization: Basic {base64.b64encode(pair.encode()).decode()}")
    async with _connected(proxy, f"at the proxy {place}") as (reader, writer):
        writer.write("\r\n".join([*head, "", ""]).encode())
        told = await reader.readline()
    version, _, status = told.decode(errors="replace").strip().partition(" ")
    if not version.startswith("HTTP/") or not status[:3].isdecimal():
        raise Unreachable(f"{place} is no HTTP proxy: it answers CONNECT with {told[:80]!r}")
    if not HTTPStatus.OK <= int(status[:3]) < HTTPStatus.MULTIPLE_CHOICES:
        raise Unreachable(f"the proxy {place} does not connect to {url}: HTTP {status}")


@asynccontextmanager
async def _connected(
    parts: SplitResult, where: str
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection for what takes no longer than TIMEOUT_S. Raises Unreachable."""
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(TIMEOUT_S):
            port = parts.port or _PORTS[parts.scheme]
            secure = True if parts.scheme == "https" else None
            reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure)
            yield reader, writer
    except TimeoutError:
        raise Unreachable(f"nothing answers {where} within {TIMEOUT_S:g} s") from None
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) else ""
        raise Unreachable(f"nothing answers {where}: {told or error}") from None
    finally:
        if writer is not None:
            writer.close()
