"""The standard configuration keys (OCPP 1.6 section 9), each with its type, range, access and default.

A key is here when it is obeyed, or has to be there and is only stored: BlinkRepeat, LightIntensity, ResetRetries
(a reset does not fail) and UnlockConnectorOnEVSideDisconnect (the lock always opens). Keys of profiles that the
station does not list in SupportedFeatureProfiles are unknown to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from chargepoint.ocpp.v16 import ConfigurationKey, Measurand, Phase

K = ConfigurationKey

FEATURE_PROFILES = ("Core", "LocalAuthListManagement", "Reservation", "SmartCharging", "RemoteTrigger")
MEASURANDS_MAX = 20
GET_CONFIGURATION_MAX_KEYS = 100
STACK_LEVEL_MAX = 10
SCHEDULE_PERIODS_MAX = 96
PROFILES_MAX = 20
LOCAL_LIST_MAX = 1_000
SEND_LOCAL_LIST_MAX = 100

SUPPORTED_MEASURANDS = frozenset(
    {
        Measurand.energy_active_import_register,
        Measurand.energy_active_import_interval,
        Measurand.power_active_import,
        Measurand.power_offered,
        Measurand.current_import,
        Measurand.current_offered,
        Measurand.voltage,
        Measurand.frequency,
        Measurand.soc,
    }
)

RETRY_WAIT_MINIMUM = "RetryBackOffWaitMinimum"
RETRY_REPEAT_TIMES = "RetryBackOffRepeatTimes"
RETRY_RANDOM_RANGE = "RetryBackOffRandomRange"
"""Keys of ours for the way back after a lost connection; the names and the rule are those of OCPP 2.0.1, J01."""

MESSAGE_TIMEOUT = "MessageTimeout"
STOP_TRANSACTION_MAX_METER_VALUES = "StopTransactionMaxMeterValues"
"""Keys that the errata of 1.6 added after the ocpp package's list."""

Check = Callable[[str], str | None]
"""The value as it is stored, or None when it is not a value of the key."""


@dataclass(frozen=True, slots=True)
class Key:
    """One configuration key. ``check`` decides over a new value; ``wanted`` says in words what it lets through.

    The value of a ``writeonly`` one is never told.
    """

    name: str
    default: str
    check: Check
    wanted: str
    readonly: bool = False
    writeonly: bool = False


def _integer(minimum: int, maximum: int = 2**31 - 1) -> tuple[Check, str]:
    def check(value: str) -> str | None:
        if not re.fullmatch(r"[+-]?\d{1,10}", value.strip()):
            return None
        number = int(value)
        return str(number) if minimum <= number <= maximum else None

    return check, f"a whole number from {minimum}" + (f" to {maximum}" if maximum < 2**31 - 1 else "")


def _boolean() -> tuple[Check, str]:
    def check(value: str) -> str | None:
        lower = value.strip().lower()
        return lower if lower in ("true", "false") else None

    return check, "true or false"


def _measurands(lines: int) -> tuple[Check, str]:
    """``lines``: how many there are to measure one by one, as in Current.Import.L1; none on DC."""
    known = {str(measurand) for measurand in SUPPORTED_MEASURANDS}
    for line in (Phase.l1, Phase.l2, Phase.l3)[:lines]:
        known |= {f"{name}.{line}" for name in (Measurand.current_import, Measurand.voltage)}
        known.add(f"{Measurand.voltage}.{line}-N")

    def check(value: str) -> str | None:
        items = [item.strip() for item in value.split(",") if item.strip()]
        return ",".join(items) if len(items) <= MEASURANDS_MAX and known.issuperset(items) else None

    return check, "a comma-separated list of supported measurands: " + ", ".join(sorted(known))


def _phase_rotation(connectors: int) -> tuple[Check, str]:
    words = "NotApplicable|Unknown|RST|RTS|SRT|STR|TRS|TSR"
    single, several = re.compile(words), re.compile(rf"(\d+)\.(?:{words})")

    def check(value: str) -> str | None:
        items = [item.strip() for item in value.split(",")]
        if len(items) == 1 and single.fullmatch(items[0]):
            return items[0]
        for item in items:
            found = several.fullmatch(item)
            if not found or int(found[1]) > connectors:
                return None
        return ",".join(items)

    return check, f"a comma-separated list like '0.RST,1.RTS', connectors 0 to {connectors}"


def _text() -> tuple[Check, str]:
    return lambda value: value, "a text of at most 500 characters"


def _fixed(name: str, value: object) -> Key:
    check, wanted = _integer(0) if isinstance(value, int) else _text()
    return Key(name, str(value), check, wanted, readonly=True)


def text_key(name: str) -> Key:
    """A key that is not the standard's, given at the station's start: stored and told, without effect."""
    return Key(name, "", *_text())


