"""The forms that name a file: where to save the setup, which one to load."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from textual import work
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Button, Static

from chargepoint.api.errors import InputError
from tui import files
from tui.screens.dialog import Dialog, entry, labelled, row
from tui.state import units
from tui.state.setups import Setup, preview

Found = TypeVar("Found")


class _PathSuggester(Suggester):
    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(files.complete, value) if value else None


class PathForm(Dialog[Found]):
    """Asks for a file; what is at the path is looked at in a thread while it is typed."""

    size_class = ""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def inspect(self, path: Path) -> Found:
        """What is at ``path``; called in a thread. Raises InputError."""
        raise NotImplementedError

    def fields(self) -> Iterable[Widget]:
        """One path."""
        path = entry("path", self._path)
        path.suggester = _PathSuggester()
        yield row(labelled("File", path))
        yield Static("→ completes the path", classes="note")

    def judge(self) -> None:
        """Look at the path, and say what is there."""
        self._look(accept=False)

    def action_accept(self) -> None:
        """Look once more and leave with what is there."""
        self._look(accept=True)

    @work(exclusive=True)
    async def _look(self, *, accept: bool) -> None:
        try:
            found = await asyncio.to_thread(self._inspect_typed, self.text("path"))
        except InputError as error:
            self._say(str(error), wrong=True)
            return
        if accept:
            self.dismiss(found)
        else:
            self._say(self.hint(found), wrong=False)

    def _inspect_typed(self, typed: str) -> Found:
        return self.inspect(files.path_of(typed))

    def _say(self, verdict: str, *, wrong: bool) -> None:
        shown = self.query_one("#verdict", Static)
        shown.update(verdict)
        shown.set_class(wrong, "-wrong")
        self.query_one("#path").set_class(wrong, "-wrong")
        self.query_one("#accept", Button).disabled = wrong


@dataclass(frozen=True, slots=True)
class SaveTo:
    """Where the setup goes; ``replaces`` when a file is there already."""

    path: Path
    replaces: bool


class SaveForm(PathForm[SaveTo]):
    """Asks where to save the setup."""

    heading = "Save setup"
    accept_word = "Save"

    def __init__(self, path: str, stations: int) -> None:
        super().__init__(path)
        self._stations = stations

    def inspect(self, path: Path) -> SaveTo:
        """Whether a file is there."""
        return SaveTo(path.absolute(), files.check_writable(path))

    def hint(self, result: SaveTo) -> str:
        """How much is saved, and what is lost."""
        replaces = " and replaces the file that is there" if result.replaces else ""
        return f"Saves {units.plural(self._stations, 'charge point')}{replaces}."


@dataclass(frozen=True, slots=True)
class LoadFrom:
    """A setup and the file it came from."""

    path: Path
    setup: Setup


class LoadForm(PathForm[LoadFrom]):
    """Asks which setup to load, and says before what it would start."""

    heading = "Load setup"
    accept_word = "Start"

    def __init__(self, path: str, present: Container[str]) -> None:
        super().__init__(path)
        self._present = present

    def inspect(self, path: Path) -> LoadFrom:
        """Read and check the file."""
        return LoadFrom(path, files.read_setup(path))

    def hint(self, result: LoadFrom) -> str:
        """What would start."""
        return preview(result.setup, self._present)
