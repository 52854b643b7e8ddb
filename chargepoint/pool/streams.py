"""The standard streams of a pool as its bus: an MQTT message on each line."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable

from chargepoint.api.errors import InputError
from chargepoint.bus import Message
from chargepoint.lines import LONGEST_LINE, from_line, to_line


class Lines:
    """The standard streams as a bus. ``hear`` takes what comes in; a line that is no message goes to ``refuse``."""

    def __init__(self, hear: Callable[[Message], None], refuse: Callable[[str], None]) -> None:
        self._hear = hear
        self._refuse = refuse
        self._unsent: list[bytes] = []

    def publish(self, message: Message) -> None:
        """Write ``message`` in its turn; everything of one moment in one piece."""
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._write)
        self._unsent.append(to_line(message))

    async def run(self) -> None:
        """Take lines until the end of standard input."""
        reader = asyncio.StreamReader(limit=LONGEST_LINE)
        protocol = asyncio.StreamReaderProtocol(reader)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        while line := await reader.readline():
            try:
                self._hear(from_line(line))
            except InputError as error:
                self._refuse(str(error))

    def _write(self) -> None:
        lines, self._unsent = self._unsent, []
        try:
            sys.stdout.buffer.writelines(lines)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            # Nobody listens any more. Whoever did was killed, and standard input ends as well.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
