"""The door of a pool: where the launcher asks for stations to come up and to end, and how they are."""

from __future__ import annotations

import asyncio
import contextlib
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

    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(serve, path, limit=LONGEST_LINE)
    path.chmod(0o600)
    try:
        yield
    finally:
        server.close()
        path.unlink(missing_ok=True)


async def _answer(host: Host, line: bytes) -> PoolAnswer:
    try:
        return await host.obey(PoolOrder.from_line(line))
    except InputError as error:
        return PoolAnswer(error=str(error))
