"""The Core profile: boot, heartbeat, authorization, transactions, meter values, statuses (OCPP 1.6 section 4)."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from chargepoint.api.fields import Fields
from chargepoint.clock import iso
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import RegistrationStatus
from csms.authorization import IdTagInfo
from csms.changes import ConnectorStatus, MeterValue
from csms.dialect import Caller
from csms.timestamps import moment

_INTEGER = {"minimum": -(2**63), "maximum": 2**63 - 1}
"""What the store can hold; the standard sets no bounds."""
_CONNECTORS = 2**31 - 1

log = logging.getLogger(__name__)


def boot_notification(caller: Caller, payload: Payload) -> Payload:
    """Everyone is welcome; the answer sets clock and heartbeat (section 4.2)."""
    caller.system.notice(caller.id, caller.action, payload, caller.now)
    log.info("%s: booted: %s %s", caller.id, payload["chargePointVendor"], payload["chargePointModel"])
    return {
        "status": RegistrationStatus.accepted,
        "currentTime": iso(caller.now),
        "interval": caller.heartbeat_interval_s,
    }


def heartbeat(caller: Caller, payload: Payload) -> Payload:
    """The time (section 4.6)."""
    return {"currentTime": iso(caller.now)}


def authorize(caller: Caller, payload: Payload) -> Payload:
    """The verdict on an id tag (section 4.1)."""
    id_tag = Fields(payload, caller.action).text("idTag")
    info = caller.system.authorize(id_tag, caller.now)
    log.info("%s: tag %s: %s", caller.id, id_tag, info.status)
    return {"idTagInfo": _id_tag_info(info)}


def start_transaction(caller: Caller, payload: Payload) -> Payload:
    """An id for the transaction, and the verdict on its tag (section 4.8)."""
    fields = Fields(payload, caller.action)
    id_tag, timestamp = fields.text("idTag"), fields.text("timestamp")
    transaction, new = caller.system.start(
        caller.id,
        connector_id=fields.integer("connectorId", minimum=1, maximum=_CONNECTORS),
        id_tag=id_tag,
        meter_start_wh=fields.integer("meterStart", **_INTEGER),
        started_at=moment(timestamp),
        reservation_id=fields.integer("reservationId", **_INTEGER) if fields.has("reservationId") else None,
        call_id=caller.call_id,
        precisely="." in timestamp,
    )
    log.info(
        "%s: transaction %d %s on connector %d by tag %s at %d Wh",
        caller.id,
        transaction.id,
        "starts" if new else "is asked for again",
        transaction.connector_id,
        id_tag,
        transaction.meter_start_wh,
    )
    info = caller.system.authorize(id_tag, caller.now)
    return {"transactionId": transaction.id, "idTagInfo": _id_tag_info(info)}


def stop_transaction(caller: Caller, payload: Payload) -> Payload:
    """Taken note of; a central system cannot refuse it (section 4.10)."""
    fields = Fields(payload, caller.action)
    transaction_id = fields.integer("transactionId", **_INTEGER)
    id_tag = fields.text("idTag", "") or None
    values = _meter_values(fields.array("transactionData")) if fields.has("transactionData") else []
    transaction = caller.system.stop(
        caller.id,
        transaction_id,
        meter_stop_wh=fields.integer("meterStop", **_INTEGER),
        stopped_at=moment(fields.text("timestamp")),
        reason=fields.text("reason", "") or None,
        id_tag=id_tag,
    )
    if transaction is None:
        log.warning(
            "%s: transaction %d ends, which is not running here: unknown, or ended before",
            caller.id,
            transaction_id,
        )
    else:
        caller.system.measured(caller.id, transaction.connector_id, transaction_id, values)
        log.info(
            "%s: transaction %d ends after %d Wh, reason %s",
            caller.id,
            transaction_id,
            transaction.energy_wh,
            transaction.stop_reason or "Local",
        )
    return {} if id_tag is None else {"idTagInfo": _id_tag_info(caller.system.authorize(id_tag, caller.now))}


def meter_values(caller: Caller, payload: Payload) -> Payload:
    """Kept (section 4.7)."""
    fields = Fields(payload, caller.action)
    caller.system.measured(
        caller.id,
        fields.integer("connectorId", minimum=0, maximum=_CONNECTORS),
        fields.integer("transactionId", **_INTEGER) if fields.has("transactionId") else None,
        _meter_values(fields.array("meterValue")),
    )
    return {}


def status_notification(caller: Caller, payload: Payload) -> Payload:
    """Kept, the newest of each connector (section 4.9)."""
    fields = Fields(payload, caller.action)
    status = ConnectorStatus(
        connector_id=fields.integer("connectorId", minimum=0, maximum=_CONNECTORS),
        status=fields.text("status"),
        error_code=fields.text("errorCode"),
        at=moment(fields.text("timestamp")) if fields.has("timestamp") else caller.now,
        info=fields.text("info", "") or None,
    )
    caller.system.connector_changed(caller.id, status)
    log.info("%s: connector %d is %s, %s", caller.id, status.connector_id, status.status, status.error_code)
    return {}


def _meter_values(items: Iterable[object]) -> list[MeterValue]:
    values = []
    for item in items:
        fields = Fields(item, "meterValue")
        sampled_values = fields.array("sampledValue")
        values.append(
            MeterValue(
                at=moment(fields.text("timestamp")),
                sampled_values=tuple(value for value in sampled_values if isinstance(value, dict)),
            )
        )
    return values


def _id_tag_info(info: IdTagInfo) -> Payload:
    wire: dict[str, object] = {"status": str(info.status)}
    if info.parent_id_tag is not None:
        wire["parentIdTag"] = info.parent_id_tag
    if info.expires_at is not None:
        wire["expiryDate"] = iso(info.expires_at)
    return wire
