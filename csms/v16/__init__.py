"""OCPP 1.6: one file for each functional block of the specification, and the table of all answers."""

from __future__ import annotations

from collections.abc import Mapping

from chargepoint.ocpp.schema import schemas
from chargepoint.ocpp.v16 import Action
from csms.dialect import Answerer, Dialect
from csms.v16 import core, data_transfer, firmware, security

_ANSWERS: Mapping[str, Answerer] = {
    Action.authorize: core.authorize,
    Action.boot_notification: core.boot_notification,
    Action.heartbeat: core.heartbeat,
    Action.meter_values: core.meter_values,
    Action.start_transaction: core.start_transaction,
    Action.status_notification: core.status_notification,
    Action.stop_transaction: core.stop_transaction,
    Action.data_transfer: data_transfer.data_transfer,
    Action.diagnostics_status_notification: firmware.progress,
    Action.firmware_status_notification: firmware.progress,
    Action.log_status_notification: firmware.progress,
    Action.security_event_notification: security.security_event_notification,
    Action.sign_certificate: security.sign_certificate,
    Action.signed_firmware_status_notification: firmware.progress,
}

_SCHEMAS = schemas("1.6")

DIALECT = Dialect(
    subprotocol="ocpp1.6",
    schemas=_SCHEMAS,
    answers=_ANSWERS,
    # DataTransfer is the one action of both sides (OCPP 1.6 sections 4.3 and 5.6).
    commands=_SCHEMAS.actions() - _ANSWERS.keys() | {Action.data_transfer},
)
