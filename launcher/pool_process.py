"""A pool of charge points as a child process, spoken to by lines of JSON: no yard and no broker is needed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Iterable

from chargepoint.api.errors import InputError
from chargepoint.api.pool import PoolCommand
from chargepoint.api.topics import Topics
from chargepoint.bus import Message
from chargepoint.lines import LONGEST_LINE, from_line, to_line


class PoolProcess:
    """``python -m chargepoint.pool`` and both ends of its line. ``hear`` takes its messages; it may raise InputError
    for one that it cannot read."""

    def __init__(self, name: str, process: Process, topics: Topics, hear: Callable[[Message], None]) -> None:
        self.name = name
        self._process = process
        self._topics = topics
        self._hear = hear
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, name: str, topics: Topics, hear: Callable[[Message], None], *options: str) -> PoolProcess:
        """A pool called ``name``, with further ``options``."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "chargepoint.pool"),
            *("--name", name, "--root", topics.root, "--log-level", "error", *options),
            stdin=PIPE,
            stdout=PIPE,
            limit=LONGEST_LINE,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", "CP_SIMU_BROKER": ""},
            # Ctrl+C is ours: the pools are closed when the report is made.
            start_new_session=True,
        )
        return cls(name, process, topics, hear)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it lives."""
        return self._process.returncode

    async def ended(self) -> None:
        """Wait until it has said its last and is gone."""
        await asyncio.wait([self._reader])
        await self._process.wait()

    async def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        await self._reader

    async def command(self, command: PoolCommand) -> None:
        """Command the pool."""
        await self.write([Message(self._topics.pool(self.name, "cmd"), command.to_json())])

    async def write(self, messages: Iterable[Message]) -> None:
        """Tell it, or its stations, something; one that has died is told nothing."""
        writer = self._process.stdin
        assert writer is not None
        with contextlib.suppress(ConnectionError):
            writer.writelines(map(to_line, messages))
            await writer.drain()

    async def _read(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            with contextlib.suppress(InputError):
                self._hear(from_line(line))
