"""The door of a pool: where the launcher asks for stations to come up and to end, and how they are."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.hosting import LONGEST_LINE, PoolAnswer, PoolOrder
from chargepoint.pool.host import Host


@contextlib.asynccontextmanager
async def door(path: Path, host: Host) -> AsyncIterator[None]:
    """Open while inside. Raises OSError when the socket cannot be made."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ValueError), contextlib.closing(writer):
            while line := await reader.readline():
                writer.write((await _answer(host, line)).to_line())
                await writer.drain()

    server = await asyncio.start_unix_server(serve, sock=_listening(path), limit=LONGEST_LINE)
    try:
        yield
    finally:
        server.close()


def _listening(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(path))
    path.chmod(0o600)
    return listening


async def _answer(host: Host, line: bytes) -> PoolAnswer:
    try:
        return await host.obey(PoolOrder.from_line(line))
    except InputError as error:
        return PoolAnswer(error=str(error))
