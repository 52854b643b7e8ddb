"""MQTT messages over standard input and output, a JSON object on each line: a pool that needs no broker.

``{"topic": "cp_simu/cps/CP1/status", "payload": "...", "retain": true}``; retain may be left out.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json
from chargepoint.bus import Message

LONGEST_LINE = 64 * 2**20


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
        sys.stdout.buffer.writelines(lines)
        sys.stdout.buffer.flush()


def to_line(message: Message) -> bytes:
    """``message`` as a line."""
    body: dict[str, object] = {"topic": message.topic, "payload": message.payload.decode("utf-8", "replace")}
    if message.retain:
        body["retain"] = True
    return json.dumps(body, separators=(",", ":")).encode() + b"\n"


def from_line(line: bytes) -> Message:
    """The message in ``line``; raises InputError."""
    fields = Fields(parse_json(line, "line"), "line")
    payload = fields.text("payload", "", max_length=LONGEST_LINE)
    return Message(fields.text("topic", max_length=1000), payload.encode(), retain=fields.boolean("retain", False))
