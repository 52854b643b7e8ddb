"""A place for files: firmware to be downloaded, diagnostics and logs that were uploaded; bounded, without folders."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from chargepoint.api.errors import InputError

MAX_FILE = 64 * 2**20
MAX_ALL = 1024 * 2**20

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9 _.,:;=@+~()-]{0,199}")


class NoRoom(Exception):
    """The file, or all files together, would be too large; ``str()`` of it is one line that says so."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file: its size in bytes, and when it was written."""

    name: str
    size: int
    at: float


@dataclass(frozen=True, slots=True)
class FilePlace:
    """The files of ``folder``, which is made when the first one comes."""

    folder: Path
    max_file: int = MAX_FILE
    max_all: int = MAX_ALL

    def path(self, name: str) -> Path | None:
        """Where the file ``name`` is; None when there is none. Raises InputError for what can be no name."""
        file = self.folder / check_name(name)
        return file if file.is_file() else None

    def stored(self) -> list[Stored]:
        """All files by name."""
        if not self.folder.is_dir():
            return []
        files = [file for file in self.folder.iterdir() if _NAME.fullmatch(file.name) and file.is_file()]
        return [Stored(file.name, file.stat().st_size, file.stat().st_mtime) for file in sorted(files)]

    async def write(self, name: str, content: AsyncIterable[bytes]) -> Stored:
        """Keep ``content`` as ``name``; what is half written when it ends or fails is never seen. Raises InputError
        for the name, NoRoom, or OSError of the disk."""
        file = self.folder / check_name(name)
        room = self.max_all - sum(each.size for each in self.stored() if each.name != name)
        self.folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.folder, prefix=".new-", delete=False) as new:
            try:
                size = 0
                async for chunk in content:
                    size += len(chunk)
                    self._check_room(name, size, room)
                    new.write(chunk)
                new.flush()
                os.replace(new.name, file)  # noqa: PTH105 - renaming in one folder waits for nothing
            except BaseException:
                os.unlink(new.name)  # noqa: PTH108
                raise
        return Stored(name, size, file.stat().st_mtime)

    def remove(self, name: str) -> bool:
        """Remove the file ``name``; whether there was one. Raises InputError."""
        file = self.path(name)
        if file is not None:
            file.unlink(missing_ok=True)
        return file is not None

    def _check_room(self, name: str, size: int, room: int) -> None:
        if size > self.max_file:
            raise NoRoom(f"{name}: a file may have {self.max_file} bytes, this one has more")
        if size > room:
            raise NoRoom(f"{name}: all files together may have {self.max_all} bytes; remove some first")


def check_name(name: str) -> str:
    """``name`` when it can be a file's here; raises InputError."""
    if not _NAME.fullmatch(name) or name.endswith((" ", ".")):
        wanted = (
            "a file name of 1 to 200 letters, digits and ' _.,:;=@+~()-', which begins with a letter, digit or '_'"
        )
        raise InputError("name", name, wanted)
    return name