def number_key(name: str, default: int, *, minimum: int, maximum: int) -> Key:
    """A writable key of a whole number."""
    return Key(name, str(default), *_integer(minimum, maximum))


def switch_key(name: str, default: bool) -> Key:
    """A writable key of true or false."""
    return Key(name, "true" if default else "false", *_boolean())


def standard_keys(*, connectors: int, phases: int, direct: bool, fixed_cable: bool) -> list[Key]:
    """Every key of a station with ``connectors`` connectors of ``phases`` phases, or of direct current."""
    measurands = _measurands(0 if direct else phases)
    sampled = "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage" + (",SoC" if direct else "")
    rotations = "NotApplicable" if direct else ",".join(f"{number}.RST" for number in range(connectors + 1))
    unlock_check, unlock_wanted = _boolean()
    return [
        Key(K.allow_offline_tx_for_unknown_id, "false", *_boolean()),
        Key(K.authorization_cache_enabled, "true", *_boolean()),
        Key(K.authorize_remote_tx_requests, "false", *_boolean()),
        Key(K.blink_repeat, "3", *_integer(0)),
        Key(K.clock_aligned_data_interval, "0", *_integer(0)),
        Key(K.connection_time_out, "60", *_integer(0)),
        Key(K.connector_phase_rotation, rotations, *_phase_rotation(connectors)),
        _fixed(K.connector_phase_rotation_max_length, connectors + 1),
        _fixed(K.get_configuration_max_keys, GET_CONFIGURATION_MAX_KEYS),
        Key(K.heartbeat_interval, "300", *_integer(1)),
        Key(K.light_intensity, "100", *_integer(0, 100)),
        Key(K.local_authorize_offline, "true", *_boolean()),
        Key(K.local_pre_authorize, "false", *_boolean()),
        Key(K.max_energy_on_invalid_id, "0", *_integer(0)),
        Key(K.meter_values_aligned_data, "Energy.Active.Import.Register", *measurands),
        _fixed(K.meter_values_aligned_data_max_length, MEASURANDS_MAX),
        Key(K.meter_values_sampled_data, sampled, *measurands),
        _fixed(K.meter_values_sampled_data_max_length, MEASURANDS_MAX),
        Key(K.meter_value_sample_interval, "60", *_integer(0)),
        Key(K.minimum_status_duration, "0", *_integer(0)),
        _fixed(K.number_of_connectors, connectors),
        Key(K.reset_retries, "2", *_integer(0)),
        Key(K.stop_transaction_on_ev_side_disconnect, "true", *_boolean()),
        Key(K.stop_transaction_on_invalid_id, "true", *_boolean()),
        Key(K.stop_txn_aligned_data, "", *measurands),
        _fixed(K.stop_txn_aligned_data_max_length, MEASURANDS_MAX),
        Key(K.stop_txn_sampled_data, "", *measurands),
        _fixed(K.stop_txn_sampled_data_max_length, MEASURANDS_MAX),
        _fixed(K.supported_feature_profiles, ",".join(FEATURE_PROFILES)),
        _fixed(K.supported_feature_profiles_max_length, len(FEATURE_PROFILES)),
        Key(K.transaction_message_attempts, "3", *_integer(1)),
        Key(K.transaction_message_retry_interval, "60", *_integer(0)),
        # A fixed cable has no lock at the station's end: the key is read-only false (section 9.1.26).
        Key(
            K.unlock_connector_on_ev_side_disconnect,
            "false" if fixed_cable else "true",
            unlock_check,
            unlock_wanted,
            readonly=fixed_cable,
        ),
        Key(K.web_socket_ping_interval, "60", *_integer(0)),
        Key(MESSAGE_TIMEOUT, "30", *_integer(1, 3600)),
        _fixed(STOP_TRANSACTION_MAX_METER_VALUES, 1000),
        Key(K.reserve_connector_zero_supported, "true", *_boolean(), readonly=True),
        _fixed(K.charge_profile_max_stack_level, STACK_LEVEL_MAX),
        _fixed(K.charging_schedule_allowed_charging_rate_unit, "Current,Power"),
        _fixed(K.charging_schedule_max_periods, SCHEDULE_PERIODS_MAX),
        _fixed(K.connector_switch_3to1_phase_supported, "false"),
        _fixed(K.max_charging_profiles_installed, PROFILES_MAX),
        Key(K.local_auth_list_enabled, "true", *_boolean()),
        _fixed(K.local_auth_list_max_length, LOCAL_LIST_MAX),
        _fixed(K.send_local_list_max_length, SEND_LOCAL_LIST_MAX),
        Key(RETRY_WAIT_MINIMUM, "2", *_integer(0, 86_400)),
        Key(RETRY_REPEAT_TIMES, "4", *_integer(0, 20)),
        Key(RETRY_RANDOM_RANGE, "2", *_integer(0, 86_400)),
    ]
