"""The forms that name a file: where to save the setup, which one to load."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from textual import on, work
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from chargepoint.api.errors import InputError
from tui import files
from tui.screens.dialog import Dialog, entry, labelled, row
from tui.state import units
from tui.state.setups import Difference, LoadMode, Setup, difference, preview
from tui.state.station import Station
from tui.widgets.choice import Choice
from tui.widgets.file_picker import FilePicker

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
        field = next(iter(self.query("#path").results(Input)), None)
        if field is None:
            return
        try:
            found = await asyncio.to_thread(self._inspect_typed, field.value.strip())
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
        # The form may have been left while the disk was looked at.
        for shown in self.query("#verdict").results(Static):
            shown.update(verdict)
            shown.set_class(wrong, "-wrong")
        self.query("#path").set_class(wrong, "-wrong")
        for accept in self.query("#accept").results(Button):
            accept.disabled = wrong


@dataclass(frozen=True, slots=True)
class SaveTo:
    """Where the setup goes; ``replaces`` when a file is there already, ``marked_only`` when not all are saved."""

    path: Path
    replaces: bool
    marked_only: bool = False


_ALL, _MARKED = "all", "the marked ones"
_MERGED, _REPLACED = "merged with it", "replaced by it"


class SaveForm(PathForm[SaveTo]):
    """Asks where to save the setup, and of what."""

    heading = "Save setup"
    accept_word = "Save"

    def __init__(self, path: str, stations: int, marked: int = 0) -> None:
        super().__init__(path)
        self._stations = stations
        self._marked = marked
        self._marked_only = marked > 0

    def fields(self) -> Iterable[Widget]:
        """One path; what to save, where some are marked."""
        if self._marked:
            yield row(labelled("Of", Choice((_MARKED, _ALL), _MARKED, id="which")))
        yield from super().fields()

    def inspect(self, path: Path) -> SaveTo:
        """Whether a file is there."""
        return SaveTo(path.absolute(), files.check_writable(path), self._marked_only)

    def hint(self, result: SaveTo) -> str:
        """How much is saved, and what is lost."""
        replaces = " and replaces the file that is there" if result.replaces else ""
        count = self._marked if result.marked_only else self._stations
        return f"Saves {units.plural(count, 'charge point')}{replaces}."

    @on(Choice.Changed, "#which")
    def take_which(self, event: Choice.Changed) -> None:
        """All, or the marked ones."""
        self._marked_only = event.word == _MARKED
        self.judge()


@dataclass(frozen=True, slots=True)
class LoadFrom:
    """A setup, the file it came from, what it differs in from the yard, and what to do about that."""

    path: Path
    setup: Setup
    difference: Difference
    mode: LoadMode


class LoadForm(PathForm[LoadFrom]):
    """Asks which setup to load, and says before what that would change."""

    heading = "Load setup"
    accept_word = "Load"

    def __init__(self, path: str, yard: Sequence[Station]) -> None:
        super().__init__(path)
        self._yard = yard
        self._mode = LoadMode.MERGE

    def fields(self) -> Iterable[Widget]:
        """The path, the files beside it, and whether to merge or to replace."""
        yield from super().fields()
        yield FilePicker()
        yield row(labelled("The yard is", Choice((_MERGED, _REPLACED), _MERGED, id="mode")))

    def inspect(self, path: Path) -> LoadFrom:
        """Read and check the file."""
        setup = files.read_setup(path)
        return LoadFrom(path, setup, difference(setup, self._yard), self._mode)

    def hint(self, result: LoadFrom) -> str:
        """What would change, kind by kind."""
        return "\n".join(preview(result.difference, result.mode))

    @on(Choice.Changed, "#mode")
    def take_mode(self, event: Choice.Changed) -> None:
        """Merge, or replace."""
        self._mode = LoadMode.REPLACE if event.word == _REPLACED else LoadMode.MERGE
        self.judge()

    @on(Input.Changed, "#path")
    def list_beside(self, event: Input.Changed) -> None:
        """Show the files where the path leads."""
        self.query_one(FilePicker).show(event.value)

    @on(FilePicker.Picked)
    def take(self, event: FilePicker.Picked) -> None:
        """A file or a folder was picked."""
        path = self.query_one("#path", Input)
        path.value = event.path
        path.cursor_position = len(event.path)
        if not event.path.endswith("/"):
            self.set_focus(path)
