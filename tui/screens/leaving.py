"""Screens that are left once, however often in one breath a key asks for it."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen, ScreenResultType


class OnceLeft(Screen[ScreenResultType]):
    """Leaving a screen that is left already would leave the one below it, and in the end the program."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave with ``result``, once."""
        return super().dismiss(result) if self.is_current else AwaitComplete()


class Modal(OnceLeft[ScreenResultType], ModalScreen[ScreenResultType]):
    """A form or a question laid over another screen."""
