"""Transactions: their ids, which of them are running, and what a retransmission is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


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


class Transactions:
    """The running transactions of all charge points, and the next free id."""

    def __init__(self, running: Iterable[Transaction] = (), next_id: int = 1) -> None:
        """``next_id`` must be above every id ever given."""
        self._next_id = next_id
        self._running = {transaction.id: transaction for transaction in running}
        # What each connector has begun last, ended or not, and by which CALL; by charge point. A lost StopTransaction
        # leaves an older one running.
        self._newest: dict[str, dict[int, tuple[Transaction, str]]] = {}
        for transaction in sorted(self._running.values(), key=lambda each: each.id):
            self._newest.setdefault(transaction.charge_point, {})[transaction.connector_id] = transaction, ""

    def __len__(self) -> int:
        return len(self._running)

    def of(self, charge_point: str) -> list[Transaction]:
        """What runs on ``charge_point``: of each connector the newest."""
        return [each for each, _ in self._newest.get(charge_point, {}).values() if each.id in self._running]

    def start(
        self,
        charge_point: str,
        connector_id: int,
        id_tag: str,
        meter_start_wh: int,
        started_at: float,
        reservation_id: int | None = None,
        call_id: str = "",
    ) -> tuple[Transaction, bool]:
        """The transaction that a StartTransaction begins, and whether it is new.

        It is not new when charge point, connector, tag, meter and moment are those of the one running there: the
        charge point has missed the answer and asks again (OCPP 1.6 section 4.8). Nor is it of the same CALL by its
        id, of which a bad line may bring the second copy after the end.
        """
        connectors = self._newest.setdefault(charge_point, {})
        transaction = Transaction(
            self._next_id, charge_point, connector_id, id_tag, meter_start_wh, started_at, reservation_id
        )
        if (last := connectors.get(connector_id)) is not None:
            newest, began_by = last
            known = newest.id in self._running or (call_id and call_id == began_by)
            if known and newest == replace(transaction, id=newest.id):
                return newest, False
        self._next_id += 1
        self._running[transaction.id] = transaction
        connectors[connector_id] = transaction, call_id
        return transaction, True

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
        return replace(
            transaction, stopped_at=stopped_at, meter_stop_wh=meter_stop_wh, stop_reason=reason, stop_id_tag=id_tag
        )
