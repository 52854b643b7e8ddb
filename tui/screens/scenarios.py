"""Scenarios: what each proves about a back end, and one that is played, line by line."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Log, OptionList, Static
from textual.widgets.option_list import Option

from launcher.scenario.format import Scenario, load
from launcher.verbs.scenarios import ready
from tui.screens.overlay import OnceLeft

_KEYS: Final = "enter plays it on {where} · b on a central system of its own · x stops · esc back"
_VERDICTS: Final = {0: "passed", 1: "failed", 2: "cannot be read", 3: "the central system was not reached"}
_NAME_WIDTH: Final = 30
_LONGEST_LINE: Final = 2**20


class ScenarioScreen(OnceLeft[None]):
    """The ready scenarios above, what the one that is played says below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", show=False),
        Binding("j", "app.simulate_key('down')", show=False),
        Binding("k", "app.simulate_key('up')", show=False),
        Binding("b", "play_alone", show=False),
        Binding("x", "stop", show=False),
    ]

    def __init__(self, central_system: str, *, read_only: bool) -> None:
        """``central_system``: that of the yard."""
        super().__init__()
        self._central_system = central_system
        self._read_only = read_only
        self._list = OptionList(id="scenarios", compact=True, markup=False)
        self._log = Log(id="played", highlight=False)
        self._process: Process | None = None

    def compose(self) -> ComposeResult:
        """List, log, keys."""
        self._list.border_title = "Scenarios"
        self._log.border_title = "nothing is played"
        yield self._list
        yield self._log
        yield Static(_KEYS.format(where=self._central_system), id="scenario-keys", markup=False)

    def on_mount(self) -> None:
        """Read the files, beside the screen."""
        self.set_focus(self._list)
        self._fill()

    @work
    async def _fill(self) -> None:
        for scenario in await asyncio.to_thread(_ready):
            line = f"{scenario.name[:_NAME_WIDTH]:<{_NAME_WIDTH}}  {scenario.proves}"
            self._list.add_option(Option(line, id=scenario.file))
        self._list.border_subtitle = f"{self._list.option_count} ready"
        if self._list.option_count:
            self._list.highlighted = 0

    @on(OptionList.OptionSelected)
    def play(self, event: OptionList.OptionSelected) -> None:
        """Play the chosen one on the yard's central system."""
        self._begin(str(event.option.id), "--central-system", self._central_system)

    def action_play_alone(self) -> None:
        """Play the chosen one on a central system that is started for it."""
        if option := self._list.highlighted_option:
            self._begin(str(option.id))

    def action_stop(self) -> None:
        """End what is played."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    def action_back(self) -> None:
        """Leave; what is played ends."""
        self.action_stop()
        self.dismiss(None)

    def _begin(self, file: str, *options: str) -> None:
        if self._read_only or self._process is not None:
            why = "this screen is read-only" if self._read_only else "one is played already: x stops it"
            self.notify(f"{why}.", title="Play: not now", severity="warning", markup=False)
            return
        self._play(file, options)

    @work
    async def _play(self, file: str, options: tuple[str, ...]) -> None:
        self._log.clear()
        self._log.border_title = "playing"
        process = self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "launcher", "run", file, "--verbose", *options),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            limit=_LONGEST_LINE,
        )
        try:
            assert process.stdout is not None
            async for line in process.stdout:
                self._log.write_line(line.decode("utf-8", "replace").rstrip())
            code = await process.wait()
        finally:
            self._process = None
            if process.returncode is None:
                process.kill()
        self._log.border_title = _VERDICTS.get(code, "stopped")


def _ready() -> list[Scenario]:
    return [load(file) for file in ready()]
