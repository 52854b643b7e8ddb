"""Transactions: their ids, which of them are running, and what a retransmission is."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

REMEMBERED = 4
"""So many beginnings of each connector, and CALLs that told one: of a line that is back, several come at once."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One charging session as its charge point has told it; moments in POSIX seconds of the charge point's clock."""

    id: int
    charge_point: str
    connector_id: int
    id_tag: str
    meter_start_wh: int
    started_at: float
    reservation_id: int | None = None
    stopped_at: float | None = None
    meter_stop_wh: int | None = None
    stop_reason: str | None = None
    stop_id_tag: str | None = None

    @property
    def running(self) -> bool:
        """Whether its StopTransaction has not come yet."""
        return self.stopped_at is None

    @property
    def energy_wh(self) -> int | None:
        """What it has delivered, known when it has ended."""
        return None if self.meter_stop_wh is None else self.meter_stop_wh - self.meter_start_wh


@dataclass(slots=True)
class _Told:
    """A transaction as it began, the ids of the CALLs that have told so, and when it ended."""

    transaction: Transaction
    by: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    stopped_at: float | None = None

    def has_moved_on(self) -> bool:
        """Whether its end, if it has one, was at another moment than its beginning: else the next may begin then."""
        return self.stopped_at != self.transaction.started_at


class Transactions:
    """The running transactions of all charge points, and the next free id."""

    def __init__(self, running: Iterable[Transaction] = (), next_id: int = 1) -> None:
        """``next_id`` must be above every id ever given."""
        self._next_id = next_id
        self._running = {transaction.id: transaction for transaction in running}
        # What each connector has begun lately, ended or not, the newest last; by charge point. A lost StopTransaction
        # leaves an older one running.
        self._lately: dict[str, dict[int, list[_Told]]] = {}
        for transaction in sorted(self._running.values(), key=lambda each: each.id):
            self._remember(_Told(transaction))

    def __len__(self) -> int:
        return len(self._running)

    def of(self, charge_point: str) -> list[Transaction]:
        """What runs on ``charge_point``: of each connector the newest."""
        newest = [told[-1].transaction for told in self._lately.get(charge_point, {}).values()]
        return [each for each in newest if each.id in self._running]

    def start(
        self,
        charge_point: str,
        connector_id: int,
        id_tag: str,
        meter_start_wh: int,
        started_at: float,
        reservation_id: int | None = None,
        call_id: str = "",
        *,
        precisely: bool = False,
    ) -> tuple[Transaction, bool]:
        """The transaction that a StartTransaction begins, and whether it is new.

        It is not new when charge point, connector, tag, meter and moment are those of the one running there: the
        charge point has missed the answer and asks again (OCPP 1.6 section 4.8). Of what has ended a bad line may
        bring one more copy: it is known by the id of its CALL, or by a moment that is told ``precisely``, in
        fractions of a second, which comes but once.
        """
        transaction = Transaction(
            self._next_id, charge_point, connector_id, id_tag, meter_start_wh, started_at, reservation_id
        )
        for told in reversed(self._lately.get(charge_point, {}).get(connector_id, ())):
            known = (
                told.transaction.id in self._running
                or (call_id and call_id in told.by)
                or (precisely and told.has_moved_on())
            )
            if known and told.transaction == replace(transaction, id=told.transaction.id):
                told.by.append(call_id)
                return told.transaction, False
        self._next_id += 1
        self._running[transaction.id] = transaction
        self._remember(_Told(transaction, deque([call_id], REMEMBERED)))
        return transaction, True

    def _remember(self, told: _Told) -> None:
        connectors = self._lately.setdefault(told.transaction.charge_point, {})
        connectors[told.transaction.connector_id] = [
            *connectors.get(told.transaction.connector_id, ())[-REMEMBERED + 1 :],
            told,
        ]

    def stop(
        self,
        charge_point: str,
        transaction_id: int,
        meter_stop_wh: int,
        stopped_at: float,
        reason: str | None = None,
        id_tag: str | None = None,
    ) -> Transaction | None:
        """The transaction that a StopTransaction ends; None when it is not running on ``charge_point``."""
        transaction = self._running.get(transaction_id)
        if transaction is None or transaction.charge_point != charge_point:
            return None
        del self._running[transaction_id]
        for told in self._lately[charge_point][transaction.connector_id]:
            if told.transaction is transaction:
                told.stopped_at = stopped_at
        return replace(
            transaction, stopped_at=stopped_at, meter_stop_wh=meter_stop_wh, stop_reason=reason, stop_id_tag=id_tag
        )
