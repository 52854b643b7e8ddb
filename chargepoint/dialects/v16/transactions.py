"""StartTransaction (4.8), StopTransaction (4.10), and the transaction ids of the central system."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from chargepoint.api.fields import Fields
from chargepoint.dialects.v16.link_keys import MAX_QUEUED_TRANSACTION_MESSAGES
from chargepoint.dialects.v16.metering import Metering
from chargepoint.dialects.v16.queue import Entry, TransactionQueue
from chargepoint.dialects.v16.session import Outcome, Session
from chargepoint.dialects.v16.values import token_info, transaction_id
from chargepoint.model.commands import StartAnswered, StopAnswered
from chargepoint.model.facts import MeterSampled, TransactionStarted, TransactionStopped
from chargepoint.model.metering import SampleContext, whole_wh
from chargepoint.model.survival import Record
from chargepoint.model.transaction import StopReason
from chargepoint.ocpp.events import Answered, Lane, Silence, Unanswered
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, ConfigurationKey

UNKNOWN_ID = -1
"""The transaction id of messages whose start the central system never took (errata 3.18)."""


class Transactions:
    """The transaction-related messages of one station, on their way to the central system."""

    def __init__(self, session: Session, metering: Metering, queue: TransactionQueue, ids: Mapping[int, int]) -> None:
        self._session = session
        self._metering = metering
        self._queue = queue
        self._ids = dict(ids)
        self._on_its_way = False
        self.ids_changed = False
        self.meter_values_lost = 0
        """Messages of them, since the boot: the queue was full."""

    @property
    def queue(self) -> TransactionQueue:
        """What is not delivered yet."""
        return self._queue

    def started(self, fact: TransactionStarted, now: float) -> None:
        """Queue StartTransaction."""
        transaction = fact.transaction
        payload: dict[str, object] = {
            "connectorId": transaction.connector,
            "idTag": transaction.id_tag,
            "meterStart": transaction.meter_start_wh,
            "timestamp": self._session.timestamp(transaction.started_at),
        }
        if transaction.reservation_id is not None:
            payload["reservationId"] = transaction.reservation_id
        self._metering.begin(transaction)
        self._add(Action.start_transaction, payload, transaction.handle, now)

    def stopped(self, fact: TransactionStopped, now: float) -> None:
        """Queue StopTransaction; Local is the reason that need not be told (section 6.49)."""
        transaction = fact.transaction
        payload: dict[str, object] = {
            "meterStop": max(whole_wh(fact.reading.energy_wh), transaction.meter_start_wh),
            "timestamp": self._session.timestamp(fact.reading.at),
            "reason": str(fact.reason),
        }
        if fact.id_tag and fact.reason is StopReason.LOCAL:
            payload["idTag"] = fact.id_tag
        if data := self._metering.end(transaction, fact.reading):
            payload["transactionData"] = data
        self._add(Action.stop_transaction, payload, transaction.handle, now)

    def sampled(self, fact: MeterSampled, now: float) -> None:
        """Send a meter reading: in the queue when it belongs to a transaction, otherwise only while online."""
        sampled = self._metering.payload(fact)
        if sampled is None:
            return
        payload: Payload = sampled
        if fact.transaction is not None and fact.context is not SampleContext.TRIGGER:
            self._add(Action.meter_values, payload, fact.transaction.handle, now)
        elif self._session.online or fact.context is SampleContext.TRIGGER:
            # A transaction whose start is still on its way has no id that could be told now.
            if fact.transaction is not None and fact.transaction.handle in self._ids:
                payload = self._with_id(payload, fact.transaction.handle)
            self._session.send(Action.meter_values, payload, now)

    def drain(self, now: float) -> None:
        """Send the head of the queue, if it is its turn."""
        if self._on_its_way or not self._session.online:
            return
        entry = self._queue.head(now)
        if entry is None:
            return
        self._on_its_way = True
        payload = entry.payload
        if entry.action != Action.start_transaction:
            payload = self._with_id(payload, entry.handle)
        self._session.send(
            Action(entry.action), payload, now, heard=partial(self._heard, entry), lane=Lane.TRANSACTION
        )

    def next_deadline(self) -> float | None:
        """When the queue may be tried again."""
        return self._queue.next_deadline() if self._session.online and not self._on_its_way else None

    def ids(self) -> dict[str, object]:
        """Handle to transaction id, for the store."""
        self.ids_changed = False
        return {str(handle): central_id for handle, central_id in self._ids.items()}

    def _add(self, action: Action, payload: Payload, handle: int, now: float) -> None:
        most = self._session.configuration.integer(MAX_QUEUED_TRANSACTION_MESSAGES)
        if lost := self._queue.add(str(action), payload, handle, most):
            self.meter_values_lost += lost
            self._session.notes.append(
                f"{most} transaction messages wait for the central system: {lost} MeterValues dropped, "
                f"{self.meter_values_lost} since the boot"
            )
        self.drain(now)

    def _with_id(self, payload: Payload, handle: int) -> Payload:
        return {**payload, "transactionId": self._ids.get(handle, UNKNOWN_ID)}

    def _heard(self, entry: Entry, outcome: Outcome, now: float) -> None:
        self._on_its_way = False
        if isinstance(outcome, Unanswered) and outcome.why is Silence.CLOSED:
            return
        if isinstance(outcome, Answered) and self._taken(entry, outcome.payload, now):
            self._queue.done(entry)
            self._forget(entry)
        else:
            configuration = self._session.configuration
            given_up = self._queue.failed(
                entry,
                now,
                configuration.integer(ConfigurationKey.transaction_message_attempts),
                configuration.integer(ConfigurationKey.transaction_message_retry_interval),
            )
            if given_up:
                self._forget(entry)
        self.drain(now)

    def _taken(self, entry: Entry, payload: Payload, now: float) -> bool:
        info = token_info(payload)
        id_tag = str(entry.payload.get("idTag", ""))
        if entry.action == Action.start_transaction:
            central_id = transaction_id(payload)
            if central_id is None or info is None:
                return False
            self._ids[entry.handle] = central_id
            self.ids_changed = True
            self._session.station.tell(StartAnswered(entry.handle, central_id, id_tag, info), now)
        elif info is not None and id_tag:
            self._session.station.tell(StopAnswered(id_tag, info), now)
        return True

    def _forget(self, entry: Entry) -> None:
        if entry.action == Action.stop_transaction and self._ids.pop(entry.handle, None) is not None:
            self.ids_changed = True


def ids_of(record: Record) -> dict[int, int]:
    """Handle to transaction id, as ``Transactions.ids`` has given it."""
    fields = Fields(record, "transaction_ids")
    return {int(handle): fields.integer(handle, minimum=-(2**62), maximum=2**62) for handle in record}
