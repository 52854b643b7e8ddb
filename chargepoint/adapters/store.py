"""What a station keeps over power cuts: one SQLite file, written before anything that depends on it is said."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path

Record = Mapping[str, object]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS queue (number INTEGER PRIMARY KEY, value TEXT NOT NULL);
"""


class StoreError(Exception):
    """The file cannot be read or written; str() says which and why, in one line."""


class Store:
    """The records and the message queue of one station."""

    def __init__(self, file: Path) -> None:
        """Open or make ``file``; raises StoreError."""
        self._file = file
        self._unsaved: dict[str, Record] = {}
        self._unsaved_queue: dict[int, Record | None] = {}
        try:
            # The process may be killed at any moment, and what it wrote is then with the kernel: only a power
            # cut of the host itself could lose the last moments, never damage the file.
            self._database = sqlite3.connect(file, isolation_level=None)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=NORMAL")
            self._database.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise StoreError(f"{file}: {error}") from None

    def records(self) -> dict[str, Record]:
        """All records by key; raises StoreError."""
        return {str(key): json.loads(value) for key, value in self._rows("SELECT key, value FROM record")}

    def queue(self) -> list[Record]:
        """The queued messages in order; raises StoreError."""
        return [json.loads(value) for _, value in self._rows("SELECT number, value FROM queue ORDER BY number")]

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
            raise StoreError(f"{self._file}: {error}") from None
        self._unsaved.clear()
        self._unsaved_queue.clear()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _rows(self, query: str) -> list[tuple[object, str]]:
        try:
            return self._database.execute(query).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"{self._file}: {error}") from None
