"""A program in a terminal: its colours, its keys in their order, its notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Event, Key
from textual.filter import LineFilter, Monochrome
from textual.message import Message

from tui.colourless import Colourless
from tui.keys_in_order import KeysInOrder
from tui.state.answers import Notice, Severity
from tui.themes import DARK, PLAIN, THEMES

_COLOURLESS: Final = Colourless()
_NOTICE_S: Final = {Severity.INFORMATION: 3.0, Severity.WARNING: 6.0, Severity.ERROR: 10.0}


class TerminalApp(App[None]):
    """What is Textual's affair, as we want it."""

    TITLE = "cp-simu"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (72, "-wide")]  # noqa: RUF012 - annotated by Textual

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "quit", show=False, priority=True)]

    def __init__(self) -> None:
        self._keys = KeysInOrder(self)
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)

    def choose_theme(self, wanted: str) -> None:
        """Begin with that theme; without colour where none is wanted, else with the usual one where it is unknown."""
        known = wanted if wanted in self.available_themes else DARK.name
        self.theme = PLAIN.name if self.no_color else known

    def say(self, notice: Notice) -> None:
        """Show it for a while."""
        self.notify(
            notice.text,
            title=notice.title,
            severity=notice.severity.value,
            timeout=_NOTICE_S[notice.severity],
            markup=False,
        )

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colours, for themes that do not have them."""
        return dict(DARK.variables)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Without colour nothing is coloured; Textual itself would turn colours into greys."""
        filters = [one for one in super().get_line_filters() if not isinstance(one, Monochrome)]
        return [*filters, _COLOURLESS] if self.theme == PLAIN.name else filters

    async def on_event(self, event: Event) -> None:
        """Let a key be done before the next one is looked at."""
        if isinstance(event, Key):
            await self._keys.take(event, super().on_event, self._on_key)
        else:
            await super().on_event(event)

    def post_message(self, message: Message) -> bool:
        """Take a message; a key that comes back from a widget is not for the end of the queue."""
        if isinstance(message, Key) and message.is_forwarded:
            self._keys.came_back(message)
            return True
        return super().post_message(message)
