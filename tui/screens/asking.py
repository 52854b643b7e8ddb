"""What the screen of one charge point asks for, again and again, while it is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from chargepoint.api.orders import Describe, Watch
from tui import log_tail
from tui.state.close_up import PARTS, CloseUp, Tab

WATCH_FOR_S: Final = 20.0
WATCH_EVERY: Final = 8
DESCRIBE_EVERY: Final = 3
"""In ticks of a second."""


class Asking:
    """Renews the watch, the description or the log of the tab that is in sight; for any other it asks nothing."""

    def __init__(self, close_up: CloseUp, logs: Path | None, order: Callable[[Watch | Describe], object]) -> None:
        """``logs`` is the folder with the logs of a yard on this machine; ``order`` sends what is asked."""
        self._close_up = close_up
        self._logs = logs
        self._order = order
        self._ticks = 0

    def begin(self) -> None:
        """Another tab came into sight; it has to be asked for at once."""
        self._ticks = 0

    def due(self, tab: Tab) -> bool:
        """Whether it is time again; called once a second."""
        self._ticks += 1
        return self._ticks % (WATCH_EVERY if tab is Tab.TRAFFIC else DESCRIBE_EVERY) == 0

    def ask(self, tab: Tab) -> None:
        """Ask a living charge point for what ``tab`` shows."""
        if tab is Tab.TRAFFIC:
            self._order(Watch(WATCH_FOR_S))
        elif tab in PARTS:
            self._order(Describe(PARTS[tab]))

    async def read_log(self) -> None:
        """Read the end of the log, or note why it cannot be read."""
        close_up = self._close_up
        if self._logs is None:
            close_up.log_reason = "Its log is on the machine of the yard: this screen was started without one."
            return
        try:
            close_up.log = await asyncio.to_thread(log_tail.tail, self._logs, close_up.station_id)
        except OSError as error:
            close_up.log = None
            close_up.log_reason = f"Its log cannot be read: {error.strerror}\n{error.filename}"
