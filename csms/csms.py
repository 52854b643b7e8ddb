"""The central system itself: its charge points, their transactions, who may charge. No socket, clock or file.

A caller tells it what a charge point has said, then drains ``changes()`` and keeps them, and only then answers:
what was answered is never forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from chargepoint.ocpp.frames import Payload
from csms.authorization import IdTagInfo, Tags
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
from csms.transactions import Transaction, Transactions


@dataclass(slots=True)
class ChargePoint:
    """What is known of a charge point, connected or not. ``notices`` by action, ``connectors`` by id."""

    id: str
    last_seen_at: float
    notices: dict[str, Notice] = field(default_factory=dict)
    connectors: dict[int, ConnectorStatus] = field(default_factory=dict)

    @property
    def boot(self) -> Payload:
        """The last BootNotification; empty when there was none."""
        notice = self.notices.get("BootNotification")
        return {} if notice is None else notice.payload


class CentralSystem:
    """Every charge point that has ever connected, and what it may do."""

    def __init__(
        self,
        tags: Callable[[], Tags] = Tags,
        charge_points: Mapping[str, ChargePoint] | None = None,
        transactions: Transactions | None = None,
    ) -> None:
        """``tags`` gives the tags of the moment; the rest is what was kept from the last run."""
        self.charge_points = dict(charge_points or {})
        # Not "or": no running transactions are false, and the next id would begin anew.
        self.transactions = Transactions() if transactions is None else transactions
        self._tags = tags
        self._changes: list[Change] = []
        self._sightings: dict[str, float] = {}

    def changes(self) -> list[Change]:
        """What has to be kept since the last time, in order."""
        changes, self._changes = self._changes, []
        return changes

    def sightings(self) -> dict[str, float]:
        """When each charge point heard since the last time was heard last; to be kept when there is leisure."""
        sightings, self._sightings = self._sightings, {}
        return sightings

    def seen(self, charge_point: str, now: float) -> None:
        """``charge_point`` has connected or said something."""
        known = self.charge_points.get(charge_point)
        if known is None:
            self.charge_points[charge_point] = ChargePoint(charge_point, now)
            self._changes.append(Appeared(charge_point, now))
        else:
            known.last_seen_at = now
        self._sightings[charge_point] = now

    def names_of(self, charge_point: str) -> frozenset[str]:
        """By what names a certificate may call ``charge_point``: its id, and the serial number it has told."""
        known = self.charge_points.get(charge_point)
        serial = known.boot.get("chargePointSerialNumber") if known is not None else None
        return frozenset({charge_point, serial} if isinstance(serial, str) and serial else {charge_point})

    def notice(self, charge_point: str, action: str, payload: Payload, now: float) -> None:
        """``charge_point`` has told something that is only remembered."""
        notice = Notice(payload, now)
        self.charge_points[charge_point].notices[action] = notice
        self._changes.append(Noticed(charge_point, action, notice))

    def connector_changed(self, charge_point: str, status: ConnectorStatus) -> None:
        """``charge_point`` has told the status of a connector."""
        self.charge_points[charge_point].connectors[status.connector_id] = status
        self._changes.append(ConnectorChanged(charge_point, status))

    def authorize(self, id_tag: str, now: float) -> IdTagInfo:
        """The verdict on ``id_tag``."""
        return self._tags().verdict(id_tag, now)

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
        """The transaction that begins, and whether it is new; a tag that is not accepted gets one as well (OCPP 1.6
        section 5.11: the charge point decides what to do with it)."""
        transaction, new = self.transactions.start(
            charge_point,
            connector_id,
            id_tag,
            meter_start_wh,
            started_at,
            reservation_id,
            call_id,
            precisely=precisely,
        )
        if new:
            self._changes.append(Started(transaction))
        return transaction, new

    def stop(
        self,
        charge_point: str,
        transaction_id: int,
        meter_stop_wh: int,
        stopped_at: float,
        reason: str | None = None,
        id_tag: str | None = None,
    ) -> Transaction | None:
        """The transaction that ends; None when it is not running here: unknown, another's, or ended before."""
        transaction = self.transactions.stop(charge_point, transaction_id, meter_stop_wh, stopped_at, reason, id_tag)
        if transaction is not None:
            self._changes.append(Stopped(transaction))
        return transaction

    def measured(
        self,
        charge_point: str,
        connector_id: int,
        transaction_id: int | None,
        values: Sequence[MeterValue],
    ) -> None:
        """``charge_point`` has sent meter values, of a transaction or of none."""
        if values:
            self._changes.append(Measured(charge_point, connector_id, transaction_id, tuple(values)))
