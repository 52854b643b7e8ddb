"""Keys act in their order, also those that a line or a list takes itself: what is typed ahead waits for them.

Textual hands a key to the widget that has the focus and looks at the next one at once; a key that the widget has no
use for comes back, behind those that were typed meanwhile. Enter in a line would have the line take what is meant for
what lies below it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from textual.app import App
from textual.events import Key
from textual.message_pump import MessagePump
from textual.widget import Widget

PATIENCE_S: Final = 1.0
"""No key waits longer for the one before."""

Handler = Callable[[Key], Awaitable[None]]


class KeysInOrder:
    """Has a key do all that it leads to before the next one of ``app`` is looked at."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._unused: Key | None = None

    def came_back(self, key: Key) -> None:
        """No widget had a use for ``key``."""
        self._unused = key

    async def take(self, key: Key, hand_on: Handler, use: Handler) -> None:
        """``hand_on`` gives ``key`` to a widget; ``use`` is for what comes back."""
        target = self._app.focused or self._app.screen
        await hand_on(key)
        if not key.is_forwarded:
            return
        await _done_by(target)
        if self._unused is key:
            await use(key)
            await _done_by(target)


async def _done_by(widget: Widget) -> None:
    """Return when it, what it lies in and their screen have dealt with all that they were told."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            for node in widget.ancestors_with_self:
                while isinstance(node, Widget) and await _passed(node) and node.message_queue_size:
                    pass


async def _passed(pump: MessagePump) -> bool:
    """Wait until ``pump`` has come to what it is told now; whether it still runs."""
    passed = asyncio.Event()
    if not (pump.is_running and pump.call_later(passed.set)):
        return False
    await passed.wait()
    return True
