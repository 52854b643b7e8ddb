"""The database: one SQLite file that survives the program, its kill included.

Every change is committed before the answer that depends on it leaves. In WAL mode with ``synchronous=NORMAL`` a
commit is a write to the page cache (about 12 us) and no disk is waited for; ``checkpoint`` moves the log into the
database and belongs in a thread.
"""

from __future__ import annotations

import fcntl
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import astuple
from pathlib import Path
from typing import IO, Any, assert_never

from chargepoint.api.errors import InputError
from csms.changes import (
    Appeared,
    Change,
    ConnectorChanged,
    ConnectorStatus,
    Measured,
    MeterValue,
    Notice,
    Noticed,
    Started,
    Stopped,
)
from csms.csms import ChargePoint
from csms.transactions import Transaction, Transactions

LAYOUT = 1
"""Raised with every change of the tables; stands in the file as its ``user_version``."""

_TABLES = """
CREATE TABLE charge_points (id TEXT PRIMARY KEY, last_seen_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE notices (
    charge_point TEXT, action TEXT, payload TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (charge_point, action)
) WITHOUT ROWID;
CREATE TABLE connectors (
    charge_point TEXT, connector_id INTEGER, status TEXT NOT NULL, error_code TEXT NOT NULL, at REAL NOT NULL,
    info TEXT, PRIMARY KEY (charge_point, connector_id)
) WITHOUT ROWID;
CREATE TABLE transactions (
    id INTEGER PRIMARY KEY, charge_point TEXT NOT NULL, connector_id INTEGER NOT NULL, id_tag TEXT NOT NULL,
    meter_start_wh INTEGER NOT NULL, started_at REAL NOT NULL, reservation_id INTEGER, stopped_at REAL,
    meter_stop_wh INTEGER, stop_reason TEXT, stop_id_tag TEXT
);
CREATE INDEX transactions_of_charge_point ON transactions (charge_point);
CREATE INDEX running_transactions ON transactions (id) WHERE stopped_at IS NULL;
CREATE TABLE meter_values (
    id INTEGER PRIMARY KEY, charge_point TEXT NOT NULL, connector_id INTEGER NOT NULL, transaction_id INTEGER,
    at REAL NOT NULL, sampled_values TEXT NOT NULL
);
CREATE INDEX meter_values_of_transaction ON meter_values (transaction_id);
CREATE INDEX meter_values_of_charge_point ON meter_values (charge_point);
"""

_TRANSACTION = (
    "id, charge_point, connector_id, id_tag, meter_start_wh, started_at, reservation_id,"
    " stopped_at, meter_stop_wh, stop_reason, stop_id_tag"
)


class StoreFailure(Exception):
    """A change that could not be kept: the disk is full, or gone. Nothing right can be answered any more."""


