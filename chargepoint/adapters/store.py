"""What a station keeps over power cuts: one file to which every change is appended before it is said.

A database costs each process 700 kB and each station of a pool 150 kB and three open files; a line of JSON costs a
write. What was written is with the kernel when the process is killed; a line that was cut short was never depended on
and is dropped.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path

Record = Mapping[str, object]

FILE = "state.jsonl"

OWN = 0o600
"""Nobody else reads it: keys are in it."""

REWRITE_BYTES = 65_536
"""A file that has grown by so much, and to twice its size, since it was last written whole is written whole again."""


class StoreError(Exception):
    """The file cannot be read or written; str() says which and why, in one line."""


class Store:
    """The records and the message queue of one station; ``file`` is locked against a second process."""

    def __init__(self, file: Path) -> None:
        """Open or make ``file``; raises StoreError, also when another process has it."""
        self.file = file
        self._unsaved: dict[str, Record] = {}
        self._unsaved_queue: dict[int, Record | None] = {}
        try:
            self._descriptor = _locked(file)
            content = self._content()
            self._size = content.rfind(b"\n") + 1
            os.ftruncate(self._descriptor, self._size)
        except OSError as error:
            raise StoreError(f"{file}: {error.strerror}") from None
        self._whole_size = min(self._size, REWRITE_BYTES)

    def records(self) -> dict[str, Record]:
        """All records by key, what could not be written yet included; raises StoreError."""
        return self._state()[0] | self._unsaved

    def queue(self) -> list[Record]:
        """The queued messages in order, what could not be written yet included; raises StoreError."""
        queued: dict[int, Record | None] = {**self._state()[1], **self._unsaved_queue}
        return [entry for _, entry in sorted(queued.items()) if entry is not None]

    def save(self, records: Mapping[str, Record], queue: Mapping[int, Record | None]) -> None:
        """Write all of it or nothing (None deletes); raises StoreError, and tries it again with the next save."""
        if self._unsaved or self._unsaved_queue:
            records, queue = self._unsaved | dict(records), self._unsaved_queue | dict(queue)
        if not records and not queue:
            return
        try:
            self._append(_line(records, queue))
            self._unsaved, self._unsaved_queue = {}, {}
        except OSError as error:
            self._unsaved, self._unsaved_queue = dict(records), dict(queue)
            raise StoreError(f"{self.file}: {error.strerror}") from None
        if self._size > self._whole_size + max(self._whole_size, REWRITE_BYTES):
            self._rewrite()

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def _append(self, line: bytes) -> None:
        try:
            _write(self._descriptor, line)
        except OSError:
            # Half a line would spoil the next one.
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size += len(line)

    def _rewrite(self) -> None:
        whole = _line(*self._state())
        fresh = self.file.with_name(self.file.name + ".new")
        descriptor = None
        try:
            descriptor = _locked(fresh)
            os.ftruncate(descriptor, 0)
            _write(descriptor, whole)
            fresh.replace(self.file)
        except OSError:
            # Nothing is lost: the file goes on growing, and it is tried again later.
            if descriptor is not None:
                os.close(descriptor)
            fresh.unlink(missing_ok=True)
            self._whole_size = self._size
            return
        os.close(self._descriptor)
        self._descriptor, self._size, self._whole_size = descriptor, len(whole), len(whole)

    def _state(self) -> tuple[dict[str, Record], dict[int, Record]]:
        """Everything that was written, the last word on each thing."""
        records: dict[str, Record] = {}
        queued: dict[int, Record] = {}
        try:
            content = self._content()
        except OSError as error:
            raise StoreError(f"{self.file}: {error.strerror}") from None
        for number, line in enumerate(content.splitlines(), 1):
            try:
                more, changes = json.loads(line)
                records |= more
                for key, entry in changes.items():
                    if entry is None:
                        queued.pop(int(key), None)
                    else:
                        queued[int(key)] = entry
            except (ValueError, TypeError, AttributeError) as error:
                raise StoreError(f"{self.file}: damaged: line {number}: {error}") from None
        if not all(isinstance(entry, dict) for entry in (*records.values(), *queued.values())):
            raise StoreError(f"{self.file}: damaged: something in it is no record")
        return records, queued

    def _content(self) -> bytes:
        return os.pread(self._descriptor, os.fstat(self._descriptor).st_size, 0)


def _write(descriptor: int, content: bytes) -> None:
    """All of it. Raises OSError."""
    written = 0
    while written < len(content):
        written += os.write(descriptor, content[written:])


def _line(records: Mapping[str, Record], queue: Mapping[int, Record | None]) -> bytes:
    return json.dumps([records, queue], separators=(",", ":")).encode() + b"\n"


def _locked(file: Path) -> int:
    """``file``, open to be read and appended to, and locked until it is closed. Raises OSError."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, OWN)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Who has it may have put another file in its place meanwhile, and let go of this one.
        mine = os.path.samestat(os.fstat(descriptor), file.stat())
    except (BlockingIOError, FileNotFoundError):
        mine = False
    if not mine:
        os.close(descriptor)
        raise OSError(errno.EWOULDBLOCK, "in use by another process")
    return descriptor
