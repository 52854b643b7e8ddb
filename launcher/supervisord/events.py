"""The event listener protocol of supervisord: READY, an event, RESULT, for ever."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProcessEvent:
    """A program changed its state: ``event`` is such as PROCESS_STATE_EXITED."""

    event: str
    program: str
    pid: int


async def process_events() -> AsyncIterator[ProcessEvent]:
    """The events of supervisord on standard input, each acknowledged when it was taken; ends with the input."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while True:
        _write("READY\n")
        header = _tokens((await reader.readline()).decode())
        if "len" not in header:
            return
        body = _tokens((await reader.readexactly(int(header["len"]))).decode())
        _write("RESULT 2\nOK")
        yield ProcessEvent(header["eventname"], body.get("processname", ""), int(body.get("pid", 0)))


def _tokens(line: str) -> dict[str, str]:
    return dict(token.split(":", 1) for token in line.split() if ":" in token)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