class Store:
    """The open database; for one program at a time."""

    def __init__(self, file: Path) -> None:
        """Open ``file``, made when it is not there. Raises InputError when it cannot be used."""
        self._file = file
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(file)
            self._connection = sqlite3.connect(file, isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "wal_autocheckpoint=0"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise InputError(
                "--database", str(file), f"a database this program can write ({reason}): name another file"
            ) from None

    def close(self) -> None:
        """Move everything into the one file and close it."""
        with suppress(sqlite3.Error):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()
        self._lock.close()

    def checkpoint(self) -> None:
        """Move the log into the database; it waits for the disk and may run in a thread. Raises StoreFailure."""
        try:
            with closing(sqlite3.connect(self._file)) as connection:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        except sqlite3.Error as error:
            raise self._failure(error) from error

    def keep(self, changes: Iterable[Change]) -> None:
        """Commit ``changes``, all or none; raises StoreFailure."""
        with self._commit():
            for change in changes:
                self._apply(change)

    def saw(self, sightings: Mapping[str, float]) -> None:
        """Commit when each charge point was heard last; raises StoreFailure."""
        with self._commit():
            self._connection.executemany(
                "UPDATE charge_points SET last_seen_at = ? WHERE id = ?",
                [(at, id_) for id_, at in sightings.items()],
            )

    def charge_points(self) -> dict[str, ChargePoint]:
        """Every charge point that has ever connected."""
        found = {id_: ChargePoint(id_, at) for id_, at in self._rows("SELECT id, last_seen_at FROM charge_points")}
        for id_, action, payload, at in self._rows("SELECT charge_point, action, payload, at FROM notices"):
            found[id_].notices[action] = Notice(json.loads(payload), at)
        for id_, *row in self._rows(
            "SELECT charge_point, connector_id, status, error_code, at, info FROM connectors"
        ):
            status = ConnectorStatus(*row)
            found[id_].connectors[status.connector_id] = status
        return found

    def running_transactions(self) -> Transactions:
        """The transactions that have not ended, and the next free id."""
        ((highest,),) = self._rows("SELECT coalesce(max(id), 0) FROM transactions")
        return Transactions(self.transactions(running=True, limit=-1), highest + 1)

    def transactions(
        self,
        *,
        charge_point: str | None = None,
        running: bool | None = None,
        limit: int = 100,
        below: int | None = None,
    ) -> list[Transaction]:
        """The newest ``limit`` transactions (-1: all), the newest first; None for whatever charge point or state.
        ``below``: only those with a lower id."""
        rows = self._rows(
            f"SELECT {_TRANSACTION} FROM transactions WHERE (:charge_point IS NULL OR charge_point = :charge_point)"
            " AND (:running IS NULL OR (stopped_at IS NULL) = :running) AND id < :below ORDER BY id DESC LIMIT :most",
            {
                "charge_point": charge_point,
                "running": running,
                "most": limit,
                "below": 2**63 - 1 if below is None else below,
            },
        )
        return [Transaction(*row) for row in rows]

    def transaction(self, transaction_id: int) -> Transaction | None:
        """The transaction with this id."""
        rows = self._rows(f"SELECT {_TRANSACTION} FROM transactions WHERE id = ?", (transaction_id,))
        return Transaction(*rows[0]) if rows else None

    def meter_values(self, transaction_id: int) -> list[MeterValue]:
        """What was measured in a transaction, in order of its moments."""
        return self._meter_values("transaction_id = ? ORDER BY at, id", (transaction_id,))

    def meter_values_of(self, charge_point: str, limit: int) -> list[MeterValue]:
        """The ``limit`` newest of a charge point's meter values, the newest first, of transactions or not."""
        return self._meter_values("charge_point = ? ORDER BY id DESC LIMIT ?", (charge_point, limit))

    def _meter_values(self, condition: str, parameters: tuple[object, ...]) -> list[MeterValue]:
        rows = self._rows(f"SELECT at, sampled_values FROM meter_values WHERE {condition}", parameters)
        return [MeterValue(at, tuple(json.loads(values))) for at, values in rows]

    def _rows(self, sql: str, parameters: tuple[object, ...] | dict[str, object] = ()) -> list[Any]:
        return self._connection.execute(sql, parameters).fetchall()

    @contextmanager
    def _commit(self) -> Iterator[None]:
        try:
            self._connection.execute("BEGIN")
            try:
                yield
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise self._failure(error) from error

    def _failure(self, error: sqlite3.Error) -> StoreFailure:
        return StoreFailure(f"the database {self._file} cannot be written: {error}")

    def _prepare(self) -> None:
        ((layout,),) = self._rows("PRAGMA user_version")
        if layout == 0:
            self._connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {LAYOUT}; COMMIT;")
        elif layout != LAYOUT:
            raise sqlite3.DatabaseError(f"its layout is number {layout}, this program's is {LAYOUT}")

    def _apply(self, change: Change) -> None:
        execute = self._connection.execute
        match change:
            case Appeared(charge_point, at):
                execute("INSERT OR IGNORE INTO charge_points VALUES (?, ?)", (charge_point, at))
            case Noticed(charge_point, action, notice):
                row = (charge_point, action, json.dumps(notice.payload), notice.at)
                execute("INSERT OR REPLACE INTO notices VALUES (?, ?, ?, ?)", row)
            case ConnectorChanged(charge_point, status):
                execute(
                    "INSERT OR REPLACE INTO connectors VALUES (?, ?, ?, ?, ?, ?)", (charge_point, *astuple(status))
                )
            case Started(transaction):
                # Without REPLACE: an id that is given twice is a failure to be seen, not a transaction to be lost.
                marks = ", ".join("?" * len(astuple(transaction)))
                execute(f"INSERT INTO transactions ({_TRANSACTION}) VALUES ({marks})", astuple(transaction))
            case Stopped(transaction):
                columns = "stopped_at = ?, meter_stop_wh = ?, stop_reason = ?, stop_id_tag = ?"
                execute(
                    f"UPDATE transactions SET {columns} WHERE id = ?", (*astuple(transaction)[7:], transaction.id)
                )
            case Measured(charge_point, connector_id, transaction_id, values):
                self._connection.executemany(
                    "INSERT INTO meter_values VALUES (NULL, ?, ?, ?, ?, ?)",
                    [
                        (charge_point, connector_id, transaction_id, value.at, json.dumps(value.sampled_values))
                        for value in values
                    ],
                )
            case _:
                assert_never(change)


def _lock(file: Path) -> IO[bytes]:
    """The lock beside ``file``: two programs would give the same transaction ids."""
    lock = file.with_name(file.name + ".lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise OSError(0, "another csms works on it") from None
    return lock
