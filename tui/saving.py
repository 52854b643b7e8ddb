"""What is written to files for somebody: a setup, a trace. Each in a thread, and then told of."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from chargepoint.api.errors import InputError
from tui import files
from tui.state import units
from tui.state.answers import Notice, Severity
from tui.state.setups import setup_text
from tui.state.station import Station

_SHOWN_IDS: Final = 5


async def save_trace(path: Path, text: str) -> list[Notice]:
    """Write the traffic of a charge point, a frame a line; what there is to tell of it."""
    return await _save(path, text, units.plural(text.count("\n"), "frame"))


async def save_setup(path: Path, stations: Sequence[Station]) -> list[Notice]:
    """Write the setup of ``stations``; what there is to tell of it."""
    text, left_out = setup_text(stations)
    notices = await _save(path, text, units.plural(len(stations) - len(left_out), "charge point"))
    if left_out and notices[0].severity is Severity.INFORMATION:
        names = ", ".join(left_out[:_SHOWN_IDS]) + (" …" if len(left_out) > _SHOWN_IDS else "")
        reason = f"left out, because they have not told how they are started: {names}"
        notices.append(Notice("save", reason, Severity.WARNING))
    return notices


async def _save(path: Path, text: str, what: str) -> list[Notice]:
    try:
        await asyncio.to_thread(files.write_setup, path, text)
    except InputError as error:
        return [Notice("save", str(error), Severity.ERROR)]
    return [Notice("", f"{what} saved to {path}", Severity.INFORMATION)]
