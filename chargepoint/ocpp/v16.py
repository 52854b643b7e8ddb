"""The names of OCPP 1.6 as the ocpp package writes them.

``ocpp.v16.enums`` is loaded by its file: importing it as a package member runs ``ocpp.v16.__init__``, whose own
session, schema validator and message classes cost every charge point 60 ms of CPU and 8 MB for nothing.
"""

from __future__ import annotations

from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocpp.v16 import enums
else:

    def _load() -> ModuleType:
        package = find_spec("ocpp")
        file = Path(package.submodule_search_locations[0], "v16", "enums.py")
        spec = spec_from_file_location(f"{__package__}._enums", file)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    enums = _load()

Action = enums.Action
AvailabilityStatus = enums.AvailabilityStatus
AvailabilityType = enums.AvailabilityType
CancelReservationStatus = enums.CancelReservationStatus
ChargingProfileKindType = enums.ChargingProfileKindType
ChargingProfilePurposeType = enums.ChargingProfilePurposeType
ChargingProfileStatus = enums.ChargingProfileStatus
ChargingRateUnitType = enums.ChargingRateUnitType
ClearCacheStatus = enums.ClearCacheStatus
ClearChargingProfileStatus = enums.ClearChargingProfileStatus
ConfigurationKey = enums.ConfigurationKey
ConfigurationStatus = enums.ConfigurationStatus
DataTransferStatus = enums.DataTransferStatus
GenericStatus = enums.GenericStatus
GetCompositeScheduleStatus = enums.GetCompositeScheduleStatus
Location = enums.Location
Measurand = enums.Measurand
MessageTrigger = enums.MessageTrigger
Phase = enums.Phase
RecurrencyKind = enums.RecurrencyKind
RegistrationStatus = enums.RegistrationStatus
RemoteStartStopStatus = enums.RemoteStartStopStatus
ReservationStatus = enums.ReservationStatus
ResetStatus = enums.ResetStatus
ResetType = enums.ResetType
TriggerMessageStatus = enums.TriggerMessageStatus
UnitOfMeasure = enums.UnitOfMeasure
UnlockStatus = enums.UnlockStatus
UpdateStatus = enums.UpdateStatus
UpdateType = enums.UpdateType

FROM_CHARGE_POINT = frozenset(
    {
        Action.authorize,
        Action.boot_notification,
        Action.data_transfer,
        Action.diagnostics_status_notification,
        Action.firmware_status_notification,
        Action.heartbeat,
        Action.log_status_notification,
        Action.meter_values,
        Action.security_event_notification,
        Action.sign_certificate,
        Action.signed_firmware_status_notification,
        Action.start_transaction,
        Action.status_notification,
        Action.stop_transaction,
    }
)
"""Every CALL that the standard and its security whitepaper let a charge point make."""
