"""What a station keeps over power cuts: one SQLite file, written before anything that depends on it is said."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import IO

Record = Mapping[str, object]

OWN = 0o600
"""Nobody else reads it: keys are in it. SQLite gives the file beside it the same permissions."""

FORMAT_VERSIONS, WAL_FORMAT = slice(18, 20), bytes([2, 2])
"""Where a database says that it is in WAL mode, to writers and readers (sqlite.org/fileformat2.html, 1.3.3)."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS queue (number INTEGER PRIMARY KEY, value TEXT NOT NULL);
"""


class StoreError(Exception):
    """The file cannot be read or written; str() says which and why, in one line."""


class Store:
    """The records and the message queue of one station; its folder is locked against a second process."""

    def __init__(self, file: Path) -> None:
        """Open or make ``file``; raises StoreError, also when another process has its folder."""
        self.file = file
        self._unsaved: dict[str, Record] = {}
        self._unsaved_queue: dict[int, Record | None] = {}
        self._lock = _locked(file.with_name("lock"))
        try:
            # The process may be killed at any moment, and what it wrote is then with the kernel: only a power
            # cut of the host itself could lose the last moments, never damage the file.
            self._new = not file.exists() or not file.stat().st_size
            if self._new:
                _make(file)
            file.chmod(OWN)
            self._database = sqlite3.connect(file, isolation_level=None)
            # Nobody else comes: no file for shared memory is needed, which a full disk could not hold.
            self._database.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode=WAL")
            # The first write to the log beside a file waits for the disk, lest the log be mistaken for an older one;
            # beside a new file there is none.
            self._database.execute(f"PRAGMA synchronous={'OFF' if self._new else 'NORMAL'}")
            self._database.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            self._lock.close()
            reason = error.strerror if isinstance(error, OSError) else error
            raise StoreError(f"{file}: {reason}") from None

    def records(self) -> dict[str, Record]:
        """All records by key, what could not be written yet included; raises StoreError."""
        stored = {str(key): self._decoded(text) for key, text in self._rows("SELECT key, value FROM record")}
        return stored | self._unsaved

    def queue(self) -> list[Record]:
        """The queued messages in order, what could not be written yet included; raises StoreError."""
        rows = self._rows("SELECT number, value FROM queue")
        queued: dict[int, Record | None] = {number: self._decoded(text) for number, text in rows}
        queued |= self._unsaved_queue
        return [entry for _, entry in sorted(queued.items()) if entry is not None]

    def save(self, records: Mapping[str, Record], queue: Mapping[int, Record | None]) -> None:
        """Write all of it or nothing (None deletes); raises StoreError, and tries it again with the next save."""
        self._unsaved.update(records)
        self._unsaved_queue.update(queue)
        if not self._unsaved and not self._unsaved_queue:
            return
        try:
            with self._database:
                self._database.execute("BEGIN")
                self._database.executemany(
                    "INSERT OR REPLACE INTO record VALUES (?, ?)",
                    [(key, json.dumps(record)) for key, record in self._unsaved.items()],
                )
                for number, entry in self._unsaved_queue.items():
                    if entry is None:
                        self._database.execute("DELETE FROM queue WHERE number = ?", (number,))
                    else:
                        self._database.execute(
                            "INSERT OR REPLACE INTO queue VALUES (?, ?)", (number, json.dumps(entry))
                        )
        except sqlite3.Error as error:
            raise StoreError(f"{self.file}: {error}") from None
        self._unsaved.clear()
        self._unsaved_queue.clear()
        if self._new:
            self._new = False
            self._database.execute("PRAGMA synchronous=NORMAL")

    def close(self) -> None:
        """Let go of the file and the folder."""
        self._database.close()
        self._lock.close()

    def _rows(self, query: str) -> list[tuple[int, str]]:
        try:
            return self._database.execute(query).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"{self.file}: {error}") from None

    def _decoded(self, text: str) -> Record:
        try:
            record = json.loads(text)
        except ValueError as error:
            raise StoreError(f"{self.file}: damaged: {error}") from None
        if not isinstance(record, dict):
            raise StoreError(f"{self.file}: damaged: {text:.40} is no record")
        return record


def _make(file: Path) -> None:
    """Put an empty database at ``file``, whole or not at all. SQLite would wait for the disk eight times to make it,
    for the sake of a database in which nothing is. Raises OSError."""
    partial = file.with_name(file.name + ".new")
    partial.touch(mode=OWN)
    partial.write_bytes(_empty_database())
    partial.replace(file)


# Made once: the charge points that a zygote bears have it from there.
@functools.cache
def _empty_database() -> bytes:
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.executescript(_SCHEMA)
        content = bytearray(database.serialize())
    content[FORMAT_VERSIONS] = WAL_FORMAT
    return bytes(content)


def _locked(file: Path) -> IO[bytes]:
    """``file``, open and locked until it is closed or the process is gone; raises StoreError."""
    try:
        lock = file.open("ab")
    except OSError as error:
        raise StoreError(f"{file}: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        reason = "in use by another process" if isinstance(error, BlockingIOError) else error.strerror
        raise StoreError(f"{file.parent}: {reason}") from None
    return lock
