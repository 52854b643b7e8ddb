"""OCPP 1.6: one file for each functional block of the specification, and the table of all answers."""

from __future__ import annotations

from collections.abc import Mapping

from chargepoint.ocpp.schema import schemas
from csms.dialect import Answerer, Dialect
from csms.v16 import core, data_transfer, firmware, security

_ANSWERS: Mapping[str, Answerer] = {
    "Authorize": core.authorize,
    "BootNotification": core.boot_notification,
    "Heartbeat": core.heartbeat,
    "MeterValues": core.meter_values,
    "StartTransaction": core.start_transaction,
    "StatusNotification": core.status_notification,
    "StopTransaction": core.stop_transaction,
    "DataTransfer": data_transfer.data_transfer,
    "DiagnosticsStatusNotification": firmware.progress,
    "FirmwareStatusNotification": firmware.progress,
    "LogStatusNotification": firmware.progress,
    "SecurityEventNotification": security.security_event_notification,
    "SignCertificate": security.sign_certificate,
    "SignedFirmwareStatusNotification": firmware.progress,
}

_SCHEMAS = schemas("1.6")

DIALECT = Dialect(
    subprotocol="ocpp1.6",
    schemas=_SCHEMAS,
    answers=_ANSWERS,
    # DataTransfer is the one action of both sides (OCPP 1.6 sections 4.3 and 5.6).
    commands=_SCHEMAS.actions() - _ANSWERS.keys() | {"DataTransfer"},
)
