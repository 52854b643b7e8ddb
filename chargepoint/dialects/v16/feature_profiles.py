"""The feature profiles of OCPP 1.6 (section 3.3), and what of them goes when a station does not list one.

A profile that SupportedFeatureProfiles does not name is answered as by a station that never had it: its CALLs with
the CALLERROR NotSupported, and its keys are unknown. Where a message has its own word for it, that word is used.
"""

from __future__ import annotations

from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, ConfigurationKey, UpdateStatus

K = ConfigurationKey

CORE = "Core"

ACTIONS: dict[str, frozenset[Action]] = {
    "FirmwareManagement": frozenset({Action.get_diagnostics, Action.update_firmware}),
    "LocalAuthListManagement": frozenset({Action.get_local_list_version, Action.send_local_list}),
    "Reservation": frozenset({Action.reserve_now, Action.cancel_reservation}),
    "SmartCharging": frozenset(
        {Action.set_charging_profile, Action.clear_charging_profile, Action.get_composite_schedule}
    ),
    "RemoteTrigger": frozenset({Action.trigger_message}),
}
"""The CALLs of the central system by profile; what is in none is Core's, or the security whitepaper's."""

KEYS: dict[str, frozenset[str]] = {
    "FirmwareManagement": frozenset({"SupportedFileTransferProtocols"}),
    "LocalAuthListManagement": frozenset(
        {K.local_auth_list_enabled, K.local_auth_list_max_length, K.send_local_list_max_length}
    ),
    "Reservation": frozenset({K.reserve_connector_zero_supported}),
    "SmartCharging": frozenset(
        {
            K.charge_profile_max_stack_level,
            K.charging_schedule_allowed_charging_rate_unit,
            K.charging_schedule_max_periods,
            K.connector_switch_3to1_phase_supported,
            K.max_charging_profiles_installed,
        }
    ),
}
"""The configuration keys by profile (sections 9.2 to 9.4)."""

OWN_WORDS: dict[str, Payload] = {
    Action.get_local_list_version: {"listVersion": -1},
    Action.send_local_list: {"status": str(UpdateStatus.not_supported)},
}
"""Answers that say by themselves that the profile is not there (sections 5.10 and 7.60)."""


def profile_of(action: str) -> str:
    """The profile that ``action`` belongs to."""
    return next((profile for profile, actions in ACTIONS.items() if action in actions), CORE)


def keys_without(supported: list[str]) -> frozenset[str]:
    """The keys of the profiles that are not ``supported``."""
    return frozenset(str(key) for profile, keys in KEYS.items() if profile not in supported for key in keys)
