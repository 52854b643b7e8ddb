"""The standard configuration keys (OCPP 1.6 section 9), each with its type, range, access and default.

Every key has its effect. Keys of profiles that are not listed in SupportedFeatureProfiles are unknown to the station.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import permutations

from chargepoint.dialects.v16.measurands import known_measurands
from chargepoint.ocpp.v16 import ConfigurationKey

K = ConfigurationKey

FEATURE_PROFILES = (
    "Core",
    "FirmwareManagement",
    "LocalAuthListManagement",
    "Reservation",
    "SmartCharging",
    "RemoteTrigger",
)
MEASURANDS_MAX = 50
GET_CONFIGURATION_MAX_KEYS = 100
STACK_LEVEL_MAX = 10
SCHEDULE_PERIODS_MAX = 96
PROFILES_MAX = 20
LOCAL_LIST_MAX = 1_000
SEND_LOCAL_LIST_MAX = 100

RETRY_WAIT_MINIMUM = "RetryBackOffWaitMinimum"
RETRY_REPEAT_TIMES = "RetryBackOffRepeatTimes"
RETRY_RANDOM_RANGE = "RetryBackOffRandomRange"
"""Keys of ours for the way back after a lost connection; the names and the rule are those of OCPP 2.0.1, J01."""

RESUME_AFTER_POWER_LOSS = "TransactionResumeAfterPowerLoss"
STOP_TRANSACTION_ON_FAULT = "StopTransactionOnFault"
METER_ACCURACY_CLASS = "MeterAccuracyClass"
"""Keys of ours: whether a transaction goes on after a power cut, whether a fault ends it, and by how many percent the
meters are wrong."""

REBOOT_REQUIRED_KEYS = "RebootRequiredKeys"
"""Key of ours: the names of keys whose new values wait for the next boot; by itself no key does."""

RESET_RETRY_INTERVAL = "ResetRetryInterval"
"""Key of ours: how long after an attempt at a reset that has failed the next one is made."""

MESSAGE_TIMEOUT = "MessageTimeout"
STOP_TRANSACTION_MAX_METER_VALUES = "StopTransactionMaxMeterValues"
SUPPORTED_FILE_TRANSFER_PROTOCOLS = "SupportedFileTransferProtocols"
"""Keys that the errata of 1.6 added after the ocpp package's list."""

ALLOW_UNSIGNED_FIRMWARE = "AllowUnsignedFirmware"
FIRMWARE_INSTALL_DURATION = "FirmwareInstallDuration"
ALLOW_NEW_SESSIONS_PENDING_FIRMWARE_UPDATE = "AllowNewSessionsPendingFirmwareUpdate"
"""Keys of ours for firmware updates; the last one has its name and its meaning from OCPP 2.0.1, L01."""

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


def _decimal(maximum: float) -> tuple[Check, str]:
    def check(value: str) -> str | None:
        if not re.fullmatch(r"\d{1,3}(\.\d{1,3})?", value.strip()):
            return None
        return value.strip() if float(value) <= maximum else None

    return check, f"a number from 0 to {maximum:g}"


def _boolean() -> tuple[Check, str]:
    def check(value: str) -> str | None:
        lower = value.strip().lower()
        return lower if lower in ("true", "false") else None

    return check, "true or false"


def _measurands(direct: bool, phases: int) -> tuple[Check, str]:
    known = known_measurands(direct, phases)

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


_WIRINGS = {
    "".join(phases): ("RST".index(phases[0]), "RST".index(phases[1]), "RST".index(phases[2]))
    for phases in permutations("RST")
}


def wiring_of(rotations: Iterable[str]) -> dict[int, tuple[int, int, int]]:
    """What ConnectorPhaseRotation says of connectors (0: the main meter): the phases of the grid, R being 0, that
    theirs are wired to, if it is another than the same. One rotation for all of them makes no difference."""
    items = (item.partition(".") for item in rotations)
    return {int(number): _WIRINGS[word] for number, _, word in items if word in _WIRINGS and word != "RST"}


def _text() -> tuple[Check, str]:
    return lambda value: value, "a text of at most 500 characters"


