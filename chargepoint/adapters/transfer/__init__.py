"""Files that come and go: HTTP, HTTPS, FTP, and FTPS (explicit TLS). Import it when the first file is wanted.

A location whose path ends in a file name (its last segment has a dot, or there is a query) is that file; any other is
a directory, in which an upload gets the name it comes with. User and password may be in the location.
"""

from __future__ import annotations

import asyncio
import ssl
from importlib import import_module
from typing import Protocol, cast
from urllib.parse import quote, urlsplit, urlunsplit

from chargepoint.model.errands import Download, Failed, Result, TransferFailure, Upload
from chargepoint.trust import trusting

OVERALL_S = 1800.0
"""No transfer takes longer."""

PROTOCOLS = {"http": "http", "https": "http", "ftp": "ftp", "ftps": "ftp"}
"""URL scheme to the module that speaks it."""


class _Protocol(Protocol):
    async def fetch(self, location: str, tls: ssl.SSLContext) -> Result: ...

    async def store(self, location: str, content: bytes, tls: ssl.SSLContext) -> Result: ...


async def carry_out(errand: Download | Upload, trusted_roots: str = "") -> Result:
    """Do ``errand``. Servers are known by the system's root certificates and ``trusted_roots`` (PEM)."""
    try:
        parts = urlsplit(errand.location)
        port = parts.port
    except ValueError as error:
        return Failed(TransferFailure.BAD_ADDRESS, str(error))
    name = PROTOCOLS.get(parts.scheme)
    if not parts.scheme or not parts.hostname or port == 0 or not errand.location.isprintable():
        return Failed(TransferFailure.BAD_ADDRESS, "a location is a URL like 'ftp://user:password@host/directory'")
    if name is None:
        return Failed(TransferFailure.UNKNOWN_PROTOCOL, f"{parts.scheme!r:.20} is none of {', '.join(PROTOCOLS)}")
    try:
        async with asyncio.timeout(OVERALL_S):
            # In a thread: the libraries take a tenth of a second to load, and the station goes on.
            protocol = cast(_Protocol, await asyncio.to_thread(import_module, f"{__name__}.{name}"))
            tls = trusting(cadata=trusted_roots)
            if isinstance(errand, Download):
                return await protocol.fetch(errand.location, tls)
            return await protocol.store(target(errand.location, errand.file_name), errand.content, tls)
    except TimeoutError:
        return Failed(TransferFailure.FAILED, f"not done after {OVERALL_S:g} s")
    except OSError as error:
        return Failed(TransferFailure.FAILED, str(error))
    except ValueError as error:
        # A host or a path that the libraries cannot take.
        return Failed(TransferFailure.BAD_ADDRESS, str(error))


def target(location: str, file_name: str) -> str:
    """The URL at which an upload is stored."""
    parts = urlsplit(location)
    if parts.query or "." in parts.path.rpartition("/")[2]:
        return location
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{quote(file_name)}"))
