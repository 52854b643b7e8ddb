"""The event listener protocol of supervisord: READY, an event, RESULT, for ever."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator


async def programs_of_events() -> AsyncIterator[str]:
    """The program of each process event that supervisord tells on standard input, acknowledged when it was taken.
    Ends with the input, which is supervisord's end."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while True:
        _write("READY\n")
        try:
            header = _tokens(await reader.readuntil())
            body = _tokens(await reader.readexactly(int(header["len"])))
        except asyncio.IncompleteReadError:
            return
        _write("RESULT 2\nOK")
        yield body["processname"]


def _tokens(line: bytes) -> dict[str, str]:
    return dict(token.split(":", 1) for token in line.decode().split())


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
