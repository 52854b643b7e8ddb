"""The books of a pool: each transaction of its stations, from what they began to what was answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chargepoint.api.account import Account, Told
from chargepoint.dialects.v16.values import token_info, transaction_id
from chargepoint.inputs import Observed
from chargepoint.model.facts import TransactionStarted, TransactionStopped
from chargepoint.model.transaction import Transaction
from chargepoint.ocpp.events import Answered, Lane
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action
from chargepoint.pool.told import ToldFile

Undelivered = set[tuple[str, int]]
"""What a station still has to deliver: action and handle."""

CLOSED_KNOWN = 16
"""Of so many transactions of a station that were told to the end a second stop is known as one."""

ROWS_IN_A_PART = 5_000
"""An account in one piece would be a line too long to be read."""


@dataclass(slots=True)
class _Entry:
    """A transaction; it stays until its stop was answered."""

    connector: int
    id_tag: str
    meter_start_wh: int
    central_id: int | None = None
    started_at: str = ""
    stopped: bool = False
    last_at: str = ""
    values: int = 0


class Books:
    """Who began what, and what of it was told. ``keeping``: every transaction that was told, not only counts; what is
    told to the end is on the disk then."""

    def __init__(self, *, keeping: bool = False) -> None:
        self._account = Account()
        self._entries: dict[str, dict[int, _Entry]] = {}
        self._told = ToldFile() if keeping else None
        self._closed: dict[str, list[int]] = {}
        self._undelivered: dict[str, Undelivered] = {}

    def observe(self, station: str, event: Observed) -> None:
        """Note what happened to a station."""
        match event:
            case TransactionStarted(transaction):
                self._began(station, transaction)
            case TransactionStopped(transaction):
                self._account.ended += 1
                if (entry := self._entries.get(station, {}).get(transaction.handle)) is not None:
                    entry.stopped = True
            case Answered(request, answer) if request.lane is Lane.TRANSACTION:
                match request.action:
                    case Action.start_transaction:
                        self._start_told(station, request.payload, answer)
                    case Action.meter_values:
                        self._values_told(station, request.payload)
                    case Action.stop_transaction:
                        self._stop_told(station, request.payload)
            case _:
                pass

    def went_down(self, station: str, undelivered: Undelivered) -> None:
        """``station`` has gone, with its power or in good order; so much is in its queue."""
        self._undelivered[station] = undelivered

    def accounts(self, alive: Mapping[str, Undelivered]) -> Iterator[Account]:
        """How it stands, in parts; ``alive``: what is in the queues of stations that have not gone down."""
        if self._told is not None:
            for part in self._told.parts(ROWS_IN_A_PART):
                yield Account(transactions=part, goes_on=True)
        yield self._last_part(alive)

    def _last_part(self, alive: Mapping[str, Undelivered]) -> Account:
        account, told = Account.of([self._account]), list[Told]()
        for station, entries in self._entries.items():
            queued = alive.get(station, self._undelivered.get(station, set()))
            for handle, entry in entries.items():
                if entry.central_id is None:
                    due = str(Action.start_transaction)
                elif entry.stopped:
                    due = str(Action.stop_transaction)
                else:
                    due = ""
                account.waiting += (due, handle) in queued
                account.lost += bool(due) and (due, handle) not in queued
                if self._told is not None and entry.central_id is not None:
                    told.append(_told(station, entry))
        account.transactions = tuple(told)
        return account

    def _began(self, station: str, transaction: Transaction) -> None:
        self._account.begun += 1
        entry = _Entry(transaction.connector, transaction.id_tag, transaction.meter_start_wh)
        self._entries.setdefault(station, {})[transaction.handle] = entry

    def _start_told(self, station: str, payload: Payload, answer: Payload) -> None:
        central_id = transaction_id(answer)
        if central_id is None or token_info(answer) is None:
            return
        wanted = payload["connectorId"], payload["idTag"], payload["meterStart"]
        for entry in self._entries.get(station, {}).values():
            if entry.central_id is None and wanted == (entry.connector, entry.id_tag, entry.meter_start_wh):
                self._account.told += 1
                entry.central_id = central_id
                entry.started_at = entry.last_at = str(payload["timestamp"])
                return
        self._account.doubled += 1

    def _values_told(self, station: str, payload: Payload) -> None:
        _, entry = self._entry_of(station, payload)
        moments = [value["timestamp"] for value in _objects(payload.get("meterValue"))]
        if entry is None or any(str(moment) < entry.last_at for moment in moments):
            self._account.disordered += 1
        if entry is not None:
            entry.values += 1
            entry.last_at = max(entry.last_at, *map(str, moments))

    def _stop_told(self, station: str, payload: Payload) -> None:
        handle, entry = self._entry_of(station, payload)
        if entry is None:
            twice = payload.get("transactionId") in self._closed.get(station, ())
            self._account.doubled += twice
            self._account.disordered += not twice
            return
        meter_stop_wh, stopped_at = int(str(payload["meterStop"])), str(payload["timestamp"])
        if meter_stop_wh < entry.meter_start_wh or stopped_at < entry.last_at or not entry.stopped:
            self._account.disordered += 1
        self._account.closed += 1
        del self._entries[station][handle]
        if self._told is not None:
            self._told.add(_told(station, entry, meter_stop_wh, stopped_at))
        if entry.central_id is not None:
            closed = self._closed.setdefault(station, [])
            closed.append(entry.central_id)
            del closed[:-CLOSED_KNOWN]

    def _entry_of(self, station: str, payload: Payload) -> tuple[int, _Entry] | tuple[int, None]:
        wanted = payload.get("transactionId")
        for handle, entry in self._entries.get(station, {}).items():
            if entry.central_id is not None and entry.central_id == wanted:
                return handle, entry
        return 0, None


def _told(station: str, entry: _Entry, meter_stop_wh: int | None = None, stopped_at: str | None = None) -> Told:
    assert entry.central_id is not None
    return Told(
        station,
        entry.central_id,
        entry.connector,
        entry.id_tag,
        entry.meter_start_wh,
        entry.started_at,
        meter_stop_wh,
        stopped_at,
        entry.values,
    )


def _objects(items: object) -> list[Mapping[str, object]]:
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