def _words(allowed: tuple[str, ...], always: str = "") -> tuple[Check, str]:
    def check(value: str) -> str | None:
        items = [item.strip() for item in value.split(",") if item.strip()]
        right = items and set(allowed).issuperset(items) and (not always or always in items)
        return ",".join(items) if right else None

    return check, f"a comma-separated list of {', '.join(allowed)}" + (f", with {always}" if always else "")


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


def standard_keys(*, connectors: int, phases: int, direct: bool, fixed_cable: bool) -> tuple[Key, ...]:
    """Every key of a station with ``connectors`` connectors of ``phases`` phases, or of direct current."""
    listed = _measurands(direct, phases)
    sampled = "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage" + (",SoC" if direct else "")
    rotations = "NotApplicable" if direct else ",".join(f"{number}.RST" for number in range(connectors + 1))
    switches = "true" if phases == 3 and not direct else "false"
    unlock_check, unlock_wanted = _words(("false",)) if fixed_cable else _boolean()
    return (
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
        Key(K.meter_values_aligned_data, "Energy.Active.Import.Register", *listed),
        _fixed(K.meter_values_aligned_data_max_length, MEASURANDS_MAX),
        Key(K.meter_values_sampled_data, sampled, *listed),
        _fixed(K.meter_values_sampled_data_max_length, MEASURANDS_MAX),
        Key(K.meter_value_sample_interval, "60", *_integer(0)),
        Key(K.minimum_status_duration, "0", *_integer(0)),
        Key(K.number_of_connectors, str(connectors), *_integer(connectors, connectors), readonly=True),
        Key(K.reset_retries, "2", *_integer(0)),
        Key(K.stop_transaction_on_ev_side_disconnect, "true", *_boolean()),
        Key(K.stop_transaction_on_invalid_id, "true", *_boolean()),
        Key(K.stop_txn_aligned_data, "", *listed),
        _fixed(K.stop_txn_aligned_data_max_length, MEASURANDS_MAX),
        Key(K.stop_txn_sampled_data, "", *listed),
        _fixed(K.stop_txn_sampled_data_max_length, MEASURANDS_MAX),
        Key(
            K.supported_feature_profiles, ",".join(FEATURE_PROFILES), *_words(FEATURE_PROFILES, "Core"), readonly=True
        ),
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
        Key(
            K.charging_schedule_allowed_charging_rate_unit,
            "Current,Power",
            *_words(("Current", "Power")),
            readonly=True,
        ),
        _fixed(K.charging_schedule_max_periods, SCHEDULE_PERIODS_MAX),
        # A profile's number of phases is followed at once, in a transaction too.
        Key(K.connector_switch_3to1_phase_supported, switches, *_words((switches,)), readonly=True),
        _fixed(K.max_charging_profiles_installed, PROFILES_MAX),
        Key(K.local_auth_list_enabled, "true", *_boolean()),
        _fixed(K.local_auth_list_max_length, LOCAL_LIST_MAX),
        _fixed(K.send_local_list_max_length, SEND_LOCAL_LIST_MAX),
        _fixed(SUPPORTED_FILE_TRANSFER_PROTOCOLS, "FTP,FTPS,HTTP,HTTPS"),
        Key(ALLOW_UNSIGNED_FIRMWARE, "true", *_boolean()),
        Key(FIRMWARE_INSTALL_DURATION, "5", *_integer(0, 3600)),
        Key(ALLOW_NEW_SESSIONS_PENDING_FIRMWARE_UPDATE, "false", *_boolean()),
        Key(REBOOT_REQUIRED_KEYS, "", *_text()),
        Key(RESET_RETRY_INTERVAL, "10", *_integer(1, 3600)),
        Key(RESUME_AFTER_POWER_LOSS, "false", *_boolean()),
        Key(STOP_TRANSACTION_ON_FAULT, "false", *_boolean()),
        Key(METER_ACCURACY_CLASS, "0", *_decimal(10)),
        Key(RETRY_WAIT_MINIMUM, "2", *_integer(0, 86_400)),
        Key(RETRY_REPEAT_TIMES, "4", *_integer(0, 20)),
        Key(RETRY_RANDOM_RANGE, "2", *_integer(0, 86_400)),
    )
