"""What is laid over the yard and leaves with one answer."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette
from textual.screen import ModalScreen, Screen

Answer = TypeVar("Answer")


class OnceLeft(Screen[Answer]):
    """A screen that answers once: a key typed twice must not close what lies below, nor do the deed twice."""

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Leave with ``result``; nothing when it was left already, or something lies above."""
        return super().dismiss(result) if self.is_active else AwaitComplete()


class Overlay(ModalScreen[Answer]):
    """A form or a question laid over another screen; it answers once."""

    # Not an OnceLeft: Textual takes the style sheets of the first base alone.
    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Leave with ``result``; nothing when it was left already, or something lies above."""
        return super().dismiss(result) if self.is_active else AwaitComplete()


class Palette(CommandPalette):
    """Textual's palette, which leaves once too."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Leave; nothing when it was left already."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def _action_command_list(self, action: str) -> None:
        # Textual 8.2 raises KeyError for a page up or down in a list without hits, or not laid out yet.
        with suppress(KeyError):
            super()._action_command_list(action)
