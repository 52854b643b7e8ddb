"""Where the filter is typed: one line, and below it what is wrong with it while it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from chargepoint.api.errors import InputError
from tui.state.filters import Filter, parse_filter


class FilterInput(Input):
    """One line with a memory: up and down bring earlier filters back."""

    BINDINGS = [  # noqa: RUF012 - annotated by Textual
        Binding("up", "recall(-1)", show=False),
        Binding("down", "recall(1)", show=False),
        Binding("escape", "leave", show=False),
    ]

    class Left(Message):
        """Escape: no filter after all."""

    def __init__(self) -> None:
        super().__init__(id="filter", placeholder="text  status:charging  power>5  -id:x*", compact=True)
        self._earlier: list[str] = []
        self._at = 0

    def remember(self) -> None:
        """What stands here was meant."""
        text = self.value.strip()
        if text:
            self._earlier = [earlier for earlier in self._earlier if earlier != text] + [text]
        self._at = len(self._earlier)

    def action_recall(self, steps: int) -> None:
        """An earlier filter, or a later one."""
        self._at = max(0, min(self._at + steps, len(self._earlier)))
        self.value = self._earlier[self._at] if self._at < len(self._earlier) else ""
        self.cursor_position = len(self.value)

    def action_leave(self) -> None:
        """Go back without a filter."""
        self.post_message(self.Left())


class FilterBox(Vertical):
    """Takes no room while there is no filter. A filter that is wrong leaves the last one that was right."""

    @dataclass
    class Changed(Message):
        """Another filter was typed, and can be read."""

        filter: Filter

    class Kept(Message):
        """Enter: go on with the filter as it is."""

    def __init__(self, count: Callable[[], str]) -> None:
        super().__init__(id="filter-box")
        self._count = count
        self._input = FilterInput()
        self._verdict = Static(id="filter-verdict", markup=False)
        self._wrong = False

    def compose(self) -> ComposeResult:
        """The line and what is said of it."""
        yield self._input
        yield self._verdict

    def on_mount(self) -> None:
        """Nothing is filtered yet."""
        self.display = False

    @property
    def text(self) -> str:
        """What stands in the line."""
        return self._input.value

    @text.setter
    def text(self, wanted: str) -> None:
        self._input.value = wanted

    @property
    def typing(self) -> bool:
        """Whether keys go to the line."""
        # Not has_focus, which becomes true when the widget hears of it: the next key may come sooner.
        return self.screen.focused is self._input

    def open(self) -> None:
        """Begin to type."""
        self.display = True
        # At once: what is typed ahead belongs to the filter, and is no key of the screen.
        self.screen.set_focus(self._input)

    def settle(self) -> None:
        """Typing has ended."""
        self._input.remember()
        self.display = bool(self._input.value)

    def refresh_count(self) -> None:
        """Say how many the filter shows now."""
        if not self._wrong and self.display:
            self._verdict.update(self._count())

    @on(Input.Changed, "#filter")
    def judge(self, event: Input.Changed) -> None:
        """Read what stands there so far."""
        event.stop()
        try:
            wanted = parse_filter(event.value)
        except InputError as error:
            self._wrong = True
            self._verdict.update(str(error).removeprefix("filter: "))
        else:
            self._wrong = False
            self.post_message(self.Changed(wanted))
        self._verdict.set_class(self._wrong, "-wrong")

    @on(Input.Submitted, "#filter")
    def keep(self, event: Input.Submitted) -> None:
        """Leave the line."""
        event.stop()
        self.post_message(self.Kept())
