"""The folders and JSON files where a path leads, to pick from."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from textual import on, work
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui import files


class FilePicker(OptionList):
    """Shows what lies beside the path that is typed; enter or a click picks."""

    @dataclass
    class Picked(Message):
        """A path was picked; a folder ends in a slash."""

        path: str

    def __init__(self) -> None:
        super().__init__(id="picker")
        self._paths: list[str] = []

    @work(exclusive=True)
    async def show(self, typed: str) -> None:
        """List what lies where ``typed`` leads."""
        self._paths = await asyncio.to_thread(files.beside, typed)
        self.clear_options()
        self.add_options(Option(path.rstrip("/").rpartition("/")[2] + ("/" if path.endswith("/") else ""))
                         for path in self._paths)  # fmt: skip
        self.display = bool(self._paths)

    @on(OptionList.OptionSelected)
    def pick(self, event: OptionList.OptionSelected) -> None:
        """Tell which one."""
        event.stop()
        self.post_message(self.Picked(self._paths[event.option_index]))
