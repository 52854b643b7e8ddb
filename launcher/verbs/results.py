"""The launcher's answers on a terminal."""

from __future__ import annotations

from launcher.api.commands import CommandResult
from launcher.diagnostics import narrate, say


def told(result: CommandResult, *, data: bool = False) -> bool:
    """Tell what became of each entry: what went wrong on stderr, the rest, with ``data``, on stdout. Returns whether
    all of it is good."""
    for entry in result.results:
        if not entry.result.good:
            narrate(f"{entry.id or 'an entry without id'}: {entry.result}: {entry.reason}")
        elif data:
            say(f"{entry.id}\t{entry.result}")
    return result.good
